// Which columns are the text and the label, and when the user is asked.
#include "sniff/choose_columns.h"

#include <gtest/gtest.h>

#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

const std::vector<std::string> kWords = {"river", "stone", "cloud", "train", "apple",
                                         "light", "paper", "ocean", "green", "music"};

/// A different sentence for each number.
std::string sentence(int i) {
  std::string text = "the";
  for (int n = i + 10; n > 0; n /= 10) text += " " + kWords[static_cast<std::size_t>(n % 10)];
  return text + " was seen again by everyone";
}

/// A table with a header and 60 rows, whose cells `cell(row, column)` gives.
template <class Cell>
FileColumns table(const std::vector<std::string>& names, const Cell& cell) {
  FileColumns file;
  file.rows = 60;
  for (std::size_t column = 0; column < names.size(); ++column) {
    file.columns.emplace_back(names[column]);
    for (int row = 0; row < 60; ++row) file.columns.back().add(cell(row, column));
  }
  return file;
}

FileColumns orders() {
  return table({"order", "created", "remark", "kind"}, [](int row, std::size_t column) {
    if (column == 0) return std::to_string(10000 + 7 * row);
    if (column == 1)
      return "2024-03-" + std::string(row % 28 < 9 ? "0" : "") + std::to_string(1 + row % 28);
    if (column == 2) return sentence(row);
    return std::string(row % 3 == 0 ? "praise" : row % 3 == 1 ? "question" : "complaint");
  });
}

ChosenColumns choose(const FileColumns& file, const NamedColumns& named) {
  return choose_columns("data.csv", file, named, /*joins_texts=*/false);
}

std::string failure(const FileColumns& file, const NamedColumns& named, ErrorKind kind) {
  const auto error = error_of([&] { choose(file, named); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), kind) << error->what();
  return error->what();
}

TEST(ColumnProfile, KnowsIdsDatesCategoriesAndTexts) {
  const FileColumns file = orders();
  EXPECT_EQ(file.columns[0].kind(), ColumnKind::kId);
  EXPECT_EQ(file.columns[1].kind(), ColumnKind::kDate);
  EXPECT_EQ(file.columns[2].kind(), ColumnKind::kText);
  EXPECT_EQ(file.columns[3].kind(), ColumnKind::kCategory);
  const FileColumns more = table({"code", "stars", "price", "same", "none"},
                                 [](int row, std::size_t column) -> std::string {
                                   if (column == 0) return "AB-" + std::to_string(row) + "-x";
                                   if (column == 1) return std::to_string(1 + row % 5);
                                   if (column == 2) return std::to_string(row) + ".25";
                                   return column == 3 ? "x" : "";
                                 });
  EXPECT_EQ(more.columns[0].kind(), ColumnKind::kId);
  EXPECT_EQ(more.columns[1].kind(), ColumnKind::kCategory);
  EXPECT_EQ(more.columns[2].kind(), ColumnKind::kNumber);
  EXPECT_EQ(more.columns[3].kind(), ColumnKind::kConstant);
  EXPECT_EQ(more.columns[4].kind(), ColumnKind::kEmpty);
}

TEST(ColumnProfile, TakesChineseTextsForTextsAndNotForIds) {
  ColumnProfile profile("x");
  const std::vector<std::string> parts = {"酒店", "很好", "服务", "一般",
                                          "价格", "便宜", "早餐", "丰富"};
  for (std::size_t i = 0; i < 64; ++i) profile.add(parts[i % 8] + parts[i / 8] + "2008年");
  EXPECT_EQ(profile.kind(), ColumnKind::kText);
}

TEST(ChooseColumns, TakesTheFreeTextAndTheColumnOfFewValues) {
  const ChosenColumns chosen = choose(orders(), {});
  EXPECT_EQ(chosen.texts, std::vector<std::size_t>{2});
  EXPECT_EQ(chosen.label, 3U);
  EXPECT_EQ(chosen.target, TargetKind::kLabel);
  ASSERT_EQ(chosen.reasons.size(), 3U);
  EXPECT_EQ(chosen.reasons[0],
            "label: column \"kind\" (\"praise\", \"question\", \"complaint\"), the only column of "
            "few values; 3 different values");
  EXPECT_EQ(chosen.reasons[2], "left out: \"order\" (an id), \"created\" (a date or time)");
}

