// Tagged examples: both formats, their errors, and how they are encoded.
#include <gtest/gtest.h>

#include "data_support.h"
#include "tagging_rows.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;

/// Formats each row as `token/tag token/tag`, or `where: fault`.
Names shown(const std::string& path, const DataFormat& format, bool need_label = true) {
  ReaderOptions options;
  options.need_label = need_label;
  const auto reader = open_records(path, format, options);
  Names lines;
  for (Record record; reader->next(record);) {
    if (record.fault) {
      lines.push_back(record.where.substr(record.where.find_last_of('/') + 1) + ": " +
                      *record.fault);
      continue;
    }
    std::string line;
    for (std::size_t i = 0; i < record.tokens.size(); ++i) {
      line += (i > 0 ? " " : "") + record.tokens[i];
      if (!record.tags.empty()) line += "/" + record.tags[i];
    }
    lines.push_back(line);
  }
  return lines;
}

ConllFormat columns(std::int64_t token, std::int64_t tag) {
  ConllFormat format;
  format.token = token;
  format.tag = tag;
  return format;
}

TEST(Conll, ReadsRowsBetweenEmptyLines) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.conll",
                                        "-DOCSTART- -X- O\n\n\nin X O\r\nNew\tX\tB-LOC\nYork X "
                                        "I-LOC\n \nof X O\n\n-DOCSTART- -X- O\n\nit X O");
  EXPECT_EQ(shown(path, columns(0, 2)), (Names{"in/O New/B-LOC York/I-LOC", "of/O", "it/O"}));
  EXPECT_EQ(shown(path, columns(0, 2), /*need_label=*/false), (Names{"in New York", "of", "it"}));
  EXPECT_EQ(shown(path, columns(1, 0))[1], "X/of");
}

TEST(Conll, SaysWhatIsWrongWhere) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a.conll", "in O\n\nNew\nYork I-LOC\n\nof O\n\n\xff O\n\nit O\n");
  EXPECT_EQ(shown(path, ConllFormat{}),
            (Names{"in/O",
                   "a.conll:3: found 1 column; expected at least 2: one token and its tag per "
                   "line",
                   "of/O", "a.conll:8: invalid UTF-8 at byte 1 (0xFF)" + testing::kEncodingCure,
                   "it/O"}));
  EXPECT_EQ(shown(path, ConllFormat{}, /*need_label=*/false).size(), 5U);
  EXPECT_TRUE(error_of([&] { open_records(folder.write("b", ""), ConllFormat{}); }));
}

TEST(Tokens, ReadsLists) {
  const TemporaryFolder folder;
  const std::string path = folder.write(
      "a.jsonl",
      "{\"tokens\": [\"in\", \"Rome\"], \"tags\": [\"O\", \"B-LOC\"], \"label\": \"x\"}\n"
      "{\"tokens\": [\"in\"], \"tags\": []}\n"
      "{\"tokens\": [], \"tags\": []}\n"
      "{\"tokens\": \"in\", \"tags\": [\"O\"]}\n"
      "{\"tokens\": [\"in\", 3], \"tags\": [\"O\"]}\n"
      "{\"tokens\": [\"in\"]}\n");
  EXPECT_EQ(
      shown(path, TokensFormat{}),
      (Names{"in/O Rome/B-LOC", "a.jsonl:2: found 0 tags for 1 tokens; expected one tag per token",
             "a.jsonl:3: \"tokens\" is empty; expected at least one token",
             "a.jsonl:4: found string for \"tokens\"; expected a list of strings",
             "a.jsonl:5: found 3 at \"tokens\"[1]; expected a non-empty string",
             "a.jsonl:6: no key \"tags\"; keys: tokens"}));
  EXPECT_EQ(shown(path, TokensFormat{}, /*need_label=*/false)[5], "in");
}

class TaggedData : public ::testing::Test {
 protected:
  TaggedData() {
    config_.base_directory = folder_.path();
    config_.task = Task("tagging");
    config_.data.train = "train.conll";
    config_.data.validation = "dev.conll";
    config_.data.format = ConllFormat{};
  }
  TextInput& input() { return std::get<TextInput>(config_.input); }

