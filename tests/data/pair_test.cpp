// Pairs of texts: readers, errors, and how a pair is encoded as one example.
#include <gtest/gtest.h>

#include "data_support.h"
#include "pair_rows.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;

Names shown_pairs(const std::string& path, const DataFormat& format) {
  const auto reader = open_records(path, format);
  Names lines;
  for (const Record& record : testing::read_all(*reader)) {
    lines.push_back(record.fault
                        ? record.where.substr(record.where.rfind(':')) + " " + *record.fault
                        : record.text + "|" + record.second.value() + "|" + *record.label);
  }
  return lines;
}

template <class Format>
Format with_second(decltype(Format::text_b) second) {
  Format format;
  format.text_b = std::move(second);
  return format;
}

TEST(Pairs, AreReadFromTablesAndObjects) {
  const TemporaryFolder folder;
  const std::string tsv =
      folder.write("a.tsv", "text\tother\tlabel\na b\tc\tx\nd\t e\ty\nf\t \tx\n\tg\ty\n");
  EXPECT_EQ(shown_pairs(tsv, with_second<TsvFormat>("other")),
            (Names{"a b|c|x", "d| e|y",
                   ":4 found an empty text in column \"other\"; a pair has two texts",
                   ":5 found an empty text in column \"text\"; a pair has two texts"}));
  const std::string csv = folder.write("a.csv", "\"a, b\",\"c\nd\",x\n");
  CsvFormat bare = with_second<CsvFormat>(std::int64_t{1});
  bare.text = std::int64_t{0};
  bare.label = std::int64_t{2};
  bare.header = false;
  EXPECT_EQ(shown_pairs(csv, bare), (Names{"a, b|c\nd|x"}));
  const std::string jsonl = folder.write(
      "a.jsonl",
      "{\"text\": \"a\", \"b\": \"c\", \"label\": \"x\"}\n{\"text\": \"a\", \"label\": \"x\"}\n"
      "{\"text\": \"a\", \"b\": 3, \"label\": \"x\"}\n{\"text\": \"a\", \"b\": \"\", \"label\": "
      "\"x\"}\n");
  EXPECT_EQ(shown_pairs(jsonl, with_second<JsonlFormat>("b")),
            (Names{"a|c|x", ":2 no key \"b\"; keys: label, text",
                   ":3 found number for \"b\"; expected a string",
                   ":4 found an empty \"b\"; a pair has two texts"}));
  EXPECT_NE(testing::failure(tsv, with_second<TsvFormat>("othr")).find("\"othr\""),
            std::string::npos);
}

TEST(Pairs, BecomeOneRowWithABreak) {
  const TemporaryFolder folder;
  folder.write("pairs.tsv", "left\tright\tlabel\na b c\td\tx\nb\ta b c d e f g h\ty\n");
  folder.write("v.tsv", "left\tright\tlabel\nb zz\ta\tx\n");
  const Config config =
      parse_config(testing::kPairConfig, "c.json", {{"data.validation", "\"v.tsv\""}});
  Config here = config;
  here.base_directory = folder.path();
  const PreparedData data = prepare_data(here, "");
  // Counts: b 3, a 2, c 2, d 2, then e and f; g and h are truncated.
  const auto id = [&](const char* token) {
    return static_cast<std::int32_t>(data.vocabulary.id(token));
  };
  EXPECT_EQ(data.vocabulary.size(), 3 + 6);
  const auto ids = [](const EncodedDataset& rows, std::int64_t row) {
    const auto all = rows.ids(row);
    return std::vector<std::int32_t>(all.begin(), all.end());
  };
  const auto pause = static_cast<std::int32_t>(Vocabulary::kPairBreak);
  EXPECT_EQ(ids(data.train, 0),
            (std::vector<std::int32_t>{id("a"), id("b"), id("c"), pause, id("d")}));
  EXPECT_EQ(ids(data.train, 1), (std::vector<std::int32_t>{id("b"), pause, id("a"), id("b"),
                                                           id("c"), id("d"), id("e"), id("f")}));
  EXPECT_EQ(ids(data.validation, 0),
            (std::vector<std::int32_t>{id("b"), Vocabulary::kUnknown, pause, id("a")}));
  const auto [first, second] = data.train.row(1).pair();
  EXPECT_EQ(first.length(), 1);
  EXPECT_EQ(second.length(), 6);
  EXPECT_TRUE(error_of([&] { first.pair(); }));
  EXPECT_NE(check_data(here).text.find("most                                   8           2"),
            std::string::npos)
      << check_data(here).text;
}

