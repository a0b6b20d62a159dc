// JSON Lines, class folders, fastText lines and plain lines.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data_support.h"

namespace sequent {
namespace {

using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

TEST(Jsonl, ReadsStringsIntegersAndBooleansAsLabels) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.jsonl",
                                        "{\"text\": \"a \\u00e9\\n\", \"label\": \"x\"}\r\n"
                                        "\n  \n"
                                        "{\"label\": 3, \"text\": \"b\", \"more\": [1, 2]}\n"
                                        "{\"label\": -1, \"text\": \"\"}\n"
                                        "{\"label\": true, \"text\": \"c\"}");
  EXPECT_EQ(shown(path, JsonlFormat{}), (Lines{"a é\n|x", "b|3", "|-1", "c|true"}));
  const auto records = testing::read_all(*open_records(path, JsonlFormat{}));
  EXPECT_EQ(records[1].where, path + ":4");
  EXPECT_EQ(records[3].fields, (Lines{"{\"label\": true, \"text\": \"c\"}"}));
}

TEST(Jsonl, SaysWhichRowsCannotBeUsed) {
  struct Case {
    std::string line;
    std::string fault;
  };
  const std::string expected_label = "; expected a string, an integer or a boolean";
  const TemporaryFolder folder;
  for (const Case& c : {
           Case{"5", "found number; expected an object"},
           Case{"{\"text\": \"a\", \"label\": \"x\"",
                "invalid JSON at byte 27; expected one object per line, such as {\"text\": "
                "\"...\"}, or one array of objects"},
           Case{"{\"txt\": \"a\", \"label\": \"x\"}",
                "no key \"text\"; keys: label, txt; did you mean \"txt\"?"},
           Case{"{}", "no key \"text\"; keys: none"},
           Case{"{\"text\": 5, \"label\": \"x\"}", "found number for \"text\"; expected a string"},
           Case{"{\"text\": \"a\"}", "no key \"label\"; keys: text"},
           Case{"{\"text\": \"a\", \"label\": 1.5}", "found 1.5 for \"label\"" + expected_label},
           Case{"{\"text\": \"a\", \"label\": null}", "found null for \"label\"" + expected_label},
           Case{"{\"text\": \"a\", \"label\": [\"x\"]}",
                "found array for \"label\"" + expected_label},
           Case{"{\"text\": \"a\", \"label\": 1, \"text\": \"b\"}",
                "duplicate key \"text\"; keep only one of them"},
           Case{"{\"text\": \"a\", \"label\": \"\"}",
                "found an empty string for \"label\"" + expected_label},
           Case{"{\"text\": \"\xE9\", \"label\": 1}",
                "invalid UTF-8 at byte 11 (0xE9)" + testing::kEncodingCure},
       }) {
    const std::string path = folder.write("a.jsonl", c.line + "\n{\"text\":\"b\",\"label\":1}\n");
    EXPECT_EQ(shown(path, JsonlFormat{}), (Lines{path + ":1: " + c.fault, "b|1"})) << c.line;
  }
}

TEST(Jsonl, NeedsNoLabelForInference) {
  const TemporaryFolder folder;
  ReaderOptions options;
  options.need_label = false;
  const std::string path =
      folder.write("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\", \"label\": null}\n");
  EXPECT_EQ(shown(path, JsonlFormat{}, options), (Lines{"a|(none)", "b|(none)"}));
}

TEST(Folders, ReadsTextsInOrderOfTheirNames) {
  const TemporaryFolder folder;
  folder.write("pos/10.txt", "good\nfilm\r\n");
  folder.write("pos/2.TXT", "\xEF\xBB\xBFnice");
  folder.write("neg/a.txt", "bad");
  folder.write("neg/part/b.txt", "worse");
  folder.write("neg/notes.md", "not a text");
  folder.write("neg/.hidden.txt", "not a text");
  folder.write(".git/x.txt", "not a text");
  folder.write("readme.txt", "not a text");
  const std::string root = folder.path().string();
  EXPECT_EQ(shown(root, FoldersFormat{}),
            (Lines{"bad|neg", "worse|neg", "good\nfilm|pos", "nice|pos"}));
  const auto records = testing::read_all(*open_records(root, FoldersFormat{}));
  EXPECT_EQ(records[1].where, root + "/neg/part/b.txt");
}

