// From a file to what its config should say.
#include "sniff/sniff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

/// `count` rows, each `row(i)` with a line end.
std::string rows(int count, const std::function<std::string(int)>& row) {
  std::string text;
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}

const std::vector<std::string> kWords = {"river", "stone", "cloud", "train", "apple",
                                         "light", "paper", "ocean", "green", "music"};

std::string sentence(int i) {
  std::string text = "The";
  for (int n = i + 10; n > 0; n /= 10) text += " " + kWords[static_cast<std::size_t>(n % 10)];
  return text + " was seen again";
}

const char* label(int i) { return i % 3 == 0 ? "praise" : i % 3 == 1 ? "question" : "complaint"; }

class Sniff : public ::testing::Test {
 protected:
  SniffedData sniff(const std::string& content) {
    options_.train = folder_.write("train", content);
    return sniff_data(options_);
  }
  std::string failure(const std::string& content, ErrorKind kind) {
    const auto error = error_of([&] { sniff(content); });
    if (!error) return "";
    EXPECT_EQ(error->kind(), kind) << error->what();
    return error->what();
  }

  TemporaryFolder folder_;
  SniffOptions options_;
};

TEST_F(Sniff, ReadsATableWithIdDateTextAndCategory) {
  const SniffedData data = sniff("no,created,remark,kind\n" + rows(60, [](int i) {
                                   return std::to_string(500 + 3 * i) + ",2024-02-" +
                                          (i % 20 < 9 ? "0" : "") + std::to_string(1 + i % 20) +
                                          ",\"" + sentence(i) + ", really\"," + label(i);
                                 }));
  const auto& format = std::get<CsvFormat>(data.data.format);
  EXPECT_EQ(format.text, TextColumns("remark"));
  EXPECT_EQ(format.label, Column("kind"));
  EXPECT_EQ(format.delimiter, ",");
  EXPECT_TRUE(format.header);
  EXPECT_EQ(data.task, Task("classification"));
  EXPECT_EQ(data.rows, 60);
  ASSERT_EQ(data.labels.size(), 3U);
  EXPECT_EQ(data.labels[0], (std::pair<std::string, std::int64_t>{"complaint", 20}));
  EXPECT_FALSE(data.is_skewed);
  EXPECT_TRUE(data.has_capitals);
  EXPECT_FALSE(data.writes_without_spaces);
  // "The", two digits or three as words, "was seen again", a comma, "really"
  EXPECT_EQ(data.max_length, 8);
  EXPECT_TRUE(std::holds_alternative<HeldOut>(data.data.validation));
}

TEST_F(Sniff, ReadsATableWithoutAHeader) {
  const SniffedData data = sniff(rows(40, [](int i) { return label(i) + ("\t" + sentence(i)); }));
  const auto& format = std::get<TsvFormat>(data.data.format);
  EXPECT_FALSE(format.header);
  EXPECT_EQ(format.text, TextColumns(std::int64_t{1}));
  EXPECT_EQ(format.label, Column(std::int64_t{0}));
}

TEST_F(Sniff, JoinsFreeTextsOfSimilarLengthAndTitles) {
  const auto row = [](int i) {
    return sentence(i) + "\t" + sentence(i + 7) + "\t" + label(i) + "\t" + sentence(i) +
           sentence(2 * i) + sentence(3 * i);
  };
  const SniffedData similar = sniff("pro\tcontra\tkind\n" + rows(40, [](int i) {
                                      return sentence(i) + "\t" + sentence(i + 7) + "\t" + label(i);
                                    }));
  EXPECT_EQ(std::get<TsvFormat>(similar.data.format).text,
            TextColumns(std::vector<Column>{"pro", "contra"}));
  // A subject belongs to its text; another short text does not.
  const SniffedData titled = sniff("subject\tnote\tkind\tmail\n" + rows(40, row));
  EXPECT_EQ(std::get<TsvFormat>(titled.data.format).text,
            TextColumns(std::vector<Column>{"subject", "mail"}));
}

