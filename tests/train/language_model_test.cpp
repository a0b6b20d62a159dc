// Tests that language models read their data correctly, learn, resume and are evaluated exactly.
#include <gtest/gtest.h>

#include <cmath>

#include "language_model_rows.h"
#include "libtorch/row_tensors.h"
#include "sequent/error.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tasks/language_model/dynamic_evaluation_training.h"
#include "tasks/language_model/token_windows_training.h"
#include "tensors.h"
#include "train/load_run.h"
#include "train/losses.h"
#include "train/targets.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::slurp;
using testing::TemporaryFolder;

EncodedDataset lines_of(std::int64_t tokens) {
  EncodedDataset lines;
  std::vector<std::int32_t> row;
  for (std::int64_t i = 0; i < tokens; ++i) {
    row.push_back(static_cast<std::int32_t>(100 + i));
    if (i % 7 == 6 || i + 1 == tokens) {
      lines.add(row, 0);
      row.clear();
    }
  }
  return lines;
}

TEST(TokenWindows, PredictEachTokenOnceFromTheOneBefore) {
  for (const std::int64_t tokens : {1, 5, 40, 41, 97, 100}) {
    for (const std::int64_t streams : {1, 3, 8}) {
      for (const std::int64_t length : {1, 4, 50}) {
        const TokenWindows windows = cut_windows(lines_of(tokens), streams, length);
        ASSERT_EQ(windows.streams, std::min(tokens, streams));
        std::vector<std::int32_t> found;
        for (std::int64_t stream = 0; stream < windows.streams; ++stream) {
          std::int32_t before = -1;
          for (std::int64_t window = 0; window < windows.count(); ++window) {
            const std::int64_t row = windows.rows_of(window, stream, stream + 1).front();
            const auto read = windows.rows.ids(row);
            const auto next = windows.rows.tags(row);
            ASSERT_LE(read.size(), static_cast<std::size_t>(length) + 1);
            if (window > 0) {
              EXPECT_EQ(read.front(), before) << "reads on";
            }
            for (std::size_t i = 0; i < read.size(); ++i) {
              EXPECT_EQ(read[i], next[i] == 100 ? Vocabulary::kLineEnd : next[i] - 1);
              found.push_back(next[i]);
            }
            before = next.back();
          }
        }
        ASSERT_EQ(static_cast<std::int64_t>(found.size()), tokens);
        for (std::int64_t i = 0; i < tokens; ++i) {
          EXPECT_EQ(found[static_cast<std::size_t>(i)], 100 + i);
        }
      }
    }
  }
}

class LanguageModelRun : public ::testing::Test {
 protected:
  LanguageModelRun() {
    folder_.write("train.txt", testing::circle_lines(400));
    folder_.write("valid.txt", testing::circle_lines(50, 4) + "\nnine two\n");
  }

  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse, const Hooks& hooks = {}) const {
    Config config = parse_config(testing::kLanguageModelConfig, "circle.json", changes);
    config.base_directory = folder_.path();
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config, options, hooks);
  }

  TemporaryFolder folder_;
};

TEST_F(LanguageModelRun, LearnsWhatFollowsAndIsMeasuredAlikeAsRunAndArchive) {
  const TrainReport report = run("run");
  const Report& found = report.test.value();
  EXPECT_EQ(*found.value("count"), 50 * 6 + 1 + 3);
  EXPECT_NEAR(*found.value("unknown_share"), 1.0 / 304, 1e-9);
  // One of the six tokens in a line is any of seven words.
  EXPECT_LT(*found.value("perplexity"), 1.7);
  EXPECT_GT(*found.value("perplexity"), std::pow(7, 1.0 / 6) - 0.1);
  const auto valid = (folder_ / "valid.txt").string();
  EXPECT_EQ(evaluate(folder_ / "run", valid), found);
  export_run(folder_ / "run", folder_ / "model.pt");
  const Report of_archive = evaluate(folder_ / "model.pt", valid);
  EXPECT_NEAR(*of_archive.value("loss"), *found.value("loss"), 1e-5);
  EXPECT_EQ(of_archive.value("accuracy"), found.value("accuracy"));
}