TEST(Folders, CountsTheFilesLeftOut) {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  folder.write("pos/a", "good");
  EXPECT_EQ(failure(root, FoldersFormat{}),
            root +
                ": no rows; expected one subfolder per label with *.txt files; 1 file is left out, "
                "because the names do not end in .txt: a");
  for (const char* name : {"pos/b.txt", "pos/e.md", "neg/d.html", "neg/c.text"}) {
    folder.write(name, "text");
  }
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(shown(root, FoldersFormat{}).size(), 1U);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "warning: " + root +
                ": 4 files are left out, because the names do not end in .txt: a, c.text, d.html, "
                "...\n");
}

TEST(Folders, SaysWhatCannotBeRead) {
  const TemporaryFolder folder;
  const std::string file = folder.write("file.txt", "text");
  EXPECT_EQ(failure(file, FoldersFormat{}),
            file +
                ": is a file; \"format\": {\"type\": \"folders\"} expects a folder with one "
                "subfolder per label");
  const std::string root = folder.path().string();
  EXPECT_EQ(failure(root, FoldersFormat{}),
            root + ": no rows; expected one subfolder per label with *.txt files");
  EXPECT_EQ(failure(root + "/none", FoldersFormat{}), root + "/none: no such folder");
  const std::string latin = folder.write("a/latin.txt", "first\ncaf\xE9");
  EXPECT_EQ(
      shown(root, FoldersFormat{}),
      (Lines{latin + ": invalid UTF-8 at byte 4 (0xE9), 1 line below" + testing::kEncodingCure}));
}

TEST(FastText, TakesTheLabelOutOfTheLine) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.txt",
                                        "__label__pos good film\r\n"
                                        "\n"
                                        "  __label__neg\tbad  film \n"
                                        "good film __label__pos\n"
                                        "so __label__pos good\n"
                                        "__label__neg\n");
  EXPECT_EQ(shown(path, FastTextFormat{}),
            (Lines{"good film|pos", "  bad  film |neg", "good film |pos", "so good|pos", "|neg"}));
}

TEST(FastText, WantsJustOneLabel) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.txt", "__label__a __label__b x\nno label\n__label__ x\n#c y\n");
  EXPECT_EQ(shown(path, FastTextFormat{}),
            (Lines{path + ":1: found 2 labels (a, b); expected one, or \"task\": \"multi_label\"",
                   path + ":2: found no label; expected one word that starts with __label__",
                   path + ":3: found an empty label; expected a name after __label__",
                   path + ":4: found no label; expected one word that starts with __label__"}));
  FastTextFormat hash;
  hash.prefix = "#";
  EXPECT_EQ(shown(path, hash)[3], "y|c");
  ReaderOptions options;
  options.need_label = false;
  EXPECT_EQ(shown(path, FastTextFormat{}, options)[0], "x|(none)");
  EXPECT_EQ(shown(path, FastTextFormat{}, options)[1], "no label|(none)");
}

TEST(PlainLines, AreTextsEmptyOnesIncluded) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.txt", "\xEF\xBB\xBFone\r\n\n two\t\ncaf\xE9\nlast");
  const auto reader = open_lines(path);
  EXPECT_EQ(
      shown(*reader),
      (Lines{"one|(none)", "|(none)", " two\t|(none)",
             path + ":4: invalid UTF-8 at byte 4 (0xE9)" + testing::kEncodingCure, "last|(none)"}));
  EXPECT_TRUE(shown(*open_lines(folder.write("empty.txt", ""))).empty());
  EXPECT_EQ(shown(*open_lines(folder.write("end.txt", "a\n\n"))), (Lines{"a|(none)", "|(none)"}));
}

TEST(Readers, LeaveTheFieldsOutWhereNotWanted) {
  const TemporaryFolder folder;
  ReaderOptions options;
  options.keep_fields = false;
  const std::string path = folder.write("a.tsv", "text\tlabel\na\tx\n");
  const auto records = testing::read_all(*open_records(path, TsvFormat{}, options));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_TRUE(records[0].fields.empty());
  EXPECT_EQ(records[0].text, "a");
}

}  // namespace
}  // namespace sequent
