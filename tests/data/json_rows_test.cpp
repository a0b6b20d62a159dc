// JSON files that are arrays, nested keys, null and deep nesting.
#include <gtest/gtest.h>

#include "data_support.h"

namespace sequent {
namespace {

using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

TEST(JsonArray, IsReadAsRows) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.json",
                   "\xEF\xBB\xBF\n [\n"
                   "  {\"text\": \"a, ]} \\\"b\\\" \\\\\", \"label\": \"x\"},\r\n"
                   "  {\n    \"text\": \"b\",\n    \"label\": [1]\n  },\n"
                   "  {\"label\": \"y\", \"text\": \"c\"}\n]\n");
  const auto records = testing::read_all(*open_records(path, JsonlFormat{}));
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(testing::show(records[0]), "a, ]} \"b\" \\|x");
  EXPECT_EQ(records[1].where, path + ":4");
  EXPECT_TRUE(records[1].fault.has_value());
  // The object is on one line, as sequent-infer writes it.
  EXPECT_EQ(records[1].fields[0], "{     \"text\": \"b\",     \"label\": [1]   }");
  EXPECT_EQ(testing::show(records[2]), "c|y");
  EXPECT_EQ(records[2].where, path + ":8");
  EXPECT_TRUE(shown(folder.write("b.json", "[]"), JsonlFormat{}).empty());
}

TEST(JsonArray, IsReadInBoundedMemory) {
  const TemporaryFolder folder;
  std::string content = "[";
  for (int i = 0; i < 50000; ++i) {
    content += std::string(i == 0 ? "" : ", ") + "{\"text\": \"" + std::to_string(i) +
               "\", \"label\": \"x\"}";
  }
  const std::string path = folder.write("a.json", content + "]");
  ReaderOptions options;
  options.max_row_bytes = 40;
  const Lines rows = shown(path, JsonlFormat{}, options);
  ASSERT_EQ(rows.size(), 50000U);
  EXPECT_EQ(rows[49999], "49999|x");
  options.max_row_bytes = 30;
  EXPECT_NE(shown(path, JsonlFormat{}, options)[49999].find("more than 30 bytes"),
            std::string::npos);
}

TEST(JsonArray, SaysWhereItIsBroken) {
  const TemporaryFolder folder;
  const std::string row = "{\"text\": \"a\", \"label\": \"x\"}";
  const auto message = [&](const std::string& content) {
    const std::string path = folder.write("a.json", content);
    const std::string text = failure(path, JsonlFormat{});
    return text.starts_with(path) ? text.substr(path.size()) : text;
  };
  EXPECT_EQ(message("[" + row), ":1: the array does not end; is the file complete?");
  EXPECT_EQ(message("[" + row + ",\n{\"text\""),
            ":2: the array does not end; is the file complete?");
  EXPECT_EQ(message("[" + row + ",\n]"),
            ":2: found a comma before the end of the array; remove it");
  EXPECT_EQ(message("[," + row + "]"), ":1: found a comma without a value before it; remove it");
  EXPECT_EQ(message("[" + row + "\n" + row + "]"),
            ":2: found no comma after an element of the array");
  EXPECT_EQ(message("[" + row + "]\n[" + row + "]"),
            ":2: found text after the end of the array; expected one array per file");
  const std::string path = folder.write("b.json", "[1, " + row + "]");
  EXPECT_EQ(shown(path, JsonlFormat{}),
            (Lines{path + ":1: found number; expected an object", "a|x"}));
}

TEST(JsonPointer, ReachesNestedKeys) {
  const TemporaryFolder folder;
  const std::string path = folder.write(
      "a.jsonl", "{\"review\": {\"body\": \"a\", \"a/b\": [\"x\"]}}\n{\"review\": {}}\n[1]\n");
  JsonlFormat format;
  format.text = "/review/body";
  format.label = "/review/a~1b/0";
  EXPECT_EQ(shown(path, format), (Lines{"a|x", path + ":2: no key \"/review/body\"; keys: review",
                                        path + ":3: found array; expected an object"}));
}

TEST(JsonNull, IsAnEmptyTextOnRequest) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.jsonl", "{\"text\": null, \"label\": \"x\"}\n{\"label\": \"x\"}\n");
  EXPECT_EQ(
      shown(path, JsonlFormat{})[0],
      path +
          ":1: found null for \"text\"; expected a string, or \"null_text\": \"empty\" in the "
          "config's format");
  JsonlFormat format;
  format.null_text = NullText::kEmpty;
  // A key that is absent may be a mistake in the config.
  EXPECT_EQ(shown(path, format), (Lines{"|x", path + ":2: no key \"text\"; keys: label"}));
}

TEST(JsonDepth, IsBounded) {
  const TemporaryFolder folder;
  for (const std::string& open : {std::string("["), std::string("{\"a\":")}) {
    std::string deep;
    for (int i = 0; i < 200000; ++i) deep += open;
    const std::string path = folder.write("a.jsonl", "{\"text\": " + deep + "\n");
    EXPECT_EQ(shown(path, JsonlFormat{}),
              (Lines{path + ":1: found JSON nested deeper than 64 levels"}));
  }
  const std::string path = folder.write("b.json", std::string(200000, '['));
  EXPECT_NE(failure(path, JsonlFormat{}).find("the array does not end"), std::string::npos);
  EXPECT_EQ(shown(folder.write("c.jsonl", "{\"text\": \"a\", \"label\": \"x\", \"more\": " +
                                              std::string(60, '[') + std::string(60, ']') + "}"),
                  JsonlFormat{}),
            (Lines{"a|x"}));
}

}  // namespace
}  // namespace sequent
