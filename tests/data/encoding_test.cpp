// Character encodings and line endings of text files.
#include <gtest/gtest.h>

#include "core/encodings.h"
#include "data_support.h"
#include "sequent/log.h"

namespace sequent {
namespace {

using std::string_literals::operator""s;
using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

// "这部电影非常好看" and "服务很差，不会再来" in GB18030, a label after each.
const std::string kChinese =
    "text,label\n"
    "\xD5\xE2\xB2\xBF\xB5\xE7\xD3\xB0\xB7\xC7\xB3\xA3\xBA\xC3\xBF\xB4,\xBA\xC3\n"
    "\xB7\xFE\xCE\xF1\xBA\xDC\xB2\xEE\xA3\xAC\xB2\xBB\xBB\xE1\xD4\xD9\xC0\xB4,\xB2\xEE\n";

CsvFormat encoded(const std::string& encoding) {
  CsvFormat format;
  format.encoding = encoding;
  return format;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Encoding, IsConverted) {
  const TemporaryFolder folder;
  const Lines chinese{"这部电影非常好看|好", "服务很差，不会再来|差"};
  EXPECT_EQ(shown(folder.write("gb.csv", kChinese), encoded("gb18030")), chinese);
  EXPECT_EQ(
      shown(folder.write("big5.csv", "text,label\n\xA6\x6E\xAC\xDD,\xA6\x6E\n"), encoded("Big5")),
      (Lines{"好看|好"}));
  // Bytes outside Latin-1: the euro sign and a quote.
  EXPECT_EQ(shown(folder.write("w.csv", "text,label\n5 \x80 \x92,x\n"), encoded("windows-1252")),
            (Lines{"5 € ’|x"}));
  // A character outside the basic plane is a surrogate pair.
  EXPECT_EQ(shown(folder.write("u.csv", "t\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\r\0\n\0=\xD8\0\xDE,\0x\0"s),
                  encoded("utf-16le")),
            (Lines{"😀|x"}));
}

TEST(Encoding, IsConvertedWhileRead) {
  const TemporaryFolder folder;
  // Characters of two bytes at odd offsets, so that blocks end within them.
  const std::string row = "x\xBA\xC3\xBF\xB4,y\n";
  const auto rows =
      shown(folder.write("a.csv", "text,label\n" + repeated(row, 100000)), encoded("gb18030"));
  ASSERT_EQ(rows.size(), 100000U);
  EXPECT_EQ(std::count(rows.begin(), rows.end(), "x好看|y"), 100000);
}

TEST(Encoding, ReportsTheRowsThatAreInvalid) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", "text,label\na\xBA\xC3\xFF,x\nb,x\nc,\xBA");
  const std::string cure = "; is \"encoding\" right, and the file undamaged?";
  EXPECT_EQ(shown(path, encoded("gb18030")),
            (Lines{path + ":2: invalid gb18030 after 2 characters" + cure, "b|x",
                   path + ":4: invalid gb18030 after 2 characters" + cure}));
}

TEST(Encoding, LikelyOneIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.csv", kChinese);
  EXPECT_EQ(shown(path, CsvFormat{})[0],
            path +
                ":2: invalid UTF-8 at byte 1 (0xD5); set \"encoding\" (sequent-infer: --encoding) "
                "to \"gb18030\", which it probably is");
  EXPECT_EQ(likely_encoding("\xA6\x6E\n"), "");  // too short to tell
  EXPECT_EQ(likely_encoding("only ASCII\n"), "");
}

TEST(Encoding, MarksTakePrecedence) {
  const TemporaryFolder folder;
  for (const std::string encoding : {"utf-8", "gb18030"}) {
    EXPECT_EQ(shown(folder.write("8.csv", "\xEF\xBB\xBF\xEF\xBB\xBFtext,label\né,x\n"),
                    encoded(encoding)),
              (Lines{"é|x"}));
    EXPECT_EQ(
        shown(folder.write("16.csv", "\xFF\xFEt\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\n\0\xE9\0,\0x\0"s),
              encoded(encoding)),
        (Lines{"é|x"}));
    EXPECT_EQ(
        shown(folder.write("be.csv", "\xFE\xFF\0t\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\n\0\xE9\0,\0x"s),
              encoded(encoding)),
        (Lines{"é|x"}));
  }
}

TEST(Encoding, Utf16WithoutAMarkIsNamed) {
  const TemporaryFolder folder;
  const std::string little = folder.write("le.csv", "t\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\n\0"s);
  EXPECT_EQ(failure(little, CsvFormat{}),
            little +
                ": is UTF-16 without a byte-order mark; set \"encoding\": \"utf-16le\" "
                "(sequent-infer: --encoding utf-16le)");
  const std::string big = folder.write("be.csv", "\0t\0e\0x\0t\0,\0l\0a\0b\0e\0l\0\n"s);
  EXPECT_NE(failure(big, CsvFormat{}).find("utf-16be"), std::string::npos);
}

TEST(Encoding, WarnsIfTheFileIsUtf8) {
  const TemporaryFolder folder;
  ::testing::internal::CaptureStderr();
  shown(folder.write("a.csv", "text,label\né,x\n"), encoded("gb18030"));
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("is valid UTF-8, but is read as"),
            std::string::npos);
}

