// Tables that other programs write in other ways, and cells that hold several labels.
#include <gtest/gtest.h>

#include "data/label_lists.h"
#include "data_support.h"
#include "sequent/log.h"

namespace sequent {
namespace {

using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

/// Reads a file to its end and returns the warnings.
Lines warnings_of(const std::string& path, const DataFormat& format,
                  const ReaderOptions& options = {}) {
  Lines warnings;
  set_log_sink([&](LogLevel level, std::string_view message) {
    if (level == LogLevel::kWarning) warnings.emplace_back(message);
  });
  shown(path, format, options);
  set_log_sink({});
  return warnings;
}

CsvFormat delimited(const std::string& delimiter) {
  CsvFormat format;
  format.delimiter = delimiter;
  return format;
}

TEST(Delimiter, SeparatesColumns) {
  const TemporaryFolder folder;
  for (const std::string delimiter : {",", ";", "|", "\t", " "}) {
    const std::string path = folder.write(
        "a.csv", "text" + delimiter + "label\n\"a" + delimiter + "b\"" + delimiter + "x\n");
    EXPECT_EQ(shown(path, delimited(delimiter)), (Lines{"a" + delimiter + "b|x"}));
  }
}

TEST(Delimiter, IsNamedInTheError) {
  const TemporaryFolder folder;
  const std::string semicolon = folder.write("a.csv", "text;label\na;x\n");
  EXPECT_EQ(failure(semicolon, CsvFormat{}),
            semicolon +
                ": no column \"text\"; columns: text;label; the header seems to be separated by "
                "\";\": set \"delimiter\": \";\" (sequent-infer: --delimiter ';')");
  EXPECT_EQ(failure(semicolon, TsvFormat{}),
            semicolon +
                ": no column \"text\"; columns: text;label; the header seems to be separated by "
                "\";\": set \"type\": \"csv\" and \"delimiter\": \";\" (sequent-infer: "
                "--input-format csv --delimiter ';')");
  const std::string comma = folder.write("b.csv", "text,label\na,x\n");
  EXPECT_EQ(failure(comma, TsvFormat{}),
            comma +
                ": no column \"text\"; columns: text,label; the header seems to be separated by "
                "\",\": set \"type\": \"csv\" (sequent-infer: --input-format csv)");
  CsvFormat by_index;
  by_index.text = std::int64_t{0};
  by_index.label = std::int64_t{1};
  by_index.header = false;
  const std::string tabs = folder.write("c.csv", "a\tx\n");
  EXPECT_EQ(failure(tabs, by_index),
            tabs +
                ": no column 1; the first row has 1 column, with indices from 0; the first row "
                "seems to be separated by \"\\t\": set \"delimiter\": \"\\t\" (sequent-infer: "
                "--delimiter '\\t')");
}

TEST(Delimiter, IsReadFromExcelsFirstLine) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", "sep=;\r\ntext;label\r\na,b;x\r\n");
  EXPECT_EQ(shown(path, CsvFormat{}), (Lines{"a,b|x"}));
  EXPECT_EQ(testing::read_all(*open_records(path, CsvFormat{}))[0].where, path + ":3");
  EXPECT_EQ(shown(folder.write("b.csv", "sep=,\ntext,label\na,x\n"), CsvFormat{}), (Lines{"a|x"}));
}

TEST(Quotes, InsideAFieldAreTextAndCauseOneWarning) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", "text,label\n12\" vinyl,x\na \"b\" c,x\n");
  EXPECT_EQ(shown(path, CsvFormat{}), (Lines{"12\" vinyl|x", "a \"b\" c|x"}));
  const std::string again = folder.write("b.csv", "text,label\n12\" vinyl,x\na \"b\" c,x\n");
  const Lines warnings = warnings_of(again, CsvFormat{});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].starts_with(again + ":2: found a quote inside field 1")) << warnings[0];
  EXPECT_TRUE(warnings_of(again, CsvFormat{}).empty());  // said already
}

TEST(Quotes, OfPandasInTsvCauseAWarning) {
  const TemporaryFolder folder;
  int number = 0;
  for (const std::string rows : {"\"a\"\t\"x\"\n", "\"he said \"\"a\"\"\"\tx\n", "\"a\nb\"\tx\n"}) {
    const std::string path = folder.write(std::to_string(++number), "text\tlabel\n" + rows);
    const Lines warnings = warnings_of(path, TsvFormat{});
    ASSERT_EQ(warnings.size(), 1U) << rows;
    EXPECT_NE(warnings[0].find("\"delimiter\": \"\\t\""), std::string::npos) << warnings[0];
    EXPECT_EQ(shown(path, delimited("\t")).size(), 1U);
  }
  EXPECT_TRUE(warnings_of(folder.write("b", "text\tlabel\n\"quoted\"\tx\n5\" a\tx\n"), TsvFormat{})
                  .empty());
  const std::string all = folder.write("c", "\"text\"\t\"label\"\n\"a\"\t\"x\"\n");
  EXPECT_NE(failure(all, TsvFormat{}).find("the header is quoted"), std::string::npos);
}

