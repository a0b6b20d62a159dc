// Tests that complete runs learn, resume exactly and produce all promised files.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sequent/error.h"
#include "sequent/sample.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tensors.h"
#include "train/load_run.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

class Training : public ::testing::Test {
 protected:
  Training() {
    SentimentSample sample;
    sample.rows = 600;
    write_sentiment_sample(sample, folder_ / "data");
  }

  Config config(const std::vector<Override>& changes = {}) const {
    std::vector<Override> all = {{"training.epochs", "2"}};
    all.insert(all.end(), changes.begin(), changes.end());
    Config result = parse_config(R"({"version": 1, "name": "test",
      "data": {"train": "data/train.tsv", "validation": "data/validation.tsv",
               "test": "data/test.tsv"},
      "model": {"layers": [{"type": "word_dropout"}, {"type": "embedding", "output_dim": 8},
        {"type": "lstm", "units": 8, "bidirectional": true, "dropout": 0.1},
        {"type": "dropout", "rate": 0.2}, {"type": "dense", "activation": "softmax"}]},
      "training": {"optimizer": {"type": "adam", "learning_rate": 0.01}, "ema": {},
                   "schedule": {"type": "cosine", "warmup_steps": 3}},
      "runtime": {"device": "cpu", "workers": 2}})",
                                 "test.json", all);
    result.base_directory = folder_.path();
    return result;
  }

  TrainReport run(const Config& config, const std::string& name,
                  ExistingRun existing = ExistingRun::kRefuse, const Hooks& hooks = {}) const {
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config, options, hooks);
  }

  /// Returns hooks that stop the run after `steps` more steps.
  static Hooks stop_after(int steps) {
    Hooks hooks;
    hooks.stop_requested = [left = steps]() mutable { return --left <= 0; };
    return hooks;
  }

  TemporaryFolder folder_;
};