TEST_F(Sniff, ReadsTheNamedTexts) {
  const auto row = [](int i) { return sentence(i) + "\t" + sentence(i + 7) + "\t" + label(i); };
  const std::string table = "pro\tcontra\tkind\n" + rows(40, row);
  options_.texts = {"contra", "pro"};
  EXPECT_EQ(std::get<TsvFormat>(sniff(table).data.format).text,
            TextColumns(std::vector<Column>{"contra", "pro"}));
  options_.texts = {"contra"};
  EXPECT_EQ(std::get<TsvFormat>(sniff(table).data.format).text, TextColumns("contra"));
  options_.texts = {"pro", "pro"};
  EXPECT_NE(failure(table, ErrorKind::kUsage).find("twice"), std::string::npos);
  options_.texts = {"pro", "contra"};
  EXPECT_NE(failure(rows(40,
                         [](int i) {
                           return R"({"pro": ")" + sentence(i) + R"(", "contra": ")" +
                                  sentence(i + 7) + R"(", "label": ")" + label(i) + "\"}";
                         }),
                    ErrorKind::kUsage)
                .find("in CSV and TSV files only"),
            std::string::npos);
}

TEST_F(Sniff, TakesNamedColumnsAsFeatures) {
  const std::string table = "no,created,remark,price,kind\n" + rows(60, [](int i) {
                              return std::to_string(500 + 3 * i) + ",2024-02-" +
                                     std::to_string(10 + i % 18) + "," + sentence(i) + "," +
                                     std::to_string(i) + ".5," + label(i);
                            });
  options_.features = {"price", "created"};
  const SniffedData data = sniff(table);
  ASSERT_EQ(data.features.size(), 2U);
  EXPECT_EQ(std::get<NumberFeature>(data.features[0]).column, Column("price"));
  EXPECT_EQ(std::get<DateFeature>(data.features[1]).column, Column("created"));
  EXPECT_EQ(std::get<CsvFormat>(data.data.format).label, Column("kind"));
  options_.features = {"no"};
  EXPECT_NE(failure(table, ErrorKind::kUsage).find("expected a category, a number or a date"),
            std::string::npos);
  options_.features = {"price", "price"};
  EXPECT_NE(failure(table, ErrorKind::kUsage).find("already used"), std::string::npos);
  options_.features = {"prize"};
  EXPECT_NE(failure(table, ErrorKind::kUsage).find("found \"prize\""), std::string::npos);
}

TEST_F(Sniff, ReadsJsonLinesAndArrays) {
  const auto row = [](int i) {
    return "{\"id\": " + std::to_string(900 + i) + ", \"body\": \"" + sentence(i) +
           "\", \"intent\": \"" + label(i) + "\"}";
  };
  const SniffedData lines = sniff(rows(40, row));
  EXPECT_EQ(std::get<JsonlFormat>(lines.data.format).text, "body");
  EXPECT_EQ(std::get<JsonlFormat>(lines.data.format).label, "intent");
  const SniffedData array =
      sniff("[" + rows(40, [&](int i) { return (i > 0 ? "," : "") + row(i); }) + "]");
  EXPECT_EQ(array.data.format, lines.data.format);
  EXPECT_EQ(array.rows, 40);
}

TEST_F(Sniff, ReadsListsOfLabels) {
  const SniffedData json = sniff(rows(40, [](int i) {
    return "{\"text\": \"" + sentence(i) + "\", \"tags\": [\"" + label(i) + "\", \"any\"]}";
  }));
  EXPECT_EQ(json.task, Task("multi_label"));
  EXPECT_EQ(json.labels.size(), 4U);
  const SniffedData fasttext = sniff(rows(40, [](int i) {
    return std::string("__label__") + label(i) + (i % 2 == 0 ? " __label__even " : " ") +
           sentence(i);
  }));
  EXPECT_EQ(fasttext.task, Task("multi_label"));
  const SniffedData one = sniff(
      rows(40, [](int i) { return std::string("__label__") + label(i) + " " + sentence(i); }));
  EXPECT_EQ(one.task, Task("classification"));
}

TEST_F(Sniff, PredictsDecimalNumbers) {
  const SniffedData data = sniff("remark\tmark\n" + rows(60, [](int i) {
                                   return sentence(i) + "\t" + std::to_string(i) + ".5";
                                 }));
  EXPECT_EQ(data.task, Task("regression"));
  EXPECT_EQ(data.target, TargetKind::kNumbers);
}