TEST_F(LanguageModelRun, LossIsThatOfReadingTheTextAtOnce) {
  run("run", {{"training.epochs", "1"}});
  LoadedRun loaded = load_run(folder_ / "run");
  const std::vector<std::int32_t> ids{3, 4, 5, 2, 9, 2, 1, 6, 7, 2};
  EncodedDataset lines;
  lines.add(std::span(ids).first(4), 0);
  lines.add(std::span(ids).subspan(4), 0);
  WorkerPool pool(loaded.model, torch::kCPU, 2);
  const torch::NoGradGuard no_gradient;
  torch::Tensor read = torch::tensor({{2, 3, 4, 5, 2, 9, 2, 1, 6, 7}}, torch::kInt64);
  const torch::Tensor logits = loaded.model->forward({read, torch::tensor({10}, torch::kInt64)});
  const torch::Tensor next = torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()));
  const auto wanted = torch::cross_entropy_loss(logits[0], next, {}, at::Reduction::Sum);
  for (const std::int64_t length : {1, 3, 10}) {
    EXPECT_NEAR(read_windows(pool, cut_windows(lines, 1, length)).loss, wanted.item<double>(),
                1e-4);
  }
}

TEST_F(LanguageModelRun, ResumesExactly) {
  const std::vector<Override> short_run{{"training.epochs", "2"}, {"training.ema", "{}"}};
  run("whole", short_run);
  for (const int stop : {1, 5, 19, 30}) {
    const std::string name = "parts" + std::to_string(stop);
    Hooks hooks;
    hooks.stop_requested = [left = stop]() mutable { return --left <= 0; };
    run(name, short_run, ExistingRun::kRefuse, hooks);
    EXPECT_TRUE(run(name, short_run, ExistingRun::kResume).finished);
    EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
              slurp(RunFolder{folder_ / name}.best_weights()))
        << stop;
  }
}

TEST_F(LanguageModelRun, WorkersChangeRoundingAlone) {
  const std::vector<Override> steps{
      {"training.max_steps", "5"},
      {"training.optimizer", R"({"type": "sgd", "learning_rate": 0.1})"}};
  run("two", steps);
  std::vector<Override> alone = steps;
  alone.push_back({"runtime.workers", "1"});
  run("one", alone);
  const LoadedRun two = load_run(folder_ / "two");
  const LoadedRun one = load_run(folder_ / "one");
  const auto found = one.model->named_parameters();
  for (const auto& named : two.model->named_parameters()) {
    EXPECT_TRUE(all_near(found[named.key()], named.value(), 1e-5)) << named.key();
  }
}

TEST_F(LanguageModelRun, StartsFromVectorsAndSaysHowMuchTheyCover) {
  folder_.write("vectors.txt", "one 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n");
  run("vectors", {{"model.layers.1.vectors", "vectors.txt"}, {"training.epochs", "1"}});
  const std::string page = slurp(RunFolder{folder_ / "vectors"}.report());
  EXPECT_NE(page.find(" % of the training text"), std::string::npos);
  EXPECT_EQ(page.find(" 0 % of the training text"), std::string::npos);
}

TEST_F(LanguageModelRun, TakesTheLastLinesAsValidationAndRowsOfOtherFormats) {
  const TrainReport held_out =
      run("held", {{"data.validation", R"({"fraction": 0.1})"}, {"training.epochs", "1"}});
  EXPECT_EQ(*held_out.validation.value("count"), 40 * 6);
  folder_.write("rows.csv", "id,text\n1,one two\n2,\"three,\r\nfour\"\n");
  const TrainReport table = run("table", {{"data.validation", "rows.csv"},
                                          {"data.train", "rows.csv"},
                                          {"data.test", "null"},
                                          {"data.format", R"({"type": "csv"})"},
                                          {"training.epochs", "1"}});
  EXPECT_EQ(*table.validation.value("count"), 7);
}

