// Tagged examples: both formats, their errors, and how they are encoded.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/tag_use.h"
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
            (Names{"in/O", "a.conll:3: found 1 column; expected 2 columns, as in line 1", "of/O",
                   "a.conll:8: invalid UTF-8 at byte 1 (0xFF)" + testing::kEncodingCure, "it/O"}));
  EXPECT_EQ(shown(path, ConllFormat{}, /*need_label=*/false).size(), 5U);
  EXPECT_TRUE(error_of([&] { open_records(folder.write("b", ""), ConllFormat{}); }));
}

TEST(Conll, SplitsAtTabsWhereLinesHaveTabs) {
  const TemporaryFolder folder;
  EXPECT_EQ(shown(folder.write("a", "Ann\tB-PER\nNew York \tB-LOC\n\nin\tO\n"), ConllFormat{}),
            (Names{"Ann/B-PER New York/B-LOC", "in/O"}));
  EXPECT_EQ(
      shown(folder.write("a", "Ann\tB-PER\nNew York B-LOC\n\nin\tO\n"), ConllFormat{}),
      (Names{"a:2: found 1 column; expected 2 columns, separated by tabs, as in line 1", "in/O"}));
  EXPECT_EQ(shown(folder.write("a", "Ann B-PER\nNew York B-LOC\n\nin O\n"), ConllFormat{}),
            (Names{"a:2: found 3 columns; expected 2 columns, as in line 1; tokens that contain "
                   "spaces need tabs between columns",
                   "in/O"}));
  EXPECT_EQ(
      shown(folder.write("a", "a\tX\tO\nb\t\tO\n\n\tX\tO\n\nc\tX\t \n"), ConllFormat{}),
      (Names{"a/O b/O", "a:4: found an empty token in column 0; expected text between the tabs",
             "a:6: found an empty tag in column 2; expected text between the tabs"}));
}

TEST(Conll, TakesTheLastColumnAsTheTag) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", "Ann NNP B-NP B-PER\nsaw VBD B-VP O\n");
  EXPECT_EQ(shown(path, ConllFormat{}), (Names{"Ann/B-PER saw/O"}));
  EXPECT_EQ(shown(path, columns(0, 1)), (Names{"Ann/NNP saw/VBD"}));
  ConllFormat last;
  last.token = 3;
  EXPECT_EQ(
      shown(path, last).at(0),
      "a:1: found the tag in the token's column, 3, which is the last one; set \"tag\" to the "
      "column of the tags");
  EXPECT_EQ(open_records(path, ConllFormat{})->columns(), (Names{"0", "1", "2", "3"}));
}

TEST(Conll, SkipsCommentsButNoTokens) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      shown(folder.write("a", "# sent_id = 1\n# text\nAnn\tO\n#\tO\n\n#x\tO\n"), ConllFormat{}),
      (Names{"Ann/O #/O", "#x/O"}));
  EXPECT_EQ(shown(folder.write("a", "# SYM\n5 CD\n\n# id of it\n# newpar\nAnn NNP\n# SYM\n"),
                  ConllFormat{}),
            (Names{"#/SYM 5/CD", "Ann/NNP #/SYM"}));
  EXPECT_EQ(shown(folder.write("a", "# a = b\nAnn NNP X O\n# NN X O\n\n# NN X O\n"), ConllFormat{}),
            (Names{"Ann/O #/O", "#/O"}));
  EXPECT_EQ(shown(folder.write("a", "# SYM\n"), ConllFormat{}), (Names{"#/SYM"}));
  EXPECT_EQ(shown(folder.write("a", "Ann NNP\n# two words\n"), ConllFormat{}).at(0),
            "a:2: found 3 columns; expected 2 columns, as in line 1; tokens that contain spaces "
            "need tabs between columns")
      << "a comment stands before a sentence";
}

