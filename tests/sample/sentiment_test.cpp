#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/files.h"
#include "sequent/error.h"
#include "sequent/sample.h"
#include "sequent/text.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

struct Row {
  std::string label;
  std::string text;
};

struct Sample {
  std::vector<Row> train;
  std::vector<Row> validation;
  std::vector<Row> test;

  std::vector<Row> all() const {
    std::vector<Row> rows = train;
    rows.insert(rows.end(), validation.begin(), validation.end());
    rows.insert(rows.end(), test.begin(), test.end());
    return rows;
  }
};

std::vector<Row> read_rows(const std::filesystem::path& path) {
  std::istringstream in(slurp(path));
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "label\ttext");
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const std::size_t tab = line.find('\t');
    EXPECT_NE(tab, std::string::npos) << line;
    rows.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  return rows;
}

Sample make_sample(const SentimentSample& options) {
  const TemporaryFolder folder;
  const SampleFiles files = write_sentiment_sample(options, folder.path());
  return {read_rows(files.train), read_rows(files.validation), read_rows(files.test)};
}

/// Returns the lower-case words of an English text.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || lower == '\'' || lower == '-') {
      words.back() += lower;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// Returns the characters of a text as UTF-8 strings.
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!continues) characters.emplace_back();
    characters.back() += c;
  }
  return characters;
}