// TextEncoder encodes a pair in the same way as the preparation of the training data.
TEST(Pairs, KeepSpellingsApart) {
  TextInput input;
  input.max_length = 3;
  const TextEncoder encoder(input, Vocabulary({"a"}), /*spells_unknown=*/true);
  const EncodedText pair = encoder.encode_pair("x a", "y z a a a");
  EXPECT_EQ(pair.ids, (std::vector<std::int32_t>{-1, 3, Vocabulary::kPairBreak, -2, -3, 3}));
  EXPECT_EQ(pair.unknown_words, (Names{"x", "y", "z"}));
  EXPECT_TRUE(pair.truncated);
  EXPECT_FALSE(pair.empty);
  EXPECT_EQ(pair.token_count, 5);
  EXPECT_EQ(pair.unknown_count, 3);
  EXPECT_TRUE(encoder.encode_pair("x", "\xE2\x80\x8B").ids.size() >= 3);
}

// Target texts keep their beginning, in training data as well as in other files.
TEST(Pairs, ATargetIsCutAtItsEnd) {
  const testing::TemporaryFolder folder;
  folder.write("train.tsv", "label\ttext\na b c d\ta b c d\n");
  folder.write("dev.tsv", "label\ttext\nd c b a\td c b a\n");
  Config config;
  config.base_directory = folder.path();
  config.task = Task("sequence_to_sequence");
  config.data.train = "train.tsv";
  config.data.validation = "dev.tsv";
  auto& input = std::get<TextInput>(config.input);
  input.max_length = 2;
  input.truncating = Side::kPre;
  const PreparedData data = prepare_data(config, {});
  const auto words = [&](const InputRow& row) {
    std::string text;
    for (const std::int32_t id : row.ids) text += data.vocabulary.token(id);
    return text;
  };
  EXPECT_EQ(words(data.train.row(0).pair().first), "cd");
  EXPECT_EQ(words(data.train.row(0).pair().second), "ab");
  EXPECT_EQ(words(data.validation.row(0).pair().first), "ba");
  EXPECT_EQ(words(data.validation.row(0).pair().second), "dc");
}

TEST(Pairs, ConfigNeedsBothHalves) {
  const auto message = [](const std::string& path, const std::string& value) {
    const auto error = error_of([&] {
      parse_config(testing::kPairConfig, "c.json", {{path, value}});
    });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(message("data.format.text_b", "null").find("/data/format: has no \"text_b\""),
            std::string::npos);
  EXPECT_NE(message("data.format.text_b", "left").find("/data/format/text_b: is also the column"),
            std::string::npos);
  EXPECT_NE(message("model.layers.5", R"({"type": "dense", "units": 3})").find("no layer reads it"),
            std::string::npos);
  EXPECT_NE(message("model.layers.3", R"({"type": "layer_norm"})").find("one vector per text"),
            std::string::npos);
  EXPECT_NE(message("model.layers.4", R"({"type": "pair"})").find("the second pair layer"),
            std::string::npos);
  EXPECT_EQ(message("model.layers.5.encoders", "separate"), "");
  EXPECT_NE(
      message("model.layers.5.encoders", "own").find("/model/layers/5/encoders: found \"own\""),
      std::string::npos);
  const std::string none = message("model.layers", R"([{"type": "embedding", "output_dim": 4},
      {"type": "dropout"}, {"type": "pool"}, {"type": "pair", "encoders": "separate"},
      {"type": "dense", "activation": "softmax"}])");
  EXPECT_NE(none.find("/model/layers/3/encoders: found \"separate\", but no layer"),
            std::string::npos)
      << none;
  EXPECT_NE(message("model.layers.5.features", R"(["cosine", "cosine"])").find("a feature twice"),
            std::string::npos);
  EXPECT_NE(message("model.layers.5.features", "[]").find("/model/layers/5/features"),
            std::string::npos);
  EXPECT_NE(message("task", "tagging").find("predicts an output for each token of one text"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