TEST_F(Training, StartsFromVectorsAndResumesWithoutThem) {
  folder_.write("vectors.txt", "the 1 2 3 4 5 6 7 8\nzzz 0 0 0 0 0 0 0 0\n");
  const Config with_vectors = config({{"model.layers.1.vectors", "vectors.txt"},
                                      {"model.layers.1.trainable", "false"},
                                      {"training.ema", "null"}});
  run(with_vectors, "run", ExistingRun::kRefuse, stop_after(3));
  fs::remove(folder_ / "vectors.txt");
  EXPECT_TRUE(run(with_vectors, "run", ExistingRun::kResume).finished);
  const RunFolder folder{folder_ / "run"};
  const auto id = read_run_text(folder).vocabulary.id("the");
  ASSERT_NE(id, Vocabulary::kUnknown);
  const LoadedRun loaded = load_run(folder_ / "run");
  const torch::Tensor table = loaded.model->named_parameters()["layers.1.weight"];
  EXPECT_TRUE(testing::all_near(table[id], torch::arange(1, 9), 0));
  const auto error = error_of([&] { run(with_vectors, "other"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
}

TEST_F(Training, StartsEachTableFromItsVectorsAndKnowsSpellings) {
  folder_.write("narrow.txt", "the 1 2\n");
  folder_.write("wide.txt", "the 3 4 5\n");
  const Config several = config({{"model.layers.1", R"({"type": "embedding", "output_dim": 2,
      "vectors": "narrow.txt", "trainable": false, "concat": [
        {"type": "table", "output_dim": 3, "vectors": "wide.txt", "trainable": false},
        {"type": "characters", "output_dim": 4, "max_bytes": 3}]})"},
                                 {"input.vocabulary.min_count", "3"},
                                 {"training.ema", "null"}});
  run(several, "whole");
  run(several, "parts", ExistingRun::kRefuse, stop_after(7));
  run(several, "parts", ExistingRun::kResume);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
  const LoadedRun loaded = load_run(folder_ / "whole");
  const auto id = loaded.text.vocabulary.id("the");
  ASSERT_NE(id, Vocabulary::kUnknown);
  const auto weights = loaded.model->named_parameters();
  EXPECT_TRUE(testing::all_near(weights["layers.1.weight"][id], torch::arange(1, 3), 0));
  EXPECT_TRUE(testing::all_near(weights["layers.1.concat.0.weight"][id], torch::arange(3, 6), 0));
  const torch::Tensor spellings = weights["layers.1.concat.1.spellings"];
  EXPECT_TRUE(testing::all_near(spellings[id], torch::tensor({'t', 'h', 'e'}), 0));
  EXPECT_EQ(spellings.narrow(0, 0, Vocabulary::kReserved).sum().item<int>(), 0);
}

TEST_F(Training, TokenBudgetsResumeExactly) {
  const Config budget = config({{"training.batch_size", R"({"tokens": 400})"}});
  run(budget, "whole");
  run(budget, "parts", ExistingRun::kRefuse, stop_after(7));
  run(budget, "parts", ExistingRun::kResume);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
}

TEST_F(Training, LeavesACompleteFolder) {
  const TrainReport report = run(config(), "run");
  EXPECT_TRUE(report.finished);
  const RunFolder folder{folder_ / "run"};
  for (const fs::path& path :
       {folder.config(), folder.vocabulary(), folder.labels(), folder.checkpoint(),
        folder.best_weights(), folder.metrics(), folder.report(), folder.manifest()}) {
    EXPECT_TRUE(fs::exists(path)) << path;
  }
  const Manifest manifest = read_manifest(folder, Task());
  EXPECT_EQ(manifest.epochs, 2);
  EXPECT_EQ(manifest.steps, 2 * 15);
  EXPECT_EQ(manifest.stopped_because, "epochs");
  ASSERT_TRUE(report.test);
  const Report again = evaluate(folder.root, (folder_ / "data/test.tsv").string());
  EXPECT_NEAR(again.value("loss").value(), report.test->value("loss").value(), 1e-5);
  EXPECT_EQ(*again.matrix("confusion_matrix"), *report.test->matrix("confusion_matrix"));
  std::ifstream lines(folder.metrics());
  int epochs = 0;
  for (std::string line; std::getline(lines, line); ++epochs) {
    const auto event = nlohmann::json::parse(line);
    EXPECT_EQ(event["event"], "epoch");
    for (const char* key :
         {"epoch", "step", "loss", "seconds", "examples_per_second", "tokens_per_second"}) {
      EXPECT_TRUE(event[key].is_number()) << key;
    }
    EXPECT_TRUE(event["validation"]["macro_f1"].is_number());
  }
  EXPECT_EQ(epochs, 2);
}

TEST_F(Training, ResumedEqualsStraightByteForByte) {
  run(config(), "straight");
  const std::string wanted = slurp(RunFolder{folder_ / "straight"}.best_weights());
  ASSERT_FALSE(wanted.empty());
  for (const int stop : {1, 7, 14, 15, 16, 29}) {
    const std::string name = "stopped" + std::to_string(stop);
    EXPECT_FALSE(run(config(), name, ExistingRun::kRefuse, stop_after(stop)).finished);
    EXPECT_TRUE(error_of([&] { read_manifest({folder_ / name}, Task()); })) << "unfinished";
    EXPECT_TRUE(run(config(), name, ExistingRun::kResume).finished);
    EXPECT_EQ(slurp(RunFolder{folder_ / name}.best_weights()), wanted) << "stopped at " << stop;
  }
}

TEST_F(Training, StoppedManyTimesEqualsStraight) {
  run(config(), "straight");
  bool finished = run(config(), "often", ExistingRun::kRefuse, stop_after(4)).finished;
  int parts = 1;
  for (; !finished && parts < 20; ++parts) {
    finished = run(config(), "often", ExistingRun::kResume, stop_after(4)).finished;
  }
  EXPECT_TRUE(finished);
  EXPECT_GT(parts, 5);
  EXPECT_EQ(slurp(RunFolder{folder_ / "often"}.best_weights()),
            slurp(RunFolder{folder_ / "straight"}.best_weights()));
  const std::string journal = slurp(RunFolder{folder_ / "often"}.metrics());
  EXPECT_EQ(std::count(journal.begin(), journal.end(), '\n'), 2);
}

TEST_F(Training, SameSeedSameBytesOtherSeedOthers) {
  run(config(), "a");
  run(config(), "b");
  run(config({{"training.seed", "2"}}), "c");
  const auto weights = [&](const char* name) {
    return slurp(RunFolder{folder_ / name}.best_weights());
  };
  EXPECT_EQ(weights("a"), weights("b"));
  EXPECT_NE(weights("a"), weights("c"));
}

TEST_F(Training, LearnsTheSample) {
  SentimentSample sample;
  sample.rows = 3000;
  write_sentiment_sample(sample, folder_ / "large");
  Config large = config({{"training.epochs", "14"},
                         {"data.train", "large/train.tsv"},
                         {"data.validation", "large/validation.tsv"},
                         {"data.test", "large/test.tsv"},
                         {"model.layers.1.output_dim", "32"},
                         {"model.layers.2.units", "32"}});
  EXPECT_GT(*run(large, "large-run").test->value("accuracy"), 0.8);
}

TEST_F(Training, AnExistingRunIsNeverTouchedUnasked) {
  run(config(), "run");
  const std::string before = slurp(RunFolder{folder_ / "run"}.manifest());
  const auto error = error_of([&] { run(config(), "run"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_EQ(slurp(RunFolder{folder_ / "run"}.manifest()), before);
  EXPECT_TRUE(run(config(), "run", ExistingRun::kOverwrite).finished);
}

TEST_F(Training, AnotherOrderOfTheWordsIsNoticed) {
  run(config(), "run");
  const RunFolder folder{folder_ / "run"};
  EXPECT_NO_THROW(load_run(folder.root));
  const std::string words = slurp(folder.vocabulary());
  const std::size_t last = words.rfind('\n', words.size() - 2) + 1;
  const std::size_t before = words.rfind('\n', last - 2) + 1;
  folder_.write("run/vocabulary.txt",
                words.substr(0, before) + words.substr(last) + words.substr(before, last - before));
  const auto error = error_of([&] { load_run(folder.root); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find("vocabulary.txt"), std::string::npos);
}

TEST_F(Training, OverwriteRefusesWhatIsNoRun) {
  folder_.write("precious/thesis.txt", "years of work");
  const auto error = error_of([&] { run(config(), "precious", ExistingRun::kOverwrite); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_EQ(slurp(folder_ / "precious/thesis.txt"), "years of work");
}

TEST_F(Training, ResumeRefusesAnotherConfig) {
  run(config(), "run", ExistingRun::kRefuse, stop_after(3));
  const auto error = error_of([&] {
    run(config({{"training.seed", "9"}}), "run", ExistingRun::kResume);
  });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("/training/seed: 1; 9"), std::string::npos);
}

TEST_F(Training, LimitsEndARun) {
  EXPECT_EQ(run(config({{"training.max_steps", "5"}}), "steps").manifest.stopped_because,
            "max_steps");
  const TrainReport timed = run(config({{"training.max_seconds", "0.0001"}}), "seconds");
  EXPECT_EQ(timed.manifest.stopped_because, "max_seconds");
  EXPECT_EQ(timed.manifest.steps, 1);
  const Config stopping = config({{"training.early_stopping", R"({"patience": 1})"},
                                  {"training.epochs", "50"},
                                  {"training.optimizer.learning_rate", "1e-9"}});
  const TrainReport early = run(stopping, "early");
  EXPECT_EQ(early.manifest.stopped_because, "early_stopping");
  EXPECT_LT(early.manifest.epochs, 50);
}

TEST_F(Training, ANumberThatIsNotFiniteStopsWithItsPlace) {
  const Config wild = config({{"training.optimizer", R"({"type": "sgd", "learning_rate": 1e38})"}});
  const auto error = error_of([&] { run(wild, "wild"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kNumeric);
  EXPECT_NE(std::string(error->what()).find("epoch 1, step "), std::string::npos) << error->what();
  EXPECT_NE(std::string(error->what()).find("learning_rate"), std::string::npos) << error->what();
}

TEST_F(Training, EveryOptimizerScheduleAndLossOptionTrains) {
  const std::vector<std::vector<Override>> variants = {
      {{"training.optimizer", R"({"type": "adamw"})"},
       {"training.schedule", R"({"type": "linear"})"},
       {"training.clip_norm", "1"}},
      {{"training.optimizer", R"({"type": "rmsprop"})"},
       {"training.schedule", R"({"type": "reduce_on_plateau", "patience": 0})"},
       {"training.clip_value", "0.1"}},
      {{"training.optimizer", R"({"type": "sgd", "momentum": 0.9})"},
       {"training.schedule", R"({"type": "constant"})"},
       {"training.l2", "0.001"},
       {"training.l1", "0.0001"}},
      {{"training.loss", "binary_crossentropy"},
       {"model.layers.4", R"({"type": "dense", "units": 1, "activation": "sigmoid"})"},
       {"training.class_weights", "balanced"},
       {"training.label_smoothing", "0.1"}}};
  int number = 0;
  for (const auto& changes : variants) {
    const TrainReport report = run(config(changes), "variant" + std::to_string(number++));
    EXPECT_TRUE(report.finished);
    EXPECT_TRUE(std::isfinite(report.validation.value("loss").value()));
  }
}

TEST_F(Training, CudaWithoutAGpuIsSaid) {
  if (fs::exists("/dev/nvidia0")) GTEST_SKIP() << "this machine has a GPU";
  const auto error = error_of([&] { run(config({{"runtime.device", "cuda"}}), "gpu"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
  EXPECT_FALSE(fs::exists(folder_ / "gpu"));
}

TEST_F(Training, ExportEvaluatesAsTheRun) {
  const TrainReport report = run(config(), "run");
  const ArchiveMetadata metadata = export_run(folder_ / "run", folder_ / "model.pt");
  EXPECT_GT(metadata.parity_rows, 20);
  const Report found = evaluate(folder_ / "model.pt", (folder_ / "data/test.tsv").string());
  EXPECT_NEAR(found.value("loss").value(), report.test->value("loss").value(), 1e-4);
  EXPECT_EQ(*found.matrix("confusion_matrix"), *report.test->matrix("confusion_matrix"));
  const auto error = error_of([&] { export_run(folder_ / "run", folder_ / "model.pt"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_EQ(summarize(folder_ / "run"), summarize(folder_ / "model.pt"));
}

}  // namespace
}  // namespace sequent
