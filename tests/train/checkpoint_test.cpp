// Tests that a run survives damaged checkpoints, lost metrics, kills, and a loss that is not
// finite.
#include "train/checkpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "core/files.h"
#include "core/folder_lock.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/sample.h"
#include "sequent/trainer.h"
#include "support.h"
#include "train/load_run.h"
#include "train/training_state.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

/// Collects the warnings while it lives.
class Warnings {
 public:
  Warnings() {
    set_log_sink([this](LogLevel level, std::string_view text) {
      if (level == LogLevel::kWarning) texts_ += std::string(text) + "\n";
    });
  }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;
  ~Warnings() { set_log_sink({}); }
  bool contain(const std::string& part) const { return texts_.find(part) != std::string::npos; }
  const std::string& texts() const { return texts_; }

 private:
  std::string texts_;
};

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    SentimentSample sample;
    sample.rows = 300;
    write_sentiment_sample(sample, folder_ / "data");
  }

  Config config(const std::vector<Override>& changes = {}) const {
    std::vector<Override> all = {{"training.epochs", "3"}};
    all.insert(all.end(), changes.begin(), changes.end());
    Config result = parse_config(R"({"version": 1, "name": "test",
      "data": {"train": "data/train.tsv", "validation": "data/validation.tsv"},
      "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                           {"type": "dense", "activation": "softmax"}]},
      "training": {"optimizer": {"type": "adam", "learning_rate": 0.01}},
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

  static Hooks stop_after(int steps) {
    Hooks hooks;
    hooks.stop_requested = [left = steps]() mutable { return --left <= 0; };
    return hooks;
  }

  RunFolder folder(const std::string& name) const { return {folder_ / name}; }
  std::string weights(const std::string& name) const { return slurp(folder(name).best_weights()); }

  void flip(const fs::path& file, std::size_t byte) const {
    std::string content = slurp(file);
    content.at(byte % content.size()) ^= 4;
    std::ofstream(file, std::ios::binary) << content;
  }

  /// Trains `whole`, and `half` up to the second epoch.
  void train_whole_and_half() const {
    run(config(), "whole");
    run(config({{"training.epochs", "2"}}), "half");
  }

  TemporaryFolder folder_;
};

TEST_F(CheckpointTest, ChecksumIsTheCommentOfTheZipFile) {
  // An empty zip file is its end record: a signature and 18 bytes.
  const std::string empty = std::string("PK\x05\x06", 4) + std::string(18, '\0');
  const std::string with = with_checksum(empty);
  EXPECT_EQ(with.size(), empty.size() + 30);
  EXPECT_EQ(with[20], 30) << "the length of the comment";
  EXPECT_TRUE(has_valid_checksum(with));
  for (std::size_t i = 0; i < with.size(); ++i) {
    std::string damaged = with;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(has_valid_checksum(damaged)) << i;
    EXPECT_FALSE(has_valid_checksum(with.substr(0, i))) << i;
  }
  EXPECT_FALSE(has_valid_checksum(empty));
  EXPECT_TRUE(error_of([] { with_checksum("no zip file"); }));
}

TEST_F(CheckpointTest, ADamagedOneIsReplacedByTheOneBefore) {
  train_whole_and_half();
  const std::size_t size = slurp(folder("half").checkpoint()).size();
  for (std::size_t i = 0; i < 8; ++i) {
    const std::string name = "run" + std::to_string(i);
    fs::copy(folder_ / "half", folder_ / name, fs::copy_options::recursive);
    flip(folder(name).checkpoint(), i * 7919 * size / 8);
    const Warnings warnings;
    EXPECT_TRUE(run(config(), name, ExistingRun::kResume).finished);
    EXPECT_TRUE(warnings.contain("state.pt: is damaged")) << warnings.texts();
    EXPECT_EQ(weights(name), weights("whole")) << i;
  }
}

TEST_F(CheckpointTest, WithoutAUsableOneTheRunIsRefused) {
  train_whole_and_half();
  flip(folder("half").checkpoint(), 1000);
  flip(folder_ / "half/checkpoint/previous.pt", 1000);
  const auto error = error_of([&] { run(config(), "half", ExistingRun::kResume); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find("no usable checkpoint"), std::string::npos);
  EXPECT_NE(std::string(error->what()).find("--overwrite"), std::string::npos);
}

TEST_F(CheckpointTest, DamagedBestWeightsAreNeverUsed) {
  run(config(), "whole");
  // The checkpoint before the first validation has no best weights yet.
  run(config({{"training.epochs", "1"}}), "one");
  flip(folder("one").best_weights(), 1000);
  const Warnings warnings;
  run(config(), "one", ExistingRun::kResume);
  EXPECT_TRUE(warnings.contain("best.weights: is missing or damaged")) << warnings.texts();
  EXPECT_EQ(weights("one"), weights("whole"));
  run(config({{"training.epochs", "2"}}), "two");
  flip(folder("two").best_weights(), 1000);
  const fs::path previous = folder_ / "two/checkpoint/previous.weights";
  if (fs::exists(previous)) flip(previous, 1000);
  const auto error = error_of([&] { run(config(), "two", ExistingRun::kResume); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find("best.weights"), std::string::npos) << error->what();
}

TEST_F(CheckpointTest, MetricsAreThoseOfTheCheckpoint) {
  train_whole_and_half();
  const std::string both = slurp(folder("half").metrics());
  const std::string first = both.substr(0, both.find('\n') + 1);
  const std::string second = both.substr(first.size());
  const std::vector<std::string> damaged = {
      "", first, second, both + second, both.substr(0, 40), first + first + second, second + first};
  for (std::size_t i = 0; i < damaged.size(); ++i) {
    const std::string name = "run" + std::to_string(i);
    fs::copy(folder_ / "half", folder_ / name, fs::copy_options::recursive);
    folder_.write(name + "/metrics.jsonl", damaged[i]);
    const Warnings warnings;
    run(config(), name, ExistingRun::kResume);
    const std::string found = slurp(folder(name).metrics());
    EXPECT_TRUE(found.starts_with(both)) << i;
    EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 3) << i;
    // A line after the checkpoint is what any kill leaves.
    EXPECT_EQ(warnings.contain("restored from the checkpoint"), damaged[i] != both + second) << i;
  }
}

TEST_F(CheckpointTest, ACrashDuringValidationLosesNoStep) {
  run(config(), "whole");
  Hooks crashing;
  std::int64_t steps = 0;
  crashing.progress = [&](const Progress& progress) {
    if (!progress.validation) {
      steps = progress.step;
    } else if (progress.epoch == 2) {
      throw std::runtime_error("crash");
    }
  };
  EXPECT_THROW(run(config(), "crashed", ExistingRun::kRefuse, crashing), std::runtime_error);
  // The checkpoint before the one after validation is the one before it, at the same step.
  fs::rename(folder_ / "crashed/checkpoint/previous.pt", folder("crashed").checkpoint());
  std::int64_t first = 0;
  Hooks counting;
  counting.progress = [&](const Progress& progress) {
    if (first == 0 && !progress.validation) first = progress.step;
  };
  const Warnings warnings;
  EXPECT_TRUE(run(config(), "crashed", ExistingRun::kResume, counting).finished);
  EXPECT_EQ(first, steps + 1);
  EXPECT_EQ(weights("crashed"), weights("whole"));
}

TEST_F(CheckpointTest, AReplacedRunStaysUntilTheNewOneIsComplete) {
  run(config({{"training.seed", "2"}}), "run");
  folder_.write("run/model.pt", "an exported model");
  run(config(), "whole");
  const std::string before = weights("run");
  EXPECT_FALSE(run(config(), "run", ExistingRun::kOverwrite, stop_after(5)).finished);
  EXPECT_EQ(load_run(folder_ / "run").manifest.seed, 2);
  EXPECT_EQ(weights("run"), before);
  EXPECT_TRUE(fs::exists(folder_ / "run.next"));
  EXPECT_TRUE(run(config(), "run", ExistingRun::kResume).finished);
  EXPECT_EQ(load_run(folder_ / "run").manifest.seed, 1);
  EXPECT_EQ(weights("run"), weights("whole"));
  EXPECT_EQ(slurp(folder_ / "run/model.pt"), "an exported model");
  for (const char* name : {"run.next", "run/lock", "run/replaces"}) {
    EXPECT_FALSE(fs::exists(folder_ / name)) << name;
  }
  EXPECT_TRUE(fs::exists(folder("run").cache()));
}

TEST_F(CheckpointTest, AnInterruptedExchangeIsCompleted) {
  run(config({{"training.seed", "2"}}), "run");
  run(config(), "run.next");
  folder_.write("run.next/replaces", "run\n");
  EXPECT_TRUE(error_of([&] { run(config(), "run"); })) << "a finished run stays refused";
  EXPECT_EQ(load_run(folder_ / "run").manifest.seed, 1);
  EXPECT_FALSE(fs::exists(folder_ / "run.next"));
  // Killed between the exchange and the removal of the old run.
  fs::copy(folder_ / "run", folder_ / "run.next", fs::copy_options::recursive);
  folder_.write("run.next/notes.txt", "by the user");
  folder_.write("run/replaces", "run\n");
  EXPECT_TRUE(error_of([&] { run(config(), "run"); }));
  EXPECT_FALSE(fs::exists(folder_ / "run.next"));
  EXPECT_FALSE(fs::exists(folder_ / "run/replaces"));
  EXPECT_EQ(slurp(folder_ / "run/notes.txt"), "by the user");
}

TEST_F(CheckpointTest, AFailedStartLeavesTheOldRunAlone) {
  run(config(), "run");
  EXPECT_TRUE(error_of([&] {
    run(config({{"data.train", "missing.tsv"}}), "run", ExistingRun::kOverwrite);
  }));
  EXPECT_FALSE(fs::exists(folder_ / "run.next"));
  EXPECT_NO_THROW(load_run(folder_ / "run"));
  folder_.write("run.next/thesis.txt", "years of work");
  const auto error = error_of([&] { run(config(), "run", ExistingRun::kOverwrite); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_TRUE(fs::exists(folder_ / "run.next/thesis.txt"));
}

TEST_F(CheckpointTest, OnlyOneProcessTrainsIntoAFolder) {
  Hooks hooks;
  int refused = 0;
  hooks.progress = [&](const Progress&) {
    if (refused > 0) return;
    for (const ExistingRun existing :
         {ExistingRun::kRefuse, ExistingRun::kResume, ExistingRun::kOverwrite}) {
      const auto error = error_of([&] { run(config(), "run", existing); });
      refused += error && error->kind() == ErrorKind::kRuntime ? 1 : 0;
    }
  };
  EXPECT_TRUE(run(config(), "run", ExistingRun::kRefuse, hooks).finished);
  EXPECT_EQ(refused, 3);
  EXPECT_FALSE(fs::exists(folder_ / "run" / FolderLock::kFileName));
}

/// Diverges at any learning rate above about 1e36.
std::vector<Override> wild(const std::string& rate, const std::string& divergence) {
  return {{"training.optimizer", R"({"type": "sgd", "learning_rate": )" + rate + "}"},
          {"training.divergence", "\"" + divergence + "\""},
          {"training.epochs", "1"}};
}

TEST_F(CheckpointTest, TheBatchThatDivergedIsSaved) {
  const auto error = error_of([&] { run(config(wild("1e38", "stop")), "run"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kNumeric);
  const fs::path file = folder_ / "run/diverged.jsonl";
  EXPECT_NE(std::string(error->what()).find(file.string()), std::string::npos) << error->what();
  std::ifstream in(file);
  std::string line;
  ASSERT_TRUE(std::getline(in, line));
  const auto head = nlohmann::json::parse(line);
  EXPECT_EQ(head["epoch"], 1);
  EXPECT_GE(head["step"], 2);
  EXPECT_EQ(head["rows"], 32);
  std::ifstream rows(folder_ / "data/train.tsv");
  std::vector<std::string> training;
  for (std::string row; std::getline(rows, row);) training.push_back(row);
  int count = 0;
  for (; std::getline(in, line); ++count) {
    const auto row = nlohmann::json::parse(line);
    // The first line of the file is the header, so that row 1 is the second line.
    const std::string& source = training.at(row["row"].get<std::size_t>());
    EXPECT_TRUE(source.ends_with(row["label"].get<std::string>()) ||
                source.starts_with(row["label"].get<std::string>()))
        << source;
    EXPECT_FALSE(row["tokens"].empty());
  }
  EXPECT_EQ(count, 32);
}

TEST_F(CheckpointTest, ARollbackHalvesTheRateAndResumesExactly) {
  // The loss of the third step overflows at 1e38 and at half of it, but not at a quarter.
  const Config rolling = config(wild("1e38", "rollback"));
  std::vector<double> rates;
  Hooks hooks;
  hooks.progress = [&](const Progress& progress) { rates.push_back(progress.learning_rate); };
  const Warnings warnings;
  EXPECT_TRUE(run(rolling, "whole", ExistingRun::kRefuse, hooks).finished);
  EXPECT_TRUE(warnings.contain("returned to step 0")) << warnings.texts();
  EXPECT_TRUE(warnings.contain("(rollback 1 of 5)")) << warnings.texts();
  EXPECT_EQ(rates.front(), 1e38);
  const double last = rates.back();
  EXPECT_TRUE(last == 0.5e38 || last == 0.25e38 || last == 0.125e38) << last;
  for (int steps = 1; steps <= 7; ++steps) {
    const std::string name = "stopped" + std::to_string(steps);
    EXPECT_FALSE(run(rolling, name, ExistingRun::kRefuse, stop_after(steps)).finished);
    EXPECT_TRUE(run(rolling, name, ExistingRun::kResume).finished);
    EXPECT_EQ(weights(name), weights("whole")) << steps;
  }
}

TEST_F(CheckpointTest, RollbacksEnd) {
  const Warnings warnings;
  const auto error = error_of([&] { run(config(wild("1e300", "rollback")), "run"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kNumeric);
  EXPECT_NE(std::string(error->what()).find("5 rollbacks"), std::string::npos) << error->what();
  for (int number = 1; number <= 5; ++number) {
    EXPECT_TRUE(warnings.contain("(rollback " + std::to_string(number) + " of 5)")) << number;
  }
}

}  // namespace
}  // namespace sequent