// In dynamic evaluation, the model that scores each segment has been trained on the segments
// before. The reference uses LibTorch's operators and its Adam. With tied weights, the table is
// used twice: as embedding and as head.
TEST(DynamicEvaluation, LearnsFromEachPartAfterItWasMeasured) {
  for (const char* tied : {"true", "false"}) {
    const Config config =
        parse_config(testing::kLanguageModelConfig, "circle.json", {{"model.layers.5.tied", tied}});
    EncodedDataset lines;
    for (std::int32_t i = 0; i < 24; ++i) {
      lines.add(std::vector<std::int32_t>{3 + i % 4, 4 + i % 3, 5 + i % 2, 3, 6, 2}, 0);
    }
    SequenceModel model(resolve(config, 10, 10));
    SequenceModel plain(resolve(config, 10, 10));
    torch::manual_seed(4);
    testing::randomize(*model);
    {
      const torch::NoGradGuard no_gradient;
      const auto weights = model->named_parameters();
      for (auto& named : plain->named_parameters()) named.value().copy_(weights[named.key()]);
    }
    plain->use_operators(true);
    const double rate = 0.01;
    const TextScore found = read_dynamically(*model, lines, rate);
    const TokenWindows windows = cut_windows(lines, 1, 50);
    ASSERT_EQ(windows.count(), 3);
    torch::optim::Adam adam(
        plain->parameters(),
        torch::optim::AdamOptions(rate).betas({0.0, 0.999}).eps(AdamSpec{}.epsilon));
    CarriedStates states = plain->zero_states(1);
    double wanted = 0;
    for (std::int64_t window = 0; window < windows.count(); ++window) {
      const RowNumbers rows = windows.rows_of(window, 0, 1);
      const RowTensors tensors = make_row_tensors({windows.rows.row(rows.front())});
      Batch batch{tensors.input, tensors.lengths};
      batch.carried = &states;
      const torch::Tensor loss =
          torch::cross_entropy_loss(plain->forward(batch)[0], target_tags(windows.rows, rows)[0]);
      wanted += loss.item<double>() * static_cast<double>(tensors.input.size(1));
      plain->zero_grad();
      loss.backward();
      for (torch::Tensor& weight : plain->parameters()) {
        if (weight.grad().defined()) weight.mutable_grad() = testing::dense(weight.grad());
      }
      adam.step();
    }
    EXPECT_NEAR(found.loss, wanted, 1e-4 * wanted) << "tied " << tied;
  }
}

TEST(TiedHead, GradientsAreThoseOfFiniteDifferences) {
  const Config config = parse_config(testing::kLanguageModelConfig, "circle.json");
  SequenceModel model(resolve(config, /*vocabulary_size=*/11, /*class_count=*/0));
  torch::manual_seed(5);
  testing::randomize(*model);
  model->to(torch::kFloat64);
  EXPECT_EQ(model->named_parameters().find("layers.5.weight"), nullptr);
  const Batch batch{torch::tensor({{2, 3, 4, 5}, {2, 7, 7, 2}}, torch::kInt64),
                    torch::tensor({4, 4}, torch::kInt64)};
  const torch::Tensor next = torch::tensor({{3, 4, 5, 2}, {7, 7, 2, 10}}, torch::kInt64);
  const auto loss = [&] {
    return token_losses(model->forward(batch), next, batch.lengths, /*smoothing=*/0.1).sum();
  };
  testing::expect_gradients_of_differences(*model, loss, /*samples=*/11, 1e-6);
  EXPECT_FALSE(model->named_parameters()["layers.1.weight"].grad().is_sparse());
}

}  // namespace
}  // namespace sequent
