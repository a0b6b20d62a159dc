#include "data/held_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data_support.h"
#include "sequent/data.h"

namespace sequent {
namespace {

HeldOut held_out_spec(double fraction, std::int64_t seed) {
  HeldOut spec;
  spec.fraction = fraction;
  spec.seed = seed;
  return spec;
}

std::vector<bool> choose_held_out(const std::vector<std::int32_t>& labels, const HeldOut& spec) {
  DataSpec data;
  data.validation = spec;
  std::vector<bool> held_out;
  for (const Part part : choose_parts(labels, data)) held_out.push_back(part == Part::kValidation);
  return held_out;
}

std::map<std::int32_t, int> count_by_label(const std::vector<std::int32_t>& labels,
                                           const std::vector<bool>& chosen) {
  std::map<std::int32_t, int> counts;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    counts[labels[row]] += chosen[row] ? 1 : 0;
  }
  return counts;
}

/// Returns the labels of `rows[i]` examples of each label i, one label after the other.
std::vector<std::int32_t> rows_of_labels(const std::vector<int>& rows) {
  std::vector<std::int32_t> labels;
  for (std::size_t label = 0; label < rows.size(); ++label) {
    labels.insert(labels.end(), static_cast<std::size_t>(rows[label]),
                  static_cast<std::int32_t>(label));
  }
  return labels;
}

TEST(HeldOutRows, AreTheSameShareOfEachLabel) {
  const auto labels = rows_of_labels({1000, 200, 25, 4, 3, 2, 1});
  const auto chosen = choose_held_out(labels, held_out_spec(0.1, 1));
  ASSERT_EQ(chosen.size(), labels.size());
  // 2.5 is rounded up. A label with two or more examples gives at least one, a label with a single
  // example gives none.
  EXPECT_EQ(
      count_by_label(labels, chosen),
      (std::map<std::int32_t, int>{{0, 100}, {1, 20}, {2, 3}, {3, 1}, {4, 1}, {5, 1}, {6, 0}}));
}

TEST(HeldOutRows, NeverTakeAllOfALabel) {
  const auto labels = rows_of_labels({10, 2, 3});
  EXPECT_EQ(count_by_label(labels, choose_held_out(labels, held_out_spec(0.9, 1))),
            (std::map<std::int32_t, int>{{0, 9}, {1, 1}, {2, 2}}));
}

TEST(HeldOutRows, DependOnTheSeedAlone) {
  const auto labels = rows_of_labels({500, 500});
  const auto chosen = choose_held_out(labels, held_out_spec(0.2, 1));
  EXPECT_EQ(chosen, choose_held_out(labels, held_out_spec(0.2, 1)));
  EXPECT_NE(chosen, choose_held_out(labels, held_out_spec(0.2, 2)));
}

TEST(HeldOutRows, AreSpreadOverTheFile) {
  const std::vector<std::int32_t> labels(10000, 0);
  const auto chosen = choose_held_out(labels, held_out_spec(0.5, 3));
  // About half of each tenth is held out; 4 standard deviations of the hypergeometric count are 60.
  for (std::size_t part = 0; part < 10; ++part) {
    int count = 0;
    for (std::size_t row = 0; row < 1000; ++row) count += chosen[part * 1000 + row] ? 1 : 0;
    EXPECT_NEAR(count, 500, 60) << part;
  }
}

TEST(HeldOutRows, OfOneLabelDoNotDependOnTheOthers) {
  const auto few = choose_held_out(rows_of_labels({100}), held_out_spec(0.3, 5));
  const auto many = choose_held_out(rows_of_labels({100, 50}), held_out_spec(0.3, 5));
  EXPECT_EQ(few, std::vector<bool>(many.begin(), many.begin() + 100));
}

TEST(HeldOutRows, OfNothingAreNothing) {
  EXPECT_TRUE(choose_held_out({}, held_out_spec(0.1, 1)).empty());
}

TEST(Parts, TestRowsAreTakenFirstAndNoneIsInTwoParts) {
  const auto labels = rows_of_labels({100, 40});
  DataSpec data;
  data.validation = held_out_spec(0.1, 1);
  const std::vector<Part> without_test = choose_parts(labels, data);
  data.test = held_out_spec(0.2, 7);
  const std::vector<Part> parts = choose_parts(labels, data);
  const auto count = [&](Part part) { return std::count(parts.begin(), parts.end(), part); };
  EXPECT_EQ(count(Part::kTest), 20 + 8);
  EXPECT_EQ(count(Part::kValidation), 10 + 4);
  EXPECT_EQ(count(Part::kTrain), 70 + 28);
  EXPECT_EQ(std::count(without_test.begin(), without_test.end(), Part::kValidation), 14);
}

TEST(Parts, OfWindowsFollowEachOtherInTime) {
  const std::vector<std::int32_t> rows(20, 0);
  DataSpec data;
  WindowsFormat windows;
  windows.horizon = 4;
  windows.stride = 2;
  data.format = windows;
  data.validation = held_out_spec(0.2, 1);
  data.test = held_out_spec(0.1, 1);
  // A window has four target steps, and consecutive windows start two steps apart: the targets of
  // the two windows before a held-out part would overlap it.
  std::string shown;
  for (const Part part : choose_parts(rows, data)) shown += "tvT-"[static_cast<int>(part)];
  EXPECT_EQ(shown, std::string(10, 't') + "--" + "vvvv" + "--" + "TT");
}

TEST(Parts, OfSeveralSeriesAreTheEndOfEach) {
  std::vector<std::int32_t> groups(20);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    groups[row] = static_cast<std::int32_t>(row % 2);
  }
  DataSpec data;
  data.format = WindowsFormat{};
  data.validation = held_out_spec(0.2, 1);
  const std::vector<std::int32_t> labels(groups.size(), 0);
  const auto shown = [&] {
    std::string letters;
    for (const Part part :
         choose_parts(RowsToSplit{labels, {}, {}, groups}, data, /*in_order=*/false)) {
      letters += "tvT-"[static_cast<int>(part)];
    }
    return letters;
  };
  EXPECT_EQ(shown(), std::string(16, 't') + "vvvv");
  // The first ten rows are of one series, the others of another one.
  for (std::size_t row = 0; row < groups.size(); ++row) groups[row] = row < 10 ? 1 : 0;
  EXPECT_EQ(shown(), "ttttttttvvttttttttvv");
}

