#include "search/tune_space.h"

#include <gtest/gtest.h>

#include "search_file.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::search_file;
using testing::TemporaryFolder;

/// Returns the messages about a search file with this space, without the file's name.
std::vector<std::string> messages(const std::string& space, const std::string& more = "") {
  const TemporaryFolder folder;
  const auto error = error_of([&] { TuneSpace(search_file(folder, space, more)); });
  std::vector<std::string> texts;
  if (!error) return texts;
  EXPECT_EQ(error->kind(), ErrorKind::kConfig);
  for (const Issue& issue : error->issues()) {
    texts.push_back(issue.where.substr(issue.where.find(": /") + 2) + ": " + issue.message);
  }
  return texts;
}

void expect_message(const std::string& space, const std::string& start, const std::string& part) {
  const std::vector<std::string> found = messages(space);
  ASSERT_EQ(found.size(), 1U) << space;
  EXPECT_TRUE(found[0].starts_with(start)) << found[0];
  EXPECT_NE(found[0].find(part), std::string::npos) << found[0];
}

TEST(TuneSpaceTest, ReportsAllOptionsThatDoNotExistOrDoNotAllowAValue) {
  const std::vector<std::string> found = messages(R"({
      "training.optimizer.lerning_rate": {"type": "log_uniform", "low": 1e-4, "high": 1e-2},
      "training.batch_size": {"type": "integer", "low": 0, "high": 64},
      "model.layers.1.units": {"type": "uniform", "low": 8, "high": 64},
      "model.layers.9.units": {"type": "integer", "low": 8, "high": 64},
      "training.epochs": {"type": "choice", "values": [1, "two"]}})");
  ASSERT_EQ(found.size(), 5U);
  EXPECT_NE(found[4].find("did you mean \"learning_rate\"?"), std::string::npos) << found[4];
  EXPECT_NE(found[2].find("the value 0 is not allowed"), std::string::npos) << found[2];
  EXPECT_NE(found[0].find("expected an integer"), std::string::npos) << found[0];
  EXPECT_NE(found[1].find("expected 0 to 2"), std::string::npos) << found[1];
  EXPECT_NE(found[3].find("the value \"two\""), std::string::npos) << found[3];
}

TEST(TuneSpaceTest, RangesAreChecked) {
  expect_message("{}", "/space: ", "found no options");
  expect_message(R"({"training.epochs": {"type": "integer", "low": 5, "high": 2}})",
                 "/space/training.epochs: ", "low above high");
  expect_message(R"({"training.epochs": {"type": "integer", "low": 1, "high": 8, "step": 2,
                     "log": true}})",
                 "/space/training.epochs: ", "has no step");
  expect_message(R"({"training.epochs": {"type": "choice", "values": [3, 4, 3]}})",
                 "/space/training.epochs: ", "values 0 and 2 are equal");
  expect_message(R"({"training.epochs": {"type": "log_unifrom", "low": 1, "high": 8}})",
                 "/space/training.epochs/type: ", "did you mean \"log_uniform\"?");
  expect_message(R"({"training.epochs": {"type": "choice", "values": [1]},
                     "/training/epochs": {"type": "choice", "values": [2]}})",
                 "/space/training.epochs: ", "names the same option as \"/training/epochs\"");
}

TEST(TuneSpaceTest, PathsThroughValuesAreErrors) {
  expect_message(R"({"training.epochs.first": {"type": "choice", "values": [1]}})",
                 "/space/training.epochs.first: ", "the value 1 is not allowed");
  const TemporaryFolder folder;
  const auto error = error_of([&] {
    search_file(folder, R"({"training.epochs": {"type": "choice", "values": [1]}})",
                R"(, "fixed": {"version.x": 1})");
  });
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->issues()[0].where.ends_with("search.json: /fixed/version.x"));
}

TEST(TuneSpaceTest, ConditionsThatNeverHoldOrDependOnEachOtherAreErrors) {
  expect_message(R"({"model.layers.1.coupled": {"type": "choice", "values": [true, false],
                     "when": {"model.layers.1.type": ["gru"]}}})",
                 "/space/model.layers.1.coupled: ", "never holds");
  expect_message(R"({"training.epochs": {"type": "choice", "values": [1, 2],
                       "when": {"training.batch_size": [1]}},
                     "training.batch_size": {"type": "choice", "values": [1, 2],
                       "when": {"training.epochs": [1]}}})",
                 "/space/training.batch_size: ", "depends on it");
}

TEST(TuneSpaceTest, AGridNeedsLists) {
  const std::vector<std::string> found =
      messages(R"({"training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.2}})",
               R"(, "method": {"type": "grid"})");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("no finite list"), std::string::npos) << found[0];
}

TEST(TuneSpaceTest, AnOptionOfAChosenLayerFollowsTheLayer) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "model.layers.1.units": {"type": "integer", "low": 4, "high": 16},
      "model.layers.1": {"type": "choice", "values": [{"type": "lstm", "units": 8},
                                                      {"type": "gru", "units": 8}]},
      "model.layers.1.coupled": {"type": "choice", "values": [false, true],
                                  "when": {"model.layers.1.type": ["lstm"]}}})"));
  ASSERT_EQ(space.dimensions().size(), 3U);
  EXPECT_EQ(space.dimensions()[0].path, "model.layers.1");
  EXPECT_EQ(space.dimensions()[1].path, "model.layers.1.coupled");
  const Json gru = {{"type", "gru"}, {"units", 8}};
  const Json lstm = {{"type", "lstm"}, {"units", 8}};
  EXPECT_FALSE(space.is_active(1, {{"model.layers.1", gru}}));
  EXPECT_TRUE(space.is_active(1, {{"model.layers.1", lstm}}));
  const Config config = space.config({{"model.layers.1", gru}, {"model.layers.1.units", 5}});
  EXPECT_EQ(std::get<GruSpec>(config.model.layers[1]).units, 5);
}

TEST(TuneSpaceTest, AConditionOnADefaultHolds) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.optimizer.learning_rate": {"type": "log_uniform", "low": 1e-4, "high": 1e-2,
                                           "when": {"training.optimizer.type": ["adam"]}}})"));
  EXPECT_TRUE(space.is_active(0, {}));
}

}  // namespace
}  // namespace sequent
