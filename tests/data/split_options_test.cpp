// Folds, groups, duplicates, and splits by a column.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/held_out.h"
#include "data/splits.h"
#include "data_support.h"
#include "sequent/data.h"

namespace sequent {
namespace {

template <class Work>
std::string message_of(const Work& work) {
  const auto error = testing::error_of(work);
  return error ? error->what() : "";
}

std::string letters(const std::vector<Part>& parts) {
  std::string shown;
  for (const Part part : parts) shown += "tvT-"[static_cast<int>(part)];
  return shown;
}

HeldOut fold_of(std::int64_t fold, std::int64_t folds) {
  HeldOut held_out;
  held_out.folds = folds;
  held_out.fold = fold;
  return held_out;
}

TEST(Folds, HoldOutEachRowOnceAndEachLabelEvenly) {
  // 13 rows of label 0, 7 of label 1, and a single one of label 2.
  std::vector<std::int32_t> labels(13, 0);
  labels.insert(labels.end(), 7, 1);
  labels.push_back(2);
  std::vector<int> held_out(labels.size());
  for (std::int64_t fold = 0; fold < 5; ++fold) {
    DataSpec data;
    data.validation = fold_of(fold, 5);
    const std::vector<Part> parts = choose_parts(labels, data);
    std::map<std::int32_t, int> count;
    for (std::size_t row = 0; row < parts.size(); ++row) {
      if (parts[row] != Part::kValidation) continue;
      ++held_out[row];
      ++count[labels[row]];
    }
    EXPECT_EQ(count[0] + count[1], 4) << fold;
    EXPECT_GE(count[0], 2) << fold;
    EXPECT_GE(count[1], 1) << fold;
  }
  std::vector<int> expected(labels.size(), 1);
  expected.back() = 0;  // the only row of its label stays in training
  EXPECT_EQ(held_out, expected);
}

TEST(Folds, DependOnTheSeed) {
  const std::vector<std::int32_t> labels(100, 0);
  const auto parts = [&](std::int64_t seed) {
    DataSpec data;
    HeldOut held_out = fold_of(1, 4);
    held_out.seed = seed;
    data.validation = held_out;
    return choose_parts(labels, data);
  };
  EXPECT_EQ(parts(1), parts(1));
  EXPECT_NE(parts(1), parts(2));
}

TEST(Folds, OfWindowsAreBlocksOfTime) {
  DataSpec data;
  WindowsFormat windows;
  windows.horizon = 2;
  data.format = windows;
  const std::vector<std::int32_t> one_series(12, 0);
  data.validation = fold_of(1, 3);
  EXPECT_EQ(letters(choose_parts(one_series, data)), "ttt-vvvv-ttt");
  data.validation = fold_of(2, 3);
  EXPECT_EQ(letters(choose_parts(one_series, data)), "ttttttt-vvvv");
}

TEST(Folds, OfWindowsKeepTheTestBlock) {
  DataSpec data;
  WindowsFormat windows;
  windows.horizon = 3;
  data.format = windows;
  const std::vector<std::int32_t> one_series(20, 0);
  data.test = fold_of(3, 4);
  HeldOut last;
  last.fraction = 0.3;
  data.validation = last;
  EXPECT_EQ(letters(choose_parts(one_series, data)), "ttttt--vvvvvv--TTTTT");
  data.test = fold_of(2, 4);
  EXPECT_EQ(letters(choose_parts(one_series, data)), "ttt--vvv--TTTTT--vvv");
}

/// Rows of 30 groups; group g has g % 4 + 1 rows and the label g % 2.
struct GroupedRows {
  std::vector<std::int32_t> labels;
  std::vector<SplitKeys> keys;
  GroupedRows() {
    for (std::uint64_t group = 0; group < 30; ++group) {
      for (std::uint64_t row = 0; row <= group % 4; ++row) {
        labels.push_back(static_cast<std::int32_t>(group % 2));
        keys.push_back({.validation_group = group * 7919});
      }
    }
  }
};

TEST(Groups, StayTogetherInFoldsOfEqualLabels) {
  const GroupedRows rows;
  std::vector<int> held_out(rows.labels.size());
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    DataSpec data;
    HeldOut part = fold_of(fold, 3);
    part.group = "author";
    data.validation = part;
    const std::vector<Part> parts = choose_parts({rows.labels, rows.keys}, data, false);
    std::map<std::uint64_t, std::set<Part>> parts_of;
    std::map<std::int32_t, double> count;
    for (std::size_t row = 0; row < parts.size(); ++row) {
      parts_of[rows.keys[row].validation_group].insert(parts[row]);
      if (parts[row] != Part::kValidation) continue;
      ++held_out[row];
      ++count[rows.labels[row]];
    }
    for (const auto& [group, found] : parts_of) EXPECT_EQ(found.size(), 1U) << group;
    // 29 rows have label 0, and 44 have label 1.
    EXPECT_NEAR(count[0], 29.0 / 3, 1.5) << fold;
    EXPECT_NEAR(count[1], 44.0 / 3, 1.5) << fold;
  }
  EXPECT_EQ(held_out, std::vector<int>(rows.labels.size(), 1));
}

TEST(Groups, StayTogetherInAFraction) {
  const GroupedRows rows;
  DataSpec data;
  HeldOut part;
  part.fraction = 0.25;
  part.group = "author";
  data.validation = part;
  const std::vector<Part> parts = choose_parts({rows.labels, rows.keys}, data, false);
  const auto held_out = std::count(parts.begin(), parts.end(), Part::kValidation);
  EXPECT_NEAR(static_cast<double>(held_out), 73 * 0.25, 2);
}

class SplitOptions : public ::testing::Test {
 protected:
  SplitOptions() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.tsv";
    config_.data.validation = HeldOut{};
  }

