// The format and the encoding of files without a config.
#include "sniff/file_kind.h"

#include <gtest/gtest.h>

#include "sniff/file_columns.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

FileKind kind_of(const std::string& content) {
  const TemporaryFolder folder;
  return sniff_file(folder.write("data", content));
}

std::string message_of(const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = folder.write("data", content);
  const auto error = error_of([&] { sniff_file(path); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  return error->what();
}

TEST(SniffFile, FindsTheDelimiter) {
  EXPECT_EQ(kind_of("label\ttext\na\tx, y; z\nb\tu\n").delimiter, '\t');
  EXPECT_FALSE(kind_of("label\ttext\na\tx, y; z\nb\tu\n").has_quotes);
  EXPECT_EQ(kind_of("label,text\na,\"x, y; z\"\nb,u\n").delimiter, ',');
  EXPECT_EQ(kind_of("label;text\na;x, y\nb;u, v, w\n").delimiter, ';');
  EXPECT_EQ(kind_of("label|text\na|x, y\nb|u\n").delimiter, '|');
}

TEST(SniffFile, ReadsQuotedFieldsOfTabs) {
  const FileKind kind = kind_of("label\ttext\na\t\"x\ty\"\nb\t\"u\"\nc\t\"v\"\n");
  EXPECT_EQ(kind.family, FileFamily::kTable);
  EXPECT_EQ(kind.delimiter, '\t');
  EXPECT_TRUE(kind.has_quotes);
}

TEST(SniffFile, ReadsLineBreaksInQuotes) {
  const FileKind kind = kind_of("id,text\n1,\"a\nb\nc\"\n2,\"d\n\ne, f\"\n");
  EXPECT_EQ(kind.family, FileFamily::kTable);
  EXPECT_EQ(kind.delimiter, ',');
}

TEST(SniffFile, KnowsTheOtherFormats) {
  EXPECT_EQ(kind_of("{\"text\": \"a\", \"label\": \"b\"}\n").family, FileFamily::kJson);
  EXPECT_TRUE(kind_of(" [{\"text\": \"a\", \"label\": \"b\"}]").is_array);
  EXPECT_EQ(kind_of("__label__a x y\n__label__b z\n").family, FileFamily::kFastText);
  EXPECT_EQ(kind_of("in O\nParis B-LOC\n\nnow O\n").family, FileFamily::kConll);
  EXPECT_EQ(kind_of("one line\nanother line\n").family, FileFamily::kLines);
  const TemporaryFolder folder;
  folder.write("a/1.txt", "x");
  folder.write("b/1.txt", "y");
  EXPECT_EQ(sniff_file(folder.path().string()).family, FileFamily::kFolders);
}

TEST(SniffFile, FindsTheEncoding) {
  EXPECT_EQ(kind_of("label,text\na,caf\xC3\xA9\n").encoding, "utf-8");
  // "标签,文本" and a row, in GB18030; computed with Python: "...".encode("gb18030")
  std::string rows = "\xb1\xea\xc7\xa9,\xce\xc4\xb1\xbe\n";
  for (int i = 0; i < 40; ++i)
    rows += "\xba\xc3,\xbe\xc6\xb5\xea\xba\xdc\xba\xc3\xa3\xac\xd4\xd9\xc0\xb4\n";
  EXPECT_EQ(kind_of(rows).encoding, "gb18030");
  EXPECT_EQ(kind_of(std::string("\xFF\xFEl\0,\0t\0\n\0a\0,\0b\0\n\0", 18)).family,
            FileFamily::kTable);
}

TEST(SniffFile, RefusesWhatIsNoText) {
  EXPECT_NE(message_of("").find("is empty"), std::string::npos);
  EXPECT_NE(message_of("\n\n  \n").find("only blank lines"), std::string::npos);
  std::string binary = "PAR1 some bytes of a file";
  for (int i = 0; i < 50; ++i) binary += "abcdefgh";
  EXPECT_NE(message_of("PK\x03\x04 and a workbook").find("zip"), std::string::npos);
  EXPECT_NE(message_of(binary + std::string(3, '\0')).find("binary"), std::string::npos);
}

TEST(IsHeader, IsDecidedByNamesAndValues) {
  using Rows = std::vector<std::vector<std::string>>;
  std::string reason;
  EXPECT_TRUE(is_header({"label", "words"}, {{"a", "x y"}}, reason));
  EXPECT_EQ(reason, "header: the first row contains \"label\"");
  EXPECT_FALSE(is_header({"sports", "the match"}, {{"sports", "x"}, {"news", "y"}}, reason));
  EXPECT_FALSE(is_header({"7", "the match"}, {{"8", "x"}}, reason));
  EXPECT_TRUE(is_header({"grade", "words"}, {{"1", "x"}, {"2", "y"}}, reason));
  EXPECT_FALSE(is_header({"x", "x"}, {{"1", "y"}}, reason));
  Rows few;
  for (int i = 0; i < 40; ++i)
    few.push_back({i % 2 == 0 ? "yes" : "no", "row " + std::to_string(i)});
  EXPECT_TRUE(is_header({"answer", "remark"}, few, reason));
  EXPECT_FALSE(is_header({"no", "remark"}, few, reason));
}

}  // namespace
}  // namespace sequent
