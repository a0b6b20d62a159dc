// Tests initialization from another run: which weights are copied, which are trained, and at what
// rate.
#include "train/transfer.h"

#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tensors.h"
#include "train/tensor_file.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::same_bytes;
using testing::slurp;
using testing::TemporaryFolder;
using Weights = torch::OrderedDict<std::string, torch::Tensor>;

constexpr const char* kConfig = R"({"version": 1, "name": "transfer",
  "data": {"train": "old.tsv", "validation": "old.tsv"},
  "input": {"vocabulary": {"min_count": 1}},
  "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
                       {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "sgd", "learning_rate": 0.1}, "epochs": 2, "batch_size": 4},
  "runtime": {"device": "cpu", "workers": 2}})";

// These steps are too small to change a float.
const Override kNoSteps{"training.optimizer.learning_rate", "1e-30"};
const Override kFromBase{"training.init_from", "base"};

std::string repeated(const std::string& rows, int times) {
  std::string text = "text\tlabel\n";
  for (int i = 0; i < times; ++i) text += rows;
  return text;
}

class Transfer : public ::testing::Test {
 protected:
  Transfer() {
    folder_.write("old.tsv", repeated("red and round\tcherry\nlong yellow\tbanana\n", 10));
    folder_.write("new.tsv",
                  repeated("green and round\tapple\nlong yellow\tbanana\nred\tcherry\n", 10));
    run("base");
  }

  Config config(const std::vector<Override>& changes) const {
    Config result = parse_config(kConfig, "transfer.json", changes);
    result.base_directory = folder_.path();
    return result;
  }

  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse, int stop = 0) const {
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    Hooks hooks;
    if (stop > 0) hooks.stop_requested = [left = stop]() mutable { return --left <= 0; };
    return train(config(changes), options, hooks);
  }

  LoadedRun load(const std::string& name) const { return load_run(folder_ / name); }

  Report load_report(const std::string& name) const {
    return report_from_json(read_manifest(RunFolder{folder_ / name}, Task()).validation_report,
                            Task());
  }

  /// Returns the weights after the last step, regardless of the best epoch.
  Weights last_weights(const std::string& name) const {
    LoadedRun loaded = load(name);
    load_tensors(RunFolder{folder_ / name}.checkpoint(), weights_of(*loaded.model));
    return loaded.model->named_parameters();
  }

  std::string fault(const std::vector<Override>& changes, ErrorKind kind) const {
    const auto error = error_of([&] { run("faulty", changes); });
    if (!error) return "no error";
    EXPECT_EQ(error->kind(), kind) << error->what();
    fs::remove_all(folder_ / "faulty");
    return error->what();
  }

  TemporaryFolder folder_;
};

const std::vector<Override> kNewData{{"data.train", "new.tsv"}, {"data.validation", "new.tsv"}};

std::vector<Override> with(std::vector<Override> changes, const std::vector<Override>& more) {
  changes.insert(changes.end(), more.begin(), more.end());
  return changes;
}

TEST_F(Transfer, PartsBesideATableMayBeNew) {
  const Override runs{"model.layers.0.concat",
                      R"([{"type": "ngrams", "output_dim": 3, "buckets": 50}])"};
  const Report before = load_report("base");
  // N-gram vectors start at 0, so that the model is the same until they are trained.
  const TrainReport found = run("runs", {kFromBase, kNoSteps, runs});
  EXPECT_NEAR(*found.validation.value("loss"), *before.value("loss"), 1e-6);
  const Weights old_weights = load("base").model->named_parameters();
  const Weights weights = load("runs").model->named_parameters();
  EXPECT_TRUE(same_bytes(weights["layers.0.weight"], old_weights["layers.0.weight"]));
  EXPECT_TRUE(same_bytes(weights["layers.1.weight_ih_l0"].narrow(1, 0, 6).contiguous(),
                         old_weights["layers.1.weight_ih_l0"]));
  EXPECT_EQ(weights["layers.1.weight_ih_l0"].size(1), 9);
  // A new model cannot lack parts of the old one.
  EXPECT_NE(fault({{"training.init_from", "runs"}}, ErrorKind::kConfig).find("no layer matches"),
            std::string::npos);
}