  HeldOut& held_out() { return std::get<HeldOut>(config_.data.validation); }
  PreparedData prepare(int threads = 2) const { return prepare_data(config_, {}, threads); }

  static std::multiset<std::string> texts(const PreparedData& data, const EncodedDataset& rows) {
    std::multiset<std::string> found;
    for (std::int64_t row = 0; row < rows.size(); ++row) {
      found.insert(data.vocabulary.token(rows.ids(row)[0]));
    }
    return found;
  }

  testing::TemporaryFolder folder_;
  Config config_;
};

using Texts = std::multiset<std::string>;

constexpr const char* kDated =
    "text\tlabel\tsplit\tdate\n"
    "a\tx\ttrain\t2026-01-01\n"
    "b\ty\ttrain\t2026-01-02\n"
    "c\tx\tdev\t2026-02-01\n"
    "d\ty\ttest\t2026-03-01T10:00\n"
    "e\tx\ttrain\t2025-12-31\n"
    "f\ty\tdev\t2026-02-28\n";

TEST_F(SplitOptions, ColumnNamesTheParts) {
  folder_.write("train.tsv", kDated);
  held_out().column = "split";
  held_out().values = {"dev"};
  HeldOut test;
  test.column = std::int64_t{2};
  test.values = {"test"};
  config_.data.test = test;
  const PreparedData data = prepare();
  ASSERT_TRUE(data.test);
  EXPECT_EQ(texts(data, data.train), (Texts{"a", "b", "e"}));
  EXPECT_EQ(data.validation.size(), 2);
  EXPECT_EQ(data.test->size(), 1);
}

TEST_F(SplitOptions, DateDividesTheRows) {
  folder_.write("train.tsv", kDated);
  held_out().column = "date";
  held_out().from = "2026-02-01";
  for (const int threads : {1, 3}) {
    const PreparedData data = prepare(threads);
    EXPECT_EQ(texts(data, data.train), (Texts{"a", "b", "e"}));
    EXPECT_EQ(data.validation.size(), 3);
  }
}

TEST_F(SplitOptions, KeysOfObjectsAreColumns) {
  folder_.write("train.tsv",
                "{\"text\":\"a\",\"label\":\"x\",\"meta\":{\"year\":2020}}\n"
                "{\"text\":\"b\",\"label\":\"y\",\"meta\":{\"year\":2021}}\n"
                "{\"text\":\"c\",\"label\":\"x\",\"meta\":{\"year\":2023}}\n");
  config_.data.format = JsonlFormat{};
  held_out().column = "/meta/year";
  held_out().from = "2022";
  const PreparedData data = prepare();
  EXPECT_EQ(texts(data, data.train), (Texts{"a", "b"}));
  folder_.write("train.tsv",
                "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n");
  EXPECT_NE(
      message_of([&] { prepare(); }).find("train.tsv:1: has no string or number at \"/meta/year\""),
      std::string::npos);
}

TEST_F(SplitOptions, EqualTextsStayInOnePart) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 60; ++row) {
    rows += "w" + std::to_string(row % 20) + (row % 2 == 0 ? "\tx\n" : "\ty\n");
  }
  folder_.write("train.tsv", rows);
  held_out().fraction = 0.3;
  const auto shared = [&] {
    const PreparedData data = prepare();
    // A text that is also in training has an id there.
    Texts known = texts(data, data.validation);
    return known.size() - known.count("<unk>");
  };
  EXPECT_GT(shared(), 0U);
  config_.data.duplicates = Duplicates::kGroup;
  EXPECT_EQ(shared(), 0U);
  EXPECT_EQ(prepare().validation.size(), 18);
}