TEST(Conll, ReadsConllU) {
  const TemporaryFolder folder;
  const auto word = [](const std::string& id, const std::string& form, const std::string& tag) {
    return id + "\t" + form + "\t_\t" + tag + "\t_\t_\t_\t_\t_\t_\n";
  };
  const std::string path = folder.write(
      "a.conllu", "# sent_id = 1\n# text = 10 000 du\t#\n" + word("1-2", "du", "_") +
                      word("1", "de", "ADP") + word("2", "10 000", "NUM") + word("2.1", "x", "X") +
                      "# not\tthe start\n" + word("3", "#", "SYM") + "\n# sent_id = 2\n" +
                      word("1.1", "y", "X") + "\n" + word("1", "de", "ADP"));
  EXPECT_EQ(shown(path, columns(1, 3)), (Names{"de/ADP 10 000/NUM #/SYM", "de/ADP"}));
  const auto error = error_of([&] { open_records(path, ConllFormat{}); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("a.conllu:3: found CoNLL-U"), std::string::npos)
      << error->what();
}

TEST(Conll, RefusesWhatIsNoLineOfText) {
  const TemporaryFolder folder;
  EXPECT_EQ(shown(folder.write("a", "\xEF\xBB\xBFin O\r\nRome B-LOC\r\n"), ConllFormat{}),
            (Names{"in/O Rome/B-LOC"}))
      << "a byte-order mark and CRLF";
  const Names returns = shown(folder.write("a", "in O\rRome B-LOC\r\rit O\r"), ConllFormat{});
  EXPECT_EQ(returns, (Names{"in/O Rome/B-LOC", "it/O"})) << "the line ends of old Macs";
  EXPECT_EQ(shown(folder.write("a", std::string("i\0n O\n", 6)), ConllFormat{}).at(0).substr(0, 22),
            "a:1: found a NUL byte;");
  std::string columns;
  for (int i = 0; i < 100000; ++i) columns += "x ";
  EXPECT_EQ(shown(folder.write("a", columns + "\n"), ConllFormat{}).at(0).substr(0, 20),
            "a:1: found more than");
  const std::string long_tag(100000, 'x');
  const Names odd =
      shown(folder.write("a", "in O\nRome B-LOC\n\nby " + long_tag + "\n"), ConllFormat{});
  ASSERT_EQ(odd.size(), 2U);
  EXPECT_EQ(odd[1].substr(0, 25), "a:4: found the tag \"xxxxx");
  EXPECT_LT(odd[1].size(), 300U);
}

TEST(Conll, RefusesOneTagThatMarksNoSpan) {
  const TemporaryFolder folder;
  const std::string because = ", because the tags of this file mark spans; is it a typing error?";
  const auto read = [&](const std::string& text) {
    return shown(folder.write("a", text), ConllFormat{});
  };
  EXPECT_EQ(
      read("in O\nRome B-LOC\n\nby 0\n\nby 1\n"),
      (Names{"in/O Rome/B-LOC",
             "a:4: found the tag \"0\"; expected \"O\" or a tag such as \"B-LOC\"" + because,
             "a:6: found the tag \"1\"; expected \"O\" or a tag such as \"B-LOC\"" + because}));
  EXPECT_EQ(read("by 0\n\nin O\n\nRome LOC-B\n\nLima LOC-B\n"),
            (Names{"by/0", "in/O",
                   "a:1: found the tag \"0\"; expected \"O\" or a tag such as \"LOC-B\"" + because,
                   "Lima/LOC-B"}))
      << "found as soon as the other tags are known";
  EXPECT_EQ(read("in O\nRome B\nby 0\n"),
            (Names{"a:3: found the tag \"0\"; expected \"O\" or a tag such as \"B\"" + because}));
  EXPECT_EQ(read("in O\nRome B-LOC\nby I\n").at(0).substr(0, 22), "a:3: found the tag \"I\"");
  EXPECT_EQ(read("big ADJ\nleft B-side\nman NOUN\n"), (Names{"big/ADJ left/B-side man/NOUN"}));
  EXPECT_EQ(read("I O\nsaw V\nit O\nS S\n"), (Names{"I/O saw/V it/O S/S"}));
}

TEST(Tokens, RefusesOneTagThatMarksNoSpan) {
  const TemporaryFolder folder;
  const Names lines =
      shown(folder.write("a.jsonl",
                         "{\"tokens\": [\"in\", \"Rome\"], \"tags\": [\"O\", "
                         "\"B-LOC\"]}\n{\"tokens\": [\"by\"], \"tags\": [\"0\"]}\n"),
            TokensFormat{});
  EXPECT_EQ(lines.at(1).substr(0, 30), "a.jsonl:2: found the tag \"0\"; ");
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
                .find("dev.conll:1: found the tag \"NOUN\"; expected O, or a mark "
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

TEST_F(TaggedData, TakesLabelsFromTrainingRowsAlone) {
  // Each row has a tag of its own, so that no row can be held out; then one row does not.
  std::string rows;
  for (int i = 0; i < 10; ++i) rows += "a T" + std::to_string(i) + "\n\n";
  folder_.write("train.conll", rows + "a T0\n\nb T1\n\nc T2\n");
  config_.data.validation = HeldOut{0.5, 1};
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(data.train.size() + data.validation.size(), 13);
  EXPECT_GT(data.validation.size(), 0);
  std::vector<bool> in_training(static_cast<std::size_t>(data.labels.size()));
  for (std::int64_t row = 0; row < data.train.size(); ++row) {
    for (const std::int32_t tag : data.train.tags(row)) {
      in_training[static_cast<std::size_t>(tag)] = true;
    }
  }
  EXPECT_EQ(std::count(in_training.begin(), in_training.end(), true), data.labels.size());
}

TEST_F(TaggedData, HasNoLabelThatIsCutOff) {
  folder_.write("train.conll", "a A\nb B\nc C\n");
  folder_.write("dev.conll", "a A\n");
  input().max_length = 2;
  EXPECT_EQ(prepare_data(config_, {}).labels.names(), (Names{"A", "B"}));
}

TEST_F(TaggedData, IsDescribed) {
  folder_.write("train.conll",
                "In IN O\nNew NNP I-LOC\nYork NNP I-LOC\nRome NNP B-LOC\n\nAnn NNP I-PER\n");
  folder_.write("dev.conll", "in IN O\n");
  const auto notes = [&] {
    const PreparedData data = prepare_data(config_, {});
    return describe_tags(config_, data.train, data.labels);
  };
  const TagNotes iob1 = notes();
  ASSERT_EQ(iob1.facts.size(), 2U);
  EXPECT_NE(
      iob1.facts[0].find("train.conll:1: token from column 0, tag from column 2 (from 0) of 3 "
                         "columns separated by white space: \"In\" \"O\", \"New\" \"I-LOC\""),
      std::string::npos)
      << iob1.facts[0];
  EXPECT_EQ(iob1.facts[1],
            "4 tags that mark spans in the scheme IOB1, such as \"B-LOC\"; types: LOC, PER");
  EXPECT_TRUE(iob1.warnings.empty());
  std::get<ConllFormat>(config_.data.format).tag = 1;
  EXPECT_EQ(notes().facts[1], "2 tags that do not mark spans: each token counts on its own");
  EXPECT_TRUE(notes().warnings.empty());

  std::get<ConllFormat>(config_.data.format).tag = 2;
  folder_.write("train.conll", "a X O\nb X O\nRome X LOC\n");
  folder_.write("dev.conll", "a X O\n");
  ASSERT_EQ(notes().warnings.size(), 1U);
  EXPECT_NE(notes().warnings[0].find("set \"scheme\": \"bio\""), std::string::npos);
  std::get<ConllFormat>(config_.data.format).scheme = TagScheme::kBio;
  EXPECT_EQ(notes().facts[1],
            "2 tags that mark spans in the scheme BIO, such as \"B-LOC\"; types: LOC");
  EXPECT_TRUE(notes().warnings.empty());

  std::get<ConllFormat>(config_.data.format).scheme.reset();
  folder_.write("train.conll", "a X O\nb X I-LOC\n\na X O\nRome X B-LOC\n");
  ASSERT_EQ(notes().warnings.size(), 1U);
  EXPECT_EQ(notes().warnings[0].substr(0, 52),
            "1 of 2 training examples violate the scheme BIO, for");
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