TEST_F(Transfer, OldTokensAndLabelsKeepTheirRowsBesideNewOnes) {
  run("new", with(kNewData, {kFromBase, kNoSteps}));
  const LoadedRun base = load("base");
  const LoadedRun found = load("new");
  const auto& known = base.text.vocabulary.tokens();
  const auto& tokens = found.text.vocabulary.tokens();
  ASSERT_EQ(tokens.size(), known.size() + 1);
  EXPECT_TRUE(std::equal(known.begin(), known.end(), tokens.begin()));
  EXPECT_EQ(tokens.back(), "green");
  EXPECT_EQ(found.text.labels.names(), (std::vector<std::string>{"apple", "banana", "cherry"}));

  const auto old_weights = base.model->named_parameters();
  const auto weights = found.model->named_parameters();
  const auto rows = base.text.vocabulary.size();
  EXPECT_TRUE(
      same_bytes(weights["layers.0.weight"].narrow(0, 0, rows), old_weights["layers.0.weight"]));
  for (const char* name :
       {"layers.1.weight_ih_l0", "layers.1.weight_hh_l0", "layers.1.bias_ih_l0"}) {
    EXPECT_TRUE(same_bytes(weights[name], old_weights[name])) << name;
  }
  for (const char* name : {"layers.2.weight", "layers.2.bias"}) {
    EXPECT_TRUE(same_bytes(weights[name].narrow(0, 1, 2), old_weights[name])) << name;
  }
}

/// Returns the report without what only that of the validation rows has.
Report without_calibration(Report report) {
  std::erase_if(report.sections, [](const ReportSection& section) {
    const auto* part = std::get_if<ReportPart>(&section);
    const auto* table = std::get_if<ReportTable>(&section);
    return (part != nullptr && part->key == "calibration") ||
           (table != nullptr && table->key == "conformal");
  });
  return report;
}

TEST_F(Transfer, GoesOnWhereTheOtherEnded) {
  const Report expected = without_calibration(run("again", {kFromBase, kNoSteps}).validation);
  EXPECT_EQ(evaluate(folder_ / "base", (folder_ / "old.tsv").string()), expected);
  const Override sigmoid{"model.layers.2.activation", "sigmoid"};
  run("binary", {sigmoid});
  const Report binary = without_calibration(
      run("binary-again", {sigmoid, {"training.init_from", "binary"}, kNoSteps}).validation);
  EXPECT_EQ(evaluate(folder_ / "binary", (folder_ / "old.tsv").string()), binary);
}

TEST_F(Transfer, ResumesExactlyWithoutTheOtherRun) {
  const auto changes = with(kNewData, {kFromBase,
                                       {"training.unfreeze_every", "1"},
                                       {"training.epochs", "3"},
                                       {"training.ema", "{}"}});
  run("whole", changes);
  for (const int stop : {1, 7, 12}) {
    run("parts" + std::to_string(stop), changes, ExistingRun::kRefuse, stop);
  }
  fs::remove_all(folder_ / "base");
  for (const int stop : {1, 7, 12}) {
    const std::string name = "parts" + std::to_string(stop);
    EXPECT_TRUE(run(name, changes, ExistingRun::kResume).finished);
    EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
              slurp(RunFolder{folder_ / name}.best_weights()));
  }
}

TEST_F(Transfer, FrozenWeightsStayAndTheOthersLearn) {
  run("frozen", {kFromBase, {"training.freeze", R"(["layers.0.*", "layers.1.bias*"])"}});
  const Weights before = load("base").model->named_parameters();
  const Weights after = last_weights("frozen");
  EXPECT_TRUE(same_bytes(after["layers.0.weight"], before["layers.0.weight"]));
  EXPECT_TRUE(same_bytes(after["layers.1.bias_ih_l0"], before["layers.1.bias_ih_l0"]));
  EXPECT_FALSE(same_bytes(after["layers.1.weight_hh_l0"], before["layers.1.weight_hh_l0"]));
  EXPECT_FALSE(same_bytes(after["layers.2.weight"], before["layers.2.weight"]));
  export_run(folder_ / "frozen", folder_ / "frozen.pt");
}

TEST_F(Transfer, RateFactorsScaleTheSteps) {
  const Weights before = load("base").model->named_parameters();
  const Override one_step{"training.max_steps", "1"};
  run("full", {kFromBase, one_step});
  run("slow", {kFromBase,
               one_step,
               {"training.rate_factors", R"({"layers.1.*": 0.5, "layers.[01].*": 0.5})"}});
  const Weights full = last_weights("full");
  const Weights slow = last_weights("slow");
  const auto moved = [&](const Weights& weights, const char* name) {
    return (weights[name] - before[name]).abs().sum().item<double>();
  };
  const auto ratio = [&](const char* name) { return moved(slow, name) / moved(full, name); };
  EXPECT_NEAR(ratio("layers.0.weight"), 0.5, 1e-2);
  EXPECT_NEAR(ratio("layers.1.weight_hh_l0"), 0.25, 1e-2);
  EXPECT_NEAR(ratio("layers.2.weight"), 1, 1e-6);
}