/// Rows "w<i> LABEL AUTHOR", of 12 authors with 5 rows each. Only the rows of the author
/// `only` have the label "rare".
std::string authors_rows(int only, bool several_labels) {
  std::string rows = "text\tlabel\tauthor\n";
  for (int row = 0; row < 60; ++row) {
    std::string label = row % 2 == 0 ? "x" : "y";
    const int author = row / 5;
    if (author == only && row % 5 == 0) label = several_labels ? label + ",rare" : "rare";
    rows += "w" + std::to_string(row) + "\t" + label + "\t" + std::to_string(author) + "\n";
  }
  return rows;
}

TEST_F(SplitOptions, WarnOfLabelsThatWholeGroupsHoldOut) {
  held_out().group = "author";
  held_out().folds = 3;
  int warned = 0;
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    held_out().fold = fold;
    folder_.write("train.tsv", authors_rows(7, /*several_labels=*/false));
    const PreparedData data = prepare();
    for (const DataFinding& finding : data.findings) {
      if (finding.sentence.find("all rows of the label \"rare\" are held out") == 0) {
        EXPECT_EQ(finding.level, FindingLevel::kWarning);
        ++warned;
      }
    }
  }
  EXPECT_EQ(warned, 1) << "the group is in one fold";
}

TEST_F(SplitOptions, GroupsThatAreKeptForTheirLabelsStayWhole) {
  config_.task = Task("multi_label");
  TsvFormat format;
  format.label_separator = ",";
  config_.data.format = format;
  held_out().group = "author";
  held_out().folds = 3;
  int kept = 0;
  for (std::int64_t fold = 0; fold < 3; ++fold) {
    held_out().fold = fold;
    std::map<int, std::set<bool>> held_out_of;  // by author
    folder_.write("train.tsv", authors_rows(7, /*several_labels=*/true));
    const std::vector<Part> parts = read_parts(config_, 1);
    for (std::size_t row = 0; row < parts.size(); ++row) {
      held_out_of[static_cast<int>(row) / 5].insert(parts[row] == Part::kValidation);
    }
    for (const auto& [author, found] : held_out_of) EXPECT_EQ(found.size(), 1U) << author;
    EXPECT_TRUE(held_out_of[7].contains(false)) << "its label is in training";
    kept += static_cast<int>(std::count(parts.begin(), parts.end(), Part::kTrain));
  }
  EXPECT_EQ(kept, 2 * 60 + 5) << "each group is held out once, but the kept one never";
}

TEST_F(SplitOptions, ErrorsNameTheColumn) {
  folder_.write("train.tsv", kDated);
  held_out().column = "splits";
  held_out().values = {"dev"};
  EXPECT_NE(
      message_of([&] { prepare(); }).find("has no column \"splits\"; did you mean \"split\"?"),
      std::string::npos)
      << message_of([&] { prepare(); });
  held_out().column = "split";
  held_out().values = {"validation"};
  EXPECT_NE(message_of([&] { prepare(); }).find("check \"values\" or \"from\""), std::string::npos);
  held_out().values.clear();
  held_out().from = "2026-01-01";
  EXPECT_NE(message_of([&] { prepare(); })
                .find("train.tsv:2: found \"train\" in column \"split\"; expected a number or an "
                      "ISO 8601 date"),
            std::string::npos);
}

TEST_F(SplitOptions, RefusesWhatHasNoMeaning) {
  const auto faults = [](const std::string& validation, const std::string& format = "tsv") {
    return message_of([&] {
      parse_config(
          R"({"version": 1, "data": {"train": "t", "format": {"type": ")" + format +
              R"("}, "validation": )" + validation +
              R"(}, "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                          {"type": "dense", "activation": "softmax"}]}})",
          "c");
    });
  };
  EXPECT_EQ(faults(R"({"folds": 5, "fold": 4})"), "");
  EXPECT_NE(faults(R"({"folds": 5, "fold": 5})")
                .find("c: /data/validation/fold: found 5; the 5 folds are numbered"),
            std::string::npos);
  EXPECT_NE(faults(R"({"fold": 1})").find("has no meaning without \"folds\""), std::string::npos);
  EXPECT_NE(faults(R"({"folds": 3, "fraction": 0.2})").find("/data/validation/fraction"),
            std::string::npos);
  EXPECT_NE(faults(R"({"values": ["dev"]})").find("has no meaning without \"column\""),
            std::string::npos);
  EXPECT_NE(faults(R"({"column": "split"})").find("needs either"), std::string::npos);
  EXPECT_NE(
      faults(R"({"column": "split", "values": ["dev"], "folds": 3})").find("cannot be combined"),
      std::string::npos);
  EXPECT_NE(
      faults(R"({"group": "author"})", "fasttext").find("is for the formats tsv, csv and jsonl"),
      std::string::npos);
}

}  // namespace
}  // namespace sequent