TEST_F(Sniff, ReadsTaggedTokens) {
  const SniffedData conll = sniff(rows(20, [](int i) {
    return "in O\n" + kWords[static_cast<std::size_t>(i % 10)] + " B-PLACE\n";
  }));
  EXPECT_EQ(conll.task, Task("tagging"));
  EXPECT_TRUE(conll.is_tagged);
  EXPECT_EQ(conll.rows, 20);
  EXPECT_EQ(conll.labels.size(), 2U);
  const SniffedData json = sniff(rows(20, [](int i) {
    return std::string(R"({"tokens": ["in", "Paris"], "tags": ["O", "B-PLACE"], "intent": ")") +
           label(i) + "\"}";
  }));
  EXPECT_EQ(json.task, Task("tagging"));
  EXPECT_TRUE(json.labels_sequences);
  EXPECT_EQ(std::get<TokensFormat>(json.data.format).label, "intent");
}

TEST_F(Sniff, ReadsScriptsWithoutSpacesByCharacters) {
  const std::vector<std::string> parts = {"酒店", "很好", "服务", "一般", "价格"};
  const SniffedData data = sniff("label,text\n" + rows(50, [&](int i) {
                                   return std::to_string(i % 2) + "," +
                                          parts[static_cast<std::size_t>(i % 5)] +
                                          parts[static_cast<std::size_t>(i / 5 % 5)] +
                                          "的房间离海边近" + std::to_string(i);
                                 }));
  EXPECT_TRUE(data.writes_without_spaces);
  EXPECT_EQ(data.max_length, 13);  // 4 + 7 characters and two digits
}

TEST_F(Sniff, CountsUnseenLabelsOfTheOtherFilesAsWrong) {
  const std::string head = "label\ttext\n";
  const auto row = [](int i) { return label(i) + ("\t" + sentence(i)); };
  options_.test = folder_.write("test", head + "praise\tWell done\n");
  EXPECT_EQ(sniff(head + rows(40, row)).data.unseen_labels, UnseenLabels::kError);
  options_.test = folder_.write("test", head + "other\tWell done\n");
  EXPECT_EQ(sniff(head + rows(40, row)).data.unseen_labels, UnseenLabels::kWrong);
}

TEST_F(Sniff, HoldsOutMoreOfASmallFile) {
  const auto fraction = [this](int count) {
    const SniffedData data =
        sniff("label\ttext\n" + rows(count, [](int i) { return label(i) + ("\t" + sentence(i)); }));
    return std::get<HeldOut>(data.data.validation).fraction;
  };
  EXPECT_DOUBLE_EQ(fraction(60), 0.3);
  EXPECT_DOUBLE_EQ(fraction(500), 0.2);
  EXPECT_DOUBLE_EQ(fraction(2000), 0.1);
}

TEST_F(Sniff, RefusesStdin) {
  options_.train = "-";
  const auto error = error_of([&] { sniff_data(options_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
}

TEST_F(Sniff, KnowsUnevenClasses) {
  EXPECT_TRUE(sniff("label\ttext\n" +
                    rows(60,
                         [](int i) {
                           return (i % 20 == 0 ? "a\t" : i % 20 == 1 ? "b\t" : "c\t") + sentence(i);
                         }))
                  .is_skewed);
}

TEST_F(Sniff, RefusesWhatCannotBeLearned) {
  const std::string head = "label\ttext\n";
  EXPECT_NE(failure(head + rows(6, [](int i) { return label(i) + ("\t" + sentence(i)); }),
                    ErrorKind::kData)
                .find("has 6 rows"),
            std::string::npos);
  EXPECT_NE(failure(rows(30, [](int i) { return sentence(i); }), ErrorKind::kData)
                .find("lines without labels"),
            std::string::npos);
  // Half of the rows are of one class; each other row is a class of its own.
  EXPECT_NE(failure(head + rows(40,
                                [](int i) {
                                  return (i % 3 != 0 ? "a" : "b" + std::to_string(i)) + "\t" +
                                         sentence(i);
                                }),
                    ErrorKind::kData)
                .find("14 of 15 labels have a single row"),
            std::string::npos);
  EXPECT_NE(failure(head + "a\tx\nb\ty\tz\n" +
                        rows(40, [](int i) { return label(i) + ("\t" + sentence(i)); }),
                    ErrorKind::kData)
                .find(":3"),
            std::string::npos);
  options_.task = "language_model";
  EXPECT_NE(failure(head + rows(40, [](int i) { return label(i) + ("\t" + sentence(i)); }),
                    ErrorKind::kUsage)
                .find("write a config"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
