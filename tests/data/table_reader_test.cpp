#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "data_support.h"

namespace sequent {
namespace {

using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

TsvFormat without_header(std::int64_t text, std::int64_t label) {
  TsvFormat format;
  format.text = text;
  format.label = label;
  format.header = false;
  return format;
}

TEST(Tsv, ReadsColumnsByNameAndIndex) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.tsv", "label\tid\ttext\npos\t1\tgood film\nneg\t2\tbad\n");
  EXPECT_EQ(shown(path, TsvFormat{}), (Lines{"good film|pos", "bad|neg"}));
  TsvFormat by_index;
  by_index.text = 2;
  by_index.label = 1;
  EXPECT_EQ(shown(path, by_index), (Lines{"good film|1", "bad|2"}));
  const auto reader = open_records(path, TsvFormat{});
  EXPECT_EQ(reader->columns(), (Lines{"label", "id", "text"}));
  Record record;
  ASSERT_TRUE(reader->next(record));
  EXPECT_EQ(record.where, path + ":2");
  EXPECT_EQ(record.fields, (Lines{"pos", "1", "good film"}));
}

TEST(Tsv, UnderstandsByteOrderMarkCrlfBlankLinesAndAnOpenEnd) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.tsv", "\xEF\xBB\xBFtext\tlabel\r\n\r\na\tx\r\n\nb \"q\" \ty");
  EXPECT_EQ(shown(path, TsvFormat{}), (Lines{"a|x", "b \"q\" |y"}));
  const auto records = testing::read_all(*open_records(path, TsvFormat{}));
  EXPECT_EQ(records[0].where, path + ":3");
  EXPECT_EQ(records[1].where, path + ":5");
}

TEST(Tsv, SaysWhichRowsCannotBeUsed) {
  const TemporaryFolder folder;
  const std::string path = folder.write(
      "a.tsv", "text\tlabel\na\tx\none column\na\tb\tc\ncaf\xE9 ol\xE9\tx\nb\t\n\tx\n");
  EXPECT_EQ(shown(path, TsvFormat{}),
            (Lines{"a|x", path + ":3: found 1 column; expected 2, as in the header",
                   path + ":4: found 3 columns; expected 2, as in the header",
                   path + ":5: invalid UTF-8 at byte 4 (0xE9)" + testing::kEncodingCure,
                   path + ":6: found an empty label; expected a label in column \"label\"", "|x"}));
}

TEST(Tsv, ReadsWithoutHeader) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.tsv", "x\ta\ny\tb\nz\n");
  EXPECT_EQ(shown(path, without_header(1, 0)),
            (Lines{"a|x", "b|y", path + ":3: found 1 column; expected 2, as in the first row"}));
  EXPECT_EQ(failure(path, without_header(2, 0)),
            path + ": no column 2; the first row has 2 columns, with indices from 0");
  EXPECT_EQ(failure(path, without_header(-1, 0)),
            path + ": no column -1; the first row has 2 columns, with indices from 0");
  TsvFormat named;
  named.header = false;
  EXPECT_EQ(failure(path, named),
            path +
                ": found the column name \"text\" for a file without a header (\"header\": "
                "false); expected the column's index, counted from 0");
}

TEST(Tsv, SaysWhatIsThereWhereAColumnIsMissing) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.tsv", "label\ttext\na\tb\n");
  TsvFormat format;
  format.text = "txt";
  EXPECT_EQ(failure(path, format),
            path + ": no column \"txt\"; columns: label, text; did you mean \"text\"?");
  format.text = "sentence";
  EXPECT_EQ(failure(path, format), path + ": no column \"sentence\"; columns: label, text");
  const std::string twice = folder.write("twice.tsv", "text\ttext\tlabel\na\tb\tc\n");
  EXPECT_EQ(failure(twice, TsvFormat{}),
            twice + ":1: found the column \"text\" twice; expected one");
}

TEST(Tsv, NeedsNoLabelForInference) {
  const TemporaryFolder folder;
  ReaderOptions options;
  options.need_label = false;
  EXPECT_EQ(shown(folder.write("a.tsv", "text\tid\na\t1\n"), TsvFormat{}, options),
            (Lines{"a|(none)"}));
  EXPECT_EQ(shown(folder.write("b.tsv", "text\tlabel\na\tx\nb\t\n"), TsvFormat{}, options),
            (Lines{"a|x", "b|(none)"}));
  EXPECT_EQ(shown(folder.write("c.tsv", "a\nb\n"), without_header(0, 5), options),
            (Lines{"a|(none)", "b|(none)"}));
}

TEST(Tsv, RefusesWhatIsNoTable) {
  const TemporaryFolder folder;
  const std::string missing = (folder / "missing.tsv").string();
  EXPECT_EQ(failure(missing, TsvFormat{}), missing + ": no such file");
  const std::string empty = folder.write("empty.tsv", "");
  EXPECT_EQ(failure(empty, TsvFormat{}), empty + ": no rows");
  const std::string blank = folder.write("blank.tsv", "\n\r\n");
  EXPECT_EQ(failure(blank, TsvFormat{}), blank + ": no rows");
  EXPECT_EQ(failure(folder.path().string(), TsvFormat{}),
            folder.path().string() +
                ": is a folder; expected a file. To read one folder per label, set \"format\": "
                "{\"type\": \"folders\"}");
}