TEST(Encoding, ReachesAllTextFormats) {
  const TemporaryFolder folder;
  const std::string latin1 = "iso-8859-1";
  TsvFormat tsv;
  tsv.encoding = latin1;
  EXPECT_EQ(shown(folder.write("a.tsv", "text\tlabel\n\xE9\tx\n"), tsv), (Lines{"é|x"}));
  JsonlFormat jsonl;
  jsonl.encoding = latin1;
  EXPECT_EQ(shown(folder.write("a.jsonl", "{\"text\": \"\xE9\", \"label\": \"x\"}\n"), jsonl),
            (Lines{"é|x"}));
  FastTextFormat fasttext;
  fasttext.encoding = latin1;
  EXPECT_EQ(shown(folder.write("a.ft", "__label__x \xE9\n"), fasttext), (Lines{"é|x"}));
  LinesFormat lines{latin1};
  EXPECT_EQ(shown(folder.write("a.txt", "\xE9\n"), lines), (Lines{"é|(none)"}));
  folder.write("classes/x/a.txt", "\xE9\n");
  EXPECT_EQ(shown((folder / "classes").string(), FoldersFormat{latin1}), (Lines{"é|x"}));
  ConllFormat conll;
  conll.encoding = latin1;
  EXPECT_EQ(shown(folder.write("a.conll", "\xE9 O\n"), conll), (Lines{"é|(none)"}));
  TokensFormat tokens;
  tokens.encoding = latin1;
  EXPECT_EQ(shown(folder.write("b.jsonl", "{\"tokens\": [\"\xE9\"], \"tags\": [\"O\"]}\n"), tokens),
            (Lines{"é|(none)"}));
}

TEST(Encoding, UnknownNamesAreErrors) {
  EXPECT_EQ(encoding_error("gb18030"), std::nullopt);
  EXPECT_EQ(encoding_error("GBK"), std::nullopt);
  EXPECT_EQ(encoding_error("gb1830"),
            "found \"gb1830\"; expected the name of a character encoding, such as \"gb18030\" or "
            "\"windows-1252\"; did you mean \"gb18030\"?");
  EXPECT_TRUE(encoding_error("").has_value());
}

TEST(LineEnds, LoneReturnsEndLinesInAFileWithoutLineFeeds) {
  const TemporaryFolder folder;
  EXPECT_EQ(shown(folder.write("a.txt", "good food\rbad food\r"), LinesFormat{}),
            (Lines{"good food|(none)", "bad food|(none)"}));
  EXPECT_EQ(shown(folder.write("a.csv", "text,label\r\"a\",x\rb,y"), CsvFormat{}),
            (Lines{"a|x", "b|y"}));
  // With an LF further on, a CR is text.
  EXPECT_EQ(shown(folder.write("b.txt", "a\rb\nc\n"), LinesFormat{}),
            (Lines{"a\rb|(none)", "c|(none)"}));
  const std::string path = folder.write("b.tsv", "text\tlabel\r" + repeated("a\tx\r", 100000));
  EXPECT_EQ(shown(path, TsvFormat{}).size(), 100000U);
}

TEST(LineEnds, MayBeTwoReturnsAndALineFeed) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      shown(folder.write("a.csv", "text,label\r\r\n\"a\",x\r\r\n\r\r\nb,\"y\"\r\r\n"), CsvFormat{}),
      (Lines{"a|x", "b|y"}));
  EXPECT_EQ(shown(folder.write("a.tsv", "text\tlabel\r\r\na\tx\r\r\n"), TsvFormat{}),
            (Lines{"a|x"}));
}

}  // namespace
}  // namespace sequent