/// Accuracy of multinomial naive Bayes over tokens with add-one smoothing, as a measure of what a
/// bag of words reveals.
template <class Tokens>
double naive_bayes_accuracy(const Sample& sample, const Tokens& tokens_of) {
  std::map<std::string, std::pair<double, double>> counts;  // counts in negative and positive texts
  std::pair<double, double> total;
  for (const Row& row : sample.train) {
    const bool positive = row.label == "positive";
    for (const std::string& token : tokens_of(row.text)) {
      (positive ? counts[token].second : counts[token].first) += 1;
      (positive ? total.second : total.first) += 1;
    }
  }
  const auto distinct = static_cast<double>(counts.size());
  std::int64_t right = 0;
  for (const Row& row : sample.test) {
    double score = 0;
    for (const std::string& token : tokens_of(row.text)) {
      const auto found = counts.find(token);
      if (found == counts.end()) continue;
      score += std::log((found->second.second + 1) / (total.second + distinct));
      score -= std::log((found->second.first + 1) / (total.first + distinct));
    }
    right += (score > 0) == (row.label == "positive") ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(sample.test.size());
}

class SentimentSampleIn : public ::testing::TestWithParam<SampleLanguage> {};

INSTANTIATE_TEST_SUITE_P(EachLanguage, SentimentSampleIn,
                         ::testing::Values(SampleLanguage::kEnglish, SampleLanguage::kChinese,
                                           SampleLanguage::kBoth),
                         [](const auto& test) {
                           return std::string(sample_language_name(test.param));
                         });

TEST_P(SentimentSampleIn, SplitsInEightyTenTenWithBalancedLabels) {
  const Sample sample = make_sample({.language = GetParam(), .rows = 1234});
  EXPECT_EQ(sample.train.size(), 987U);
  EXPECT_EQ(sample.validation.size(), 123U);
  EXPECT_EQ(sample.test.size(), 124U);
  for (const auto* split : {&sample.train, &sample.validation, &sample.test}) {
    const auto positive = std::ranges::count(*split, "positive", &Row::label);
    const auto negative = std::ranges::count(*split, "negative", &Row::label);
    EXPECT_EQ(static_cast<std::size_t>(positive + negative), split->size());
    EXPECT_LE(std::abs(positive - negative), 1);
  }
}

TEST_P(SentimentSampleIn, HasNoTextTwice) {
  std::set<std::string> texts;
  for (const Row& row : make_sample({.language = GetParam(), .rows = 12'000}).all()) {
    EXPECT_TRUE(texts.insert(row.text).second) << row.text;
  }
}

TEST_P(SentimentSampleIn, HasWellFormedTexts) {
  for (const Row& row : make_sample({.language = GetParam(), .rows = 5000}).all()) {
    ASSERT_FALSE(row.text.empty());
    EXPECT_EQ(find_invalid_utf8(row.text), std::nullopt) << row.text;
    EXPECT_EQ(row.text.find_first_of("{}[]|^~\t\""), std::string::npos) << row.text;
    EXPECT_EQ(row.text.find("  "), std::string::npos) << row.text;
    EXPECT_FALSE(row.text.starts_with(' ') || row.text.ends_with(' ')) << row.text;
  }
}

TEST_P(SentimentSampleIn, DependsOnTheSeedAlone) {
  const TemporaryFolder folder;
  const SentimentSample options{.language = GetParam(), .rows = 200, .seed = 7};
  const SampleFiles first = write_sentiment_sample(options, folder / "first");
  const SampleFiles again = write_sentiment_sample(options, folder / "again");
  EXPECT_EQ(slurp(first.train), slurp(again.train));
  EXPECT_EQ(slurp(first.validation), slurp(again.validation));
  EXPECT_EQ(slurp(first.test), slurp(again.test));
  EXPECT_EQ(slurp(first.readme), slurp(again.readme));

  SentimentSample other = options;
  other.seed = 8;
  EXPECT_NE(slurp(first.train), slurp(write_sentiment_sample(other, folder / "other").train));
}

TEST_P(SentimentSampleIn, KeepsABagOfWordsBelow) {
  const Sample sample = make_sample({.language = GetParam(), .rows = 12'000});
  const double words = naive_bayes_accuracy(sample, words_of);
  const double characters = naive_bayes_accuracy(sample, characters_of);
  if (GetParam() == SampleLanguage::kEnglish) {
    EXPECT_GT(words, 0.5);
    EXPECT_LT(words, 0.9);
  }
  if (GetParam() == SampleLanguage::kChinese) {
    EXPECT_GT(characters, 0.5);
  }
  EXPECT_LT(characters, 0.9);
}

// If these checksums change, the sample of a given seed changes for every user: mention it in the
// changelog.
TEST(SentimentSample, IsTheSameOnEveryPlatform) {
  const TemporaryFolder folder;
  const SentimentSample english{.rows = 100};
  const SentimentSample chinese{.language = SampleLanguage::kChinese, .rows = 100};
  EXPECT_EQ(checksum_file(write_sentiment_sample(english, folder / "en").train),
            "bc4f165279f41fac");
  EXPECT_EQ(checksum_file(write_sentiment_sample(chinese, folder / "zh").train),
            "989234c607e92cb3");
}

TEST(SentimentSample, EnglishHasManyWords) {
  std::set<std::string> words;
  for (const Row& row : make_sample({.rows = 12'000}).all()) {
    for (const std::string& word : words_of(row.text)) words.insert(word);
  }
  EXPECT_GE(words.size(), 2000U);
}

TEST(SentimentSample, EnglishTextsRunFromThreeToSixtyWords) {
  std::set<std::size_t> lengths;
  for (const Row& row : make_sample({.rows = 12'000}).all()) {
    lengths.insert(words_of(row.text).size());
  }
  EXPECT_GE(*lengths.begin(), 2U);
  EXPECT_LE(*lengths.begin(), 3U);
  EXPECT_GE(*lengths.rbegin(), 45U);
  EXPECT_LE(*lengths.rbegin(), 80U);
}

TEST(SentimentSample, EnglishSpellsArticlesAndSentenceStarts) {
  for (const Row& row : make_sample({.rows = 12'000}).all()) {
    EXPECT_TRUE(row.text.front() >= 'A' && row.text.front() <= 'Z') << row.text;
    EXPECT_NE(std::string_view(".!?").find(row.text.back()), std::string_view::npos) << row.text;
    for (const std::string_view wrong :
         {" a a", " a e", " a i", " a o", " an b", " an s", " an d"}) {
      const std::size_t at = row.text.find(wrong);
      if (at == std::string::npos) continue;
      EXPECT_TRUE(row.text.substr(at).starts_with(" a one")) << row.text;
    }
    for (std::size_t i = 2; i < row.text.size(); ++i) {
      const bool starts =
          row.text[i - 1] == ' ' &&
          (row.text[i - 2] == '.' || row.text[i - 2] == '!' || row.text[i - 2] == '?');
      if (starts) {
        EXPECT_FALSE(row.text[i] >= 'a' && row.text[i] <= 'z') << row.text;
      }
    }
  }
}

// Compares only the sorted sentiment words of each text and ignores the rest.
TEST(SentimentSample, TheSameWordsOfSentimentCarryBothLabels) {
  const std::set<std::string_view> sentiment = {
      "good",    "charming", "impressive", "pleasant", "superb",   "gem",      "loved",
      "enjoyed", "hoped",    "better",     "bad",      "mediocre", "annoying", "dreadful",
      "awful",   "disaster", "hated",      "disliked", "feared",   "worse",    "dull",
      "clumsy",  "witty",    "clever",     "lively",   "boring"};
  std::map<std::vector<std::string>, std::set<std::string>> labels;  // labels of each bag of words
  std::map<std::vector<std::string>, std::int64_t> rows;
  for (const Row& row : make_sample({.rows = 50'000}).all()) {
    std::vector<std::string> bag;
    for (const std::string& word : words_of(row.text)) {
      if (sentiment.contains(word)) bag.push_back(word);
    }
    if (bag.empty()) continue;
    std::ranges::sort(bag);
    labels[bag].insert(row.label);
    ++rows[bag];
  }
  std::int64_t frequent = 0;
  std::int64_t ambiguous = 0;
  for (const auto& [bag, count] : rows) {
    if (count < 20) continue;
    ++frequent;
    ambiguous += labels[bag].size() == 2 ? 1 : 0;
  }
  EXPECT_GE(frequent, 30);
  EXPECT_GE(static_cast<double>(ambiguous), 0.95 * static_cast<double>(frequent));
}

TEST(SentimentSample, BothLanguagesGiveHalfOfTheRowsEach) {
  const Sample sample = make_sample({.language = SampleLanguage::kBoth, .rows = 1000});
  const auto is_english = [](const Row& row) {
    return std::ranges::all_of(row.text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  EXPECT_EQ(std::ranges::count_if(sample.train, is_english), 400);
  EXPECT_EQ(std::ranges::count_if(sample.test, is_english), 50);
}

TEST(SentimentSample, ReadmeNamesSeedAndCommand) {
  const TemporaryFolder folder;
  const SentimentSample options{.language = SampleLanguage::kChinese, .rows = 100, .seed = 42};
  const std::string text = slurp(write_sentiment_sample(options, folder.path()).readme);
  EXPECT_NE(text.find("sequent sample sentiment --language zh --rows 100 --seed 42 --out DIR"),
            std::string::npos)
      << text;
}

TEST(SentimentSample, RefusesRowsOutOfRange) {
  const TemporaryFolder folder;
  for (const std::int64_t rows : {std::int64_t{-1}, std::int64_t{99}, std::int64_t{1'000'001}}) {
    const auto error = error_of([&] { write_sentiment_sample({.rows = rows}, folder.path()); });
    ASSERT_TRUE(error.has_value()) << rows;
    EXPECT_EQ(error->kind(), ErrorKind::kUsage);
    EXPECT_EQ(std::string_view(error->what()),
              "rows: found " + std::to_string(rows) + "; allowed 100 to 1000000");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SentimentSample, ReplacesASampleOnlyWhenAsked) {
  const TemporaryFolder folder;
  folder.write("train.tsv", "mine");
  const auto error = error_of([&] { write_sentiment_sample({.rows = 100}, folder.path()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string_view(error->what()).find("train.tsv"), std::string_view::npos);
  EXPECT_EQ(slurp(folder / "train.tsv"), "mine");

  const SampleFiles files = write_sentiment_sample({.rows = 100, .overwrite = true}, folder.path());
  EXPECT_NE(slurp(files.train), "mine");
}

TEST(SampleLanguageNames, AreFoundAgain) {
  for (const SampleLanguage language :
       {SampleLanguage::kEnglish, SampleLanguage::kChinese, SampleLanguage::kBoth}) {
    EXPECT_EQ(find_sample_language(sample_language_name(language)), language);
  }
  EXPECT_EQ(find_sample_language("fr"), std::nullopt);
}

}  // namespace
}  // namespace sequent