TEST_F(Transfer, UnfreezesLayerByLayerFromTheLast) {
  const Weights before = load("base").model->named_parameters();
  const auto changed_after = [&](int epochs) {
    const std::string name = "epochs" + std::to_string(epochs);
    run(name, {kFromBase,
               {"training.unfreeze_every", "1"},
               {"training.epochs", std::to_string(epochs)},
               {"training.optimizer", R"({"type": "adamw", "weight_decay": 0.1})"}});
    const Weights after = last_weights(name);
    std::string changed;
    for (const char* weight : {"layers.0.weight", "layers.1.weight_hh_l0", "layers.2.weight"}) {
      changed += same_bytes(after[weight], before[weight]) ? '-' : '+';
    }
    return changed;
  };
  EXPECT_EQ(changed_after(1), "--+");
  EXPECT_EQ(changed_after(2), "-++");
  EXPECT_EQ(changed_after(3), "+++");
}

TEST_F(Transfer, AClassifierStartsFromALanguageModel) {
  folder_.write("lines.txt", "red and round\nlong yellow\nred and yellow\n");
  run("text", {{"task", "language_model"},
               {"data", R"({"train": "lines.txt", "validation": "lines.txt",
                            "format": {"type": "lines"}})"},
               {"model.layers.1.return_sequences", "true"}});
  run("classes", {{"training.init_from", "text"}, kNoSteps});
  const auto text = load("text").model->named_parameters();
  const auto classes = load("classes").model->named_parameters();
  EXPECT_TRUE(same_bytes(classes["layers.0.weight"].narrow(0, 0, text["layers.0.weight"].size(0)),
                         text["layers.0.weight"]));
  EXPECT_TRUE(same_bytes(classes["layers.1.weight_hh_l0"], text["layers.1.weight_hh_l0"]));
  EXPECT_NE(
      slurp(RunFolder{folder_ / "classes"}.report()).find("newly initialized: layers.2 (dense)"),
      std::string::npos);
}

TEST_F(Transfer, FaultsSayWhatDoesNotFit) {
  const auto config_fault = [&](const Override& change) {
    return fault({kFromBase, change}, ErrorKind::kConfig);
  };
  const auto says = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says(config_fault({"model.layers.0.output_dim", "7"}),
       "/training/init_from: no layer matches: the first layer with weights is embedding weight "
       "[8, 6] there and embedding weight [8, 7] here");
  says(config_fault({"input.tokenizer", R"({"type": "characters"})"}), "uses another tokenizer");
  says(config_fault({"training.freeze", R"(["layer.0"])"}),
       "/training/freeze/0: found \"layer.0\", which matches no weights; expected a pattern for "
       "some of "
       "layers.0.weight, ");
  says(config_fault({"training.freeze", R"(["*"])"}), "leaves no weight to train");
  says(config_fault({"training.rate_factors", R"({"lstm": 0.1})"}),
       "/training/rate_factors: found \"lstm\"");
  says(config_fault({"training.rate_factors", R"({"layers.0.*": -1})"}), "found -1");
  says(fault({{"training.init_from", "nowhere"}}, ErrorKind::kArtifact), "nowhere");
  run("unfinished", {}, ExistingRun::kRefuse, /*stop=*/1);
  says(fault({{"training.init_from", "unfinished"}}, ErrorKind::kArtifact), "unfinished");
}

LoadedRun tagger(const std::vector<std::string>& tags) {
  Config config = parse_config(R"({"version": 1, "name": "tags", "task": "tagging",
    "data": {"train": "a", "validation": "b", "format": {"type": "conll"}},
    "model": {"layers": [{"type": "embedding", "output_dim": 3},
      {"type": "lstm", "units": 2, "return_sequences": true}, {"type": "crf"}]}})",
                               "tags.json");
  LoadedRun run{"run", {}, {config, Vocabulary({"x", "y"}), LabelSet(tags)}, nullptr};
  run.model = SequenceModel(
      resolve(config, run.text.vocabulary.size(), static_cast<std::int64_t>(tags.size())));
  testing::randomize(*run.model);
  return run;
}

TEST(TakeWeights, TransitionsGoByTheNamesOfBothTags) {
  const LoadedRun from = tagger({"B-LOC", "I-LOC", "O"});
  const LoadedRun to = tagger({"B-LOC", "B-PER", "O"});
  const torch::Tensor before = to.model->head<CrfImpl>()->transitions.clone();
  SequenceModel model = to.model;
  take_weights(from, to.text.labels, *model);
  const torch::Tensor theirs = from.model->head<CrfImpl>()->transitions;
  const torch::Tensor found = model->head<CrfImpl>()->transitions;
  const auto same = [](const torch::Tensor& a, const torch::Tensor& b) {
    EXPECT_EQ(a.item<float>(), b.item<float>());
  };
  for (const int a : {0, 2}) {
    for (const int b : {0, 2}) same(found[a][b], theirs[a][b]);
    same(found[a][1], before[a][1]);
    same(found[1][a], before[1][a]);
  }
  same(found[1][1], before[1][1]);
}

}  // namespace
}  // namespace sequent