TEST(Parts, OfWindowsWithClassesDoNotLeaveWindowsOut) {
  const std::vector<std::int32_t> labels = {0, 1, 0, 1, 0, 1, 2, 2, 2, 2};
  DataSpec data;
  WindowsFormat windows;
  windows.stride = 3;
  windows.label = "state";
  data.format = windows;
  data.validation = held_out_spec(0.3, 1);
  data.test = held_out_spec(0.2, 1);
  std::string shown;
  for (const Part part : choose_parts(labels, data)) shown += "tvT-"[static_cast<int>(part)];
  EXPECT_EQ(shown, "tttttvvvTT");
}

TEST(Parts, KeepTheOnlyRowOfALabelInTraining) {
  const testing::TemporaryFolder folder;
  Config config;
  config.base_directory = folder.path();
  config.task = Task("multi_label");
  config.data.train = "train.tsv";
  config.data.validation = held_out_spec(0.5, 1);
  std::string rows = "text\tlabel\n";
  for (int i = 0; i < 20; ++i) rows += "a\tx, y, only" + std::to_string(i) + "\nb\tx\n";
  folder.write("train.tsv", rows);
  const PreparedData data = prepare_data(config, {});
  EXPECT_EQ(data.labels.size(), 22);
  EXPECT_GT(data.validation.size(), 0);
  for (std::int64_t row = 0; row < data.validation.size(); ++row) {
    const std::span<const float> marks = data.validation.targets(row);
    EXPECT_EQ(std::count(marks.begin(), marks.end(), 1.0F), 1) << "a row with x alone";
  }
}

}  // namespace
}  // namespace sequent