  static std::string shown_row(const PreparedData& data, const EncodedDataset& split,
                               std::int64_t row) {
    std::string line;
    for (std::int64_t t = 0; t < split.length(row); ++t) {
      const auto at = static_cast<std::size_t>(t);
      line += (t > 0 ? " " : "") + data.vocabulary.token(split.ids(row)[at]) + "/" +
              data.labels.name(split.tags(row)[at]);
    }
    return line;
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(TaggedData, HasATagForEachToken) {
  folder_.write("train.conll", "In O\nNew B-LOC\nYork I-LOC\n\nU.S.-based O\nin O\n");
  folder_.write("dev.conll", "in O\nLima B-LOC\n");
  for (const int threads : {1, 3}) {
    const PreparedData data = prepare_data(config_, {}, threads);
    EXPECT_EQ(data.labels.names(), (Names{"B-LOC", "I-LOC", "O"}));
    EXPECT_EQ(shown_row(data, data.train, 0), "in/O new/B-LOC york/I-LOC");
    EXPECT_EQ(shown_row(data, data.train, 1), "u.s.-based/O in/O") << "never split further";
    EXPECT_EQ(shown_row(data, data.validation, 0), "in/O <unk>/B-LOC");
  }
  const PreparedData cached = prepare_data(config_, folder_ / "cache");
  EXPECT_FALSE(cached.from_cache);
  const PreparedData again = prepare_data(config_, folder_ / "cache");
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.train, cached.train);
  EXPECT_EQ(encode_file((folder_ / "dev.conll").string(), ConllFormat{}, encoder_spec(config_),
                        again.vocabulary, again.labels),
            again.validation);
}

TEST_F(TaggedData, CutsTagsWithTheirTokens) {
  folder_.write("train.conll", "a A\nb B\nc C\n\nd A\n");
  folder_.write("dev.conll", "a A\nb B\nc C\n");
  input().max_length = 2;
  EXPECT_EQ(shown_row(prepare_data(config_, {}), prepare_data(config_, {}).train, 0), "a/A b/B");
  input().truncating = Side::kPre;
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(shown_row(data, data.train, 0), "b/B c/C");
  EXPECT_EQ(shown_row(data, data.validation, 0), "b/B c/C");
}

TEST_F(TaggedData, SaysWhichTagIsNew) {
  folder_.write("train.conll", "a O\nb B-LOC\n");
  folder_.write("dev.conll", "a O\n\nb B-LOK\nc B-LOX\n");
  const auto error = error_of([&] { prepare_data(config_, {}); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what())
                .find("dev.conll:3: found the label \"B-LOK\", which is not in the training data"),
            std::string::npos)
      << error->what();
  config_.data.unseen_labels = UnseenLabels::kSkip;
  EXPECT_EQ(prepare_data(config_, {}).validation.size(), 1);
  config_.data.unseen_labels = UnseenLabels::kWrong;
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(data.validation.size(), 2);
  EXPECT_EQ(data.validation.unseen().labels, (Names{"B-LOK", "B-LOX"}));
  folder_.write("dev.conll", "a O\nb NOUN\n");
  const auto other_scheme = error_of([&] { prepare_data(config_, {}); });
  ASSERT_TRUE(other_scheme);
  EXPECT_NE(std::string(other_scheme->what())
                .find("dev.conll:1: found the tag \"NOUN\"; expected O, or a prefix "
                      "and a type, as in B-LOC, O"),
            std::string::npos)
      << other_scheme->what();
}

TEST_F(TaggedData, SaysWhyTooFewRowsAreThere) {
  folder_.write("train.conll", "in O\nParis B-LOC\n\nby\n");
  config_.data.validation = HeldOut{0.5, 1};
  const auto error_text = [&] {
    return std::string(error_of([&] { prepare_data(config_, {}); })->what());
  };
  EXPECT_NE(error_text().find("train.conll:4: found 1 column"), std::string::npos) << error_text();
  folder_.write("train.conll", "in O\nParis B-LOC\n");
  EXPECT_NE(error_text().find("found 1 rows, too few for a held-out part"), std::string::npos)
      << error_text();
}

TEST_F(TaggedData, HoldsRowsOut) {
  folder_.write("train.conll", testing::tagged_rows(40));
  config_.data.validation = HeldOut{0.25, 1};
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(data.train.size(), 30);
  EXPECT_EQ(data.validation.size(), 10);
}

TEST(TaggedRows, AreReadInTheSchemeThatIsAskedFor) {
  const TemporaryFolder folder;
  ConllFormat conll;
  conll.scheme = TagScheme::kBioes;
  const auto lines = testing::read_all(
      *open_records(folder.write("a.conll", "in O\nNew B-LOC\nYork I-LOC\n"), conll));
  EXPECT_EQ(lines.at(0).tags, (std::vector<std::string>{"O", "B-LOC", "E-LOC"}));
  TokensFormat tokens;
  tokens.scheme = TagScheme::kBmes;
  const auto objects = testing::read_all(*open_records(
      folder.write("a.jsonl", R"({"tokens": ["Rome", "x"], "tags": ["B-LOC", "O"]})"), tokens));
  EXPECT_EQ(objects.at(0).tags, (std::vector<std::string>{"S-LOC", "O"}));
}

}  // namespace
}  // namespace sequent