TEST(Tsv, SkipsRowsThatAreTooLong) {
  const TemporaryFolder folder;
  ReaderOptions options;
  options.max_row_bytes = 12;
  const std::string path = folder.write("a.tsv", "text\tlabel\n" + std::string(1000000, 'a') +
                                                     "\tx\n12345678901\tx\n" + "1234567890\tx\n");
  EXPECT_EQ(shown(path, TsvFormat{}, options),
            (Lines{path + ":2: found a row of more than 12 bytes; expected shorter rows: is a line "
                          "ending missing?",
                   path + ":3: found a row of more than 12 bytes; expected shorter rows: is a line "
                          "ending missing?",
                   "1234567890|x"}));
}

TEST(Tsv, RefusesRowsOfTabsAlone) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.tsv", "text\tlabel\n" + std::string(100000, '\t') + "\na\tx\n");
  EXPECT_EQ(shown(path, TsvFormat{}),
            (Lines{path + ":2: found more than 65536 columns; expected fewer: is this the right "
                          "file format?",
                   "a|x"}));
}

TEST(Csv, ReadsQuotedFields) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv",
                                        "label,text\r\n"
                                        "pos,\"a, \"\"b\"\"\"\r\n"
                                        "\"neg\",\"two\r\nlines\n\"\n"
                                        "\n"
                                        "neg,\"\"\n"
                                        "\"\",\n"
                                        "pos,plain");
  const auto records = testing::read_all(*open_records(path, CsvFormat{}));
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].text, "a, \"b\"");
  EXPECT_EQ(records[1].text, "two\r\nlines\n");
  EXPECT_EQ(records[1].label, "neg");
  EXPECT_EQ(records[1].where, path + ":3");
  EXPECT_EQ(records[2].text, "");
  EXPECT_EQ(records[2].where, path + ":7");
  EXPECT_EQ(testing::show(records[3]),
            path + ":8: found an empty label; expected a label in column \"label\"");
  EXPECT_EQ(records[4].text, "plain");
  EXPECT_EQ(records[4].where, path + ":9");
}

TEST(Csv, NamesTheLineOfAnUnclosedQuote) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.csv", "text,label\na,x\n\"one\ntwo\",\"open\nthree,x\nfour,y\n");
  EXPECT_EQ(failure(path, CsvFormat{}),
            path +
                ":4: found a quote that is never closed; expected a closing quote at the end of "
                "the field: double the quotes inside a field");
}

TEST(Csv, GoesOnAfterARowWithAFault) {
  const TemporaryFolder folder;
  const std::string after_quote =
      ": found text after a closing quote; expected \",\" or the end of the line: double the "
      "quotes inside a field";
  const std::string path = folder.write("a.csv",
                                        "text,label\n"
                                        "5\" pipe,x\n"
                                        "\"a\"b,x\n"
                                        "\"a\"\r,x\n"
                                        "a,b,c\n"
                                        "\"multi\nline \xE9\",x\n"
                                        "good,x\n");
  EXPECT_EQ(
      shown(path, CsvFormat{}),
      (Lines{"5\" pipe|x", path + ":3" + after_quote, path + ":4" + after_quote,
             path + ":5: found 3 columns; expected 2, as in the header",
             path + ":6: invalid UTF-8 at byte 6 (0xE9), 1 line below" + testing::kEncodingCure,
             "good|x"}));
}

TEST(Csv, SkipsRecordsThatAreTooLong) {
  const TemporaryFolder folder;
  ReaderOptions options;
  options.max_row_bytes = 12;
  std::string lines = "text,label\n\"";
  for (int i = 0; i < 100000; ++i) lines += "long,\n";
  const std::string path = folder.write("a.csv", lines + "\",x\n1234567890,x\n");
  const Lines found = shown(path, CsvFormat{}, options);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].substr(path.size(), 37), ":2: found a row of more than 12 bytes");
  EXPECT_EQ(found[1], "1234567890|x");
}

TEST(Csv, GivesBackWhatWasQuoted) {
  std::mt19937 random(23);
  const Lines pieces{"a", "\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "é", "我", "long text "};
  const auto random_field = [&] {
    std::string field;
    for (auto i = random() % 8; i > 0; --i) field += pieces[random() % pieces.size()];
    return field;
  };
  const TemporaryFolder folder;
  for (int round = 0; round < 50; ++round) {
    Lines expected;
    std::string content = "text,label\n";
    for (int row = 0; row < 200; ++row) {
      const std::string text = random_field();
      const std::string label = "l" + random_field();
      expected.push_back(text + "|" + label);
      for (const std::string& field : {text, label}) {
        content += '"';
        for (const char c : field) content += c == '"' ? "\"\"" : std::string(1, c);
        content += "\",";
      }
      content.back() = '\n';
    }
    ASSERT_EQ(shown(folder.write("a.csv", content), CsvFormat{}), expected);
  }
}

}  // namespace
}  // namespace sequent