TEST(OneColumn, BlankLinesAreRows) {
  const TemporaryFolder folder;
  ReaderOptions inference;
  inference.need_label = false;
  const Lines expected{"a|(none)", "|(none)", "b|(none)", "|(none)"};
  EXPECT_EQ(shown(folder.write("a.tsv", "text\na\n\nb\n\n"), TsvFormat{}, inference), expected);
  EXPECT_EQ(shown(folder.write("a.csv", "text\r\na\r\n\r\nb\r\n\r\n"), CsvFormat{}, inference),
            expected);
  TsvFormat bare;
  bare.text = std::int64_t{0};
  bare.header = false;
  const std::string path = folder.write("b.tsv", "\n\na\n\n");
  EXPECT_EQ(shown(path, bare, inference), (Lines{"|(none)", "|(none)", "a|(none)", "|(none)"}));
  EXPECT_EQ(testing::read_all(*open_records(path, bare, inference))[1].where, path + ":2");
  // With more columns, a blank line is no row.
  EXPECT_EQ(shown(folder.write("c.tsv", "text\tid\na\t1\n\nb\t2\n"), TsvFormat{}, inference),
            (Lines{"a|(none)", "b|(none)"}));
}

Lines labels_of(const std::string& path, const DataFormat& format) {
  ReaderOptions options;
  options.label_lists = true;
  Lines rows;
  for (const Record& record : testing::read_all(*open_records(path, format, options))) {
    std::string row = record.fault.value_or("");
    for (const std::string& label : record.labels) row += "[" + label + "]";
    rows.push_back(row);
  }
  return rows;
}

TEST(LabelLists, AreParsed) {
  EXPECT_EQ(parse_label_list("['price', 'food']"), (Lines{"price", "food"}));
  EXPECT_EQ(parse_label_list(" [\"a\", \"b, c\"] "), (Lines{"a", "b, c"}));
  EXPECT_EQ(parse_label_list("[\"it's\", 'a \\'b\\'']"), (Lines{"it's", "a 'b'"}));
  EXPECT_EQ(parse_label_list("['a' 'b']"), (Lines{"a", "b"}));
  EXPECT_EQ(parse_label_list("{'a', 'b'}"), (Lines{"a", "b"}));
  EXPECT_EQ(parse_label_list("('a',)"), (Lines{"a"}));
  EXPECT_EQ(parse_label_list("[1, 2]"), (Lines{"1", "2"}));
  EXPECT_EQ(parse_label_list("[]"), Lines{});
  for (const char* other : {"a", "[a]", "['a", "['a'", "[['a']]", "(a)", "[\"a\", null]", ""}) {
    EXPECT_EQ(parse_label_list(other), std::nullopt) << other;
  }
}

TEST(LabelLists, AreReadFromCells) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv",
                                        "text,label\n"
                                        "a,\"['x', 'y']\"\n"
                                        "b,\"[\"\"x\"\"]\"\n"
                                        "c,[]\n"
                                        "d,\"y, x\"\n"
                                        "e,['']\n");
  EXPECT_EQ(labels_of(path, CsvFormat{}), (Lines{"[x][y]", "[x]", "", "[y][x]",
                                                 "found an empty label in \"['']\"; expected "
                                                 "names[]"}));
}

TEST(LabelLists, WarnAboutAnotherSeparator) {
  const TemporaryFolder folder;
  ReaderOptions lists;
  lists.label_lists = true;
  const std::string path = folder.write("a.csv", "text,label\na,x\nb,x|y\n");
  EXPECT_EQ(warnings_of(path, CsvFormat{}, lists),
            (Lines{path + ":3: found the label \"x|y\", and no label of the file has a comma; if "
                          "these are several labels, set \"label_separator\": \"|\""}));
  EXPECT_TRUE(
      warnings_of(folder.write("b.csv", "text,label\na,\"x,z\"\nb,x|y\n"), CsvFormat{}, lists)
          .empty());
  CsvFormat given;
  given.label_separator = "|";
  EXPECT_TRUE(warnings_of(folder.write("c.csv", "text,label\na,x;z\n"), given, lists).empty());
}

TEST(LabelColumns, HoldOneLabelEach) {
  const TemporaryFolder folder;
  CsvFormat format;
  format.label_columns = {std::string("price"), std::string("sound")};
  const std::string path = folder.write("a.csv",
                                        "text,price,sound\n"
                                        "a,0,1\nb,1,1\nc,,False\nd,TRUE,0\ne,1.0,0.0\nf,2,0\n");
  EXPECT_EQ(labels_of(path, format),
            (Lines{"[sound]", "[price][sound]", "", "[price]", "[price]",
                   "found \"2\" in the label column \"price\"; expected 0 or 1"}));
  format.label_columns.emplace_back(std::string("taste"));
  ReaderOptions lists;
  lists.label_lists = true;
  EXPECT_EQ(failure(path, format, lists),
            path + ": no column \"taste\"; columns: text, price, sound");
  lists.need_label = false;
  EXPECT_EQ(shown(path, format, lists).size(), 6U);
}

}  // namespace
}  // namespace sequent
