// Tests that sequence-to-sequence models learn, resume exactly, and have the same metrics as run
// and as archive.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <cmath>

#include "sequence_rows.h"
#include "sequent/error.h"
#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"
#include "train/load_run.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::slurp;

class SequenceRun : public ::testing::Test {
 protected:
  SequenceRun() {
    folder_.write("train.tsv", testing::backward_rows(400));
    folder_.write("dev.tsv", testing::backward_rows(60, 3));
  }

  Config config(const std::vector<Override>& changes = {}) const {
    Config config = parse_config(testing::kBackwardConfig, "backward.json", changes);
    config.base_directory = folder_.path();
    return config;
  }
  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse, const Hooks& hooks = {}) const {
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config(changes), options, hooks);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(SequenceRun, LearnsToWriteBackwards) {
  const TrainReport report = run("run");
  const Report& found = report.test.value();
  EXPECT_GT(*found.value("exact_match"), 0.9);
  EXPECT_GT(*found.value("accuracy"), 0.95);
  const auto dev = (folder_ / "dev.tsv").string();
  EXPECT_EQ(evaluate(folder_ / "run", dev), found);
  export_run(folder_ / "run", folder_ / "model.pt");
  const Report of_archive = evaluate(folder_ / "model.pt", dev);
  EXPECT_EQ(of_archive.value("exact_match"), found.value("exact_match"));
  EXPECT_NEAR(*of_archive.value("bleu"), *found.value("bleu"), 1e-9);
  EXPECT_NEAR(*of_archive.value("loss"), *found.value("loss"), 1e-4);
  for (const auto& [beams, engine] : {std::pair{1, Engine::kFused},
                                      {4, Engine::kFused},
                                      {1, Engine::kTorchScript},
                                      {4, Engine::kTorchScript}}) {
    const Predictor predictor =
        Predictor::load(folder_ / "model.pt", {.engine = engine, .beams = beams});
    ASSERT_EQ(predictor.task(), "sequence_to_sequence");
    EXPECT_EQ(predictor.write("abc").text, "cba");
    const std::vector<std::string> texts{"fed", "", "ba"};
    const auto written = predictor.write(texts);
    EXPECT_EQ(written[0].text, "def");
    EXPECT_TRUE(written[1].empty);
    EXPECT_EQ(written[2].text, predictor.write("ba").text);
    EXPECT_LT(written[0].log_probability, 0);
    EXPECT_EQ(error_of([&] { predictor.predict("abc"); })->kind(), ErrorKind::kUsage);
  }
}

// Tokens are lower-case, but the file is not: no generated text is equal to its target.
TEST_F(SequenceRun, ComparesTextsWithTheFile) {
  const TrainReport plain = run("plain");
  EXPECT_EQ(plain.validation.value("exact_text_match"), plain.validation.value("exact_match"));
  EXPECT_TRUE(plain.validation.warnings().empty());
  std::string rows = testing::backward_rows(60, 3);
  const std::size_t header = rows.find('\n');
  for (std::size_t i = header; i < rows.size(); ++i) {
    if (rows[i] >= 'a' && rows[i] <= 'z') rows[i] = static_cast<char>(rows[i] - 'a' + 'A');
  }
  folder_.write("dev.tsv", rows);
  export_run(folder_ / "plain", folder_ / "plain.pt");
  for (const auto* model : {"plain", "plain.pt"}) {
    const Report found = evaluate(folder_ / model, (folder_ / "dev.tsv").string());
    EXPECT_EQ(found.value("exact_match"), plain.validation.value("exact_match"));
    EXPECT_EQ(found.value("exact_text_match"), 0);
    EXPECT_EQ(found.warnings().size(), 1U);
  }
}

TEST_F(SequenceRun, ResumesExactlyAndInBfloat16) {
  const std::vector<Override> short_run{{"training.epochs", "2"}, {"training.ema", "{}"}};
  run("whole", short_run);
  Hooks hooks;
  hooks.stop_requested = [left = 5]() mutable { return --left <= 0; };
  run("parts", short_run, ExistingRun::kRefuse, hooks);
  run("parts", short_run, ExistingRun::kResume);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
  EXPECT_TRUE(run("half", {{"training.max_steps", "2"}, {"runtime.precision", "auto"}}).finished);
}

TEST_F(SequenceRun, GoesOnFromARunWithMoreLetters) {
  run("run", {{"training.epochs", "2"}});
  folder_.write("train.tsv", testing::backward_rows(60) + "xy\tyx\n");
  Config more = config({{"training.max_steps", "1"}, {"training.freeze", "[\"layers.2.*\"]"}});
  more.training.init_from = (folder_ / "run").string();
  TrainOptions options;
  options.out = folder_ / "more";
  train(more, options);
  const LoadedRun first = load_run(folder_ / "run");
  const LoadedRun second = load_run(folder_ / "more");
  const torch::Tensor before = first.model->head<DecoderImpl>()->weight;
  EXPECT_EQ(second.model->head<DecoderImpl>()->weight.size(0), before.size(0) + 2);
  EXPECT_TRUE(
      torch::equal(second.model->head<DecoderImpl>()->weight.slice(0, 0, before.size(0)), before));
}