TEST(ChooseColumns, AsksWhichOfTwoColumnsIsTheLabel) {
  const FileColumns file = table({"a", "b", "remark"}, [](int row, std::size_t column) {
    if (column == 2) return sentence(row);
    return std::string(1, static_cast<char>('p' + row % static_cast<int>(2 + column)));
  });
  const std::string message = failure(file, {}, ErrorKind::kUsage);
  EXPECT_EQ(message,
            "data.csv: several columns may be the label: \"a\" (\"p\", \"q\"); \"b\" (\"p\", "
            "\"q\", \"r\"); choose one with --label a");
  NamedColumns named;
  named.label = "b";
  EXPECT_EQ(choose(file, named).label, 1U);
  named.label = "c";
  EXPECT_NE(failure(file, named, ErrorKind::kUsage).find("found \"c\""), std::string::npos);
}

TEST(ChooseColumns, PrefersANameToAGuess) {
  const FileColumns file =
      table({"region", "Sentiment", "remark"}, [](int row, std::size_t column) {
        if (column == 2) return sentence(row);
        return std::string(row % 2 == 0 ? "x" : "y");
      });
  EXPECT_EQ(choose(file, {}).label, 1U);
}

TEST(ChooseColumns, AsksWhichOfTwoTextsToRead) {
  const FileColumns file = table({"first", "second", "label"}, [](int row, std::size_t column) {
    return column == 2 ? std::string(row % 2 == 0 ? "x" : "y")
                       : sentence(row + static_cast<int>(column));
  });
  EXPECT_NE(failure(file, {}, ErrorKind::kUsage).find("several columns may be the text"),
            std::string::npos);
}

TEST(ChooseColumns, PredictsDecimalNumbersAndAsksAboutWholeOnes) {
  const auto numbers = [](const char* end) {
    return table({"score", "remark"}, [end](int row, std::size_t column) {
      return column == 1 ? sentence(row) : std::to_string(row % 40) + end;
    });
  };
  EXPECT_EQ(choose(numbers(".5"), {}).target, TargetKind::kNumbers);
  EXPECT_NE(failure(numbers(""), {}, ErrorKind::kUsage).find("--task regression"),
            std::string::npos);
  NamedColumns named;
  named.target = TargetKind::kNumbers;
  EXPECT_EQ(choose(numbers(""), named).target, TargetKind::kNumbers);
}

TEST(ChooseColumns, FindsSeveralLabelsInACell) {
  const FileColumns file = table({"labels", "remark"}, [](int row, std::size_t column) {
    if (column == 1) return sentence(row);
    const std::vector<std::string> cells = {"a;b", "b;c", "a;c", "a;b;c", "a",
                                            "b",   "c",   "c;d", "d"};
    return cells[static_cast<std::size_t>(row) % cells.size()];
  });
  const ChosenColumns chosen = choose(file, {});
  EXPECT_EQ(chosen.target, TargetKind::kLabelSet);
  EXPECT_EQ(chosen.label_separator, ";");
}

TEST(ChooseColumns, RefusesLabelsThatCannotBeLearned) {
  const auto file = [](const auto& label) {
    return table({"label", "remark"}, [&](int row, std::size_t column) {
      return column == 1 ? sentence(row) : label(row);
    });
  };
  const auto same = [](int) { return std::string("x"); };
  const auto number = [](int row) { return std::to_string(100000 + row); };
  const auto different = [](int row) { return "class " + sentence(row); };
  EXPECT_NE(failure(file(same), {}, ErrorKind::kData).find("has one value, \"x\""),
            std::string::npos);
  EXPECT_NE(failure(file(number), {}, ErrorKind::kData).find("looks like an id"),
            std::string::npos);
  EXPECT_NE(failure(file(different), {}, ErrorKind::kData).find("60 different values in 60 rows"),
            std::string::npos);
}

TEST(ChooseColumns, RefusesPairsWithTheWayToAConfig) {
  const FileColumns file = table({"label", "text_a", "text_b"}, [](int row, std::size_t column) {
    return column == 0 ? std::string(row % 2 == 0 ? "x" : "y") : sentence(row);
  });
  EXPECT_NE(failure(file, {}, ErrorKind::kUsage).find("a pair layer"), std::string::npos);
}

TEST(ChooseColumns, UsesAColumnThatNamesTheSplits) {
  const FileColumns file = table({"split", "label", "remark"}, [](int row, std::size_t column) {
    if (column == 2) return sentence(row);
    if (column == 1) return std::string(row % 2 == 0 ? "x" : "y");
    return std::string(row % 5 == 0 ? "dev" : row % 5 == 1 ? "test" : "train");
  });
  const ChosenColumns chosen = choose(file, {});
  EXPECT_EQ(chosen.split, 0U);
  EXPECT_EQ(chosen.label, 1U);
}

}  // namespace
}  // namespace sequent