/// Enumerates all texts of at most `most` tokens, including the end, to find the best one per
/// token.
TEST_F(SequenceRun, ManyBeamsFindTheBestText) {
  folder_.write("train.tsv", "text\tlabel\na\tb\nb\ta\nab\tba\nba\tab\n");
  folder_.write("dev.tsv", "text\tlabel\nab\tba\n");
  run("run", {{"training.epochs", "3"}, {"input.max_length", "3"}});
  export_run(folder_ / "run", folder_ / "model.pt");
  torch::jit::Module model = torch::jit::load((folder_ / "model.pt").string());
  const c10::InferenceMode no_gradient;
  const torch::Tensor source = torch::tensor({{3, 4}}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({2}, torch::kInt64);
  double best = -INFINITY;
  const std::vector<std::int64_t> tokens{2, 3, 4};
  const std::function<void(std::vector<std::int64_t>)> look = [&](std::vector<std::int64_t> text) {
    const bool ended = !text.empty() && text.back() == Vocabulary::kLineEnd;
    if (ended || text.size() == 4) {
      const torch::Tensor targets = torch::tensor(text, torch::kInt64).unsqueeze(0);
      const torch::Tensor found = model.get_method("score")({source, lengths, targets})
                                      .toTensor()
                                      .gather(2, targets.unsqueeze(2));
      best = std::max(best, found.sum().item<double>() / static_cast<double>(text.size()));
      return;
    }
    for (const std::int64_t token : tokens) {
      text.push_back(token);
      look(text);
      text.pop_back();
    }
  };
  look({});
  const auto written = model.get_method("write")({source, lengths, 100}).toTuple();
  const torch::Tensor text = written->elements()[0].toTensor()[0];
  const auto end = text.eq(Vocabulary::kLineEnd).nonzero();
  const double count = end.numel() > 0 ? end[0].item<double>() + 1 : 4;
  const double sum = written->elements()[1].toTensor().item<double>();
  EXPECT_NEAR(sum / count, best, 1e-5);
  const Vocabulary vocabulary = load_run(folder_ / "run").text.vocabulary;
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor =
        Predictor::load(folder_ / "model.pt", {.engine = engine, .beams = 100});
    const WrittenText found =
        predictor.write(std::string(vocabulary.token(3)) + std::string(vocabulary.token(4)));
    EXPECT_NEAR(found.log_probability, sum, 1e-5);
  }
}

// Both engines must generate the same texts, also if some texts of a batch end earlier than others.
TEST_F(SequenceRun, EnginesWriteTheSame) {
  run("run", {{"training.epochs", "4"}});
  export_run(folder_ / "run", folder_ / "model.pt");
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (int t = 0; t <= i % 9; ++t) text += static_cast<char>('a' + (i * 7 + t * t) % 6);
    texts.push_back(text);
  }
  for (const std::int64_t beams : {1, 3}) {
    const auto write = [&](Engine engine) {
      return Predictor::load(folder_ / "model.pt", {.engine = engine, .beams = beams}).write(texts);
    };
    const auto fused = write(Engine::kFused);
    const auto graph = write(Engine::kTorchScript);
    std::int64_t same = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (fused[i].text != graph[i].text) continue;
      ++same;
      EXPECT_NEAR(fused[i].log_probability, graph[i].log_probability, 1e-4) << texts[i];
    }
    // Two texts may have almost equal probabilities.
    EXPECT_GE(same, 198) << beams << " beams";
  }
}

TEST_F(SequenceRun, SaysWhatDoesNotFit) {
  const auto message = [&](const std::vector<Override>& changes) {
    const auto error = error_of([&] { config(changes); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(message({{"data.format", R"({"type": "folders"})"}}).find("expected tsv, csv or"),
            std::string::npos);
  EXPECT_NE(message({{"model.layers.2", R"({"type": "dense", "activation": "softmax"})"}})
                .find("sequence_to_sequence ends in decoder"),
            std::string::npos);
  EXPECT_NE(message({{"model.layers.2", R"({"type": "dropout"})"}})
                .find("the last layer must be decoder"),
            std::string::npos);
  EXPECT_NE(message({{"model.layers.1.return_sequences", "false"}}).find("expected a sequence"),
            std::string::npos);
  EXPECT_NE(message({{"task", "classification"}}).find("expected \"task\""), std::string::npos);
  EXPECT_NE(
      message({{"training.early_stopping", R"({"monitor": "f1"})"}}).find("loss and accuracy"),
      std::string::npos);
  folder_.write("train.tsv", "text\tlabel\nab\t\n");
  const auto empty = error_of([&] { run("bad"); });
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(empty->what()).find("train.tsv:2"), std::string::npos) << empty->what();
}

}  // namespace
}  // namespace sequent
