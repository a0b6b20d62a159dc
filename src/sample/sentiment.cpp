#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/files.h"
#include "sample/language.h"
#include "sample/readme.h"
#include "sequent/error.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

using sample::Language;
using sample::Polarity;
using sample::SplitMix64;

// If this many texts in a row are already in the sample, the grammar is considered exhausted.
constexpr int kFruitlessDraws = 1000;

struct Row {
  Polarity label;
  std::string text;
};

std::vector<const Language*> languages_of(SampleLanguage language) {
  switch (language) {
    case SampleLanguage::kEnglish:
      return {&sample::english()};
    case SampleLanguage::kChinese:
      return {&sample::chinese()};
    case SampleLanguage::kBoth:
      return {&sample::english(), &sample::chinese()};
  }
  throw Error(ErrorKind::kInternal, "sample", "unknown language");
}

std::string draw_review(const Language& language, Polarity label, SplitMix64& random) {
  const auto domain = static_cast<std::size_t>(random.below(language.domains.size()));
  return language.finish(language.domains[domain].expand("review", label, random));
}

/// Draws distinct reviews with alternating labels.
class ReviewSource {
 public:
  ReviewSource(const SentimentSample& options)
      : languages_(languages_of(options.language)), random_(options.seed) {
    // Until the sample is written, each text is stored twice: here and in its row.
    seen_.reserve(static_cast<std::size_t>(options.rows));
  }

  /// Draws `rows` reviews in random order, with equal numbers of each label and language.
  std::vector<Row> draw(std::int64_t rows) {
    std::vector<Row> drawn;
    drawn.reserve(static_cast<std::size_t>(rows));
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
      const Polarity label = i % 2 == 0 ? Polarity::kNegative : Polarity::kPositive;
      drawn.push_back({label, new_text(*languages_[i / 2 % languages_.size()], label)});
    }
    for (std::size_t i = drawn.size(); i > 1; --i) {
      std::swap(drawn[i - 1], drawn[static_cast<std::size_t>(random_.below(i))]);
    }
    return drawn;
  }

 private:
  std::string new_text(const Language& language, Polarity label) {
    for (int draw = 0; draw < kFruitlessDraws; ++draw) {
      std::string text = draw_review(language, label, random_);
      if (seen_.insert(text).second) return text;
    }
    throw Error(ErrorKind::kInternal, "sample",
                "the grammar gives no new text after " + std::to_string(seen_.size()) +
                    "; ask for fewer rows");
  }

  std::vector<const Language*> languages_;
  SplitMix64 random_;
  std::unordered_set<std::string> seen_;
};

std::string to_tsv(const std::vector<Row>& rows) {
  std::string content = "label\ttext\n";
  for (const Row& row : rows) {
    content += row.label == Polarity::kPositive ? "positive\t" : "negative\t";
    content += row.text;
    content += '\n';
  }
  return content;
}

void require_valid(const SentimentSample& options, const SampleFiles& files) {
  if (options.rows < SentimentSample::kMinRows || options.rows > SentimentSample::kMaxRows) {
    throw Error(ErrorKind::kUsage, "rows",
                "found " + std::to_string(options.rows) + "; allowed " +
                    std::to_string(SentimentSample::kMinRows) + " to " +
                    std::to_string(SentimentSample::kMaxRows));
  }
  if (!options.overwrite && std::filesystem::exists(files.train)) {
    throw Error(ErrorKind::kUsage, files.train.string(),
                "stands there already; choose another folder or ask to overwrite it");
  }
}

constexpr std::array<std::pair<SampleLanguage, std::string_view>, 3> kLanguageNames = {{
    {SampleLanguage::kEnglish, "en"},
    {SampleLanguage::kChinese, "zh"},
    {SampleLanguage::kBoth, "both"},
}};

}  // namespace

std::string_view sample_language_name(SampleLanguage language) {
  for (const auto& [value, name] : kLanguageNames) {
    if (value == language) return name;
  }
  throw Error(ErrorKind::kInternal, "sample", "unknown language");
}

std::optional<SampleLanguage> find_sample_language(std::string_view name) {
  for (const auto& [value, known] : kLanguageNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

SampleFiles write_sentiment_sample(const SentimentSample& options,
                                   const std::filesystem::path& folder) {
  const SampleFiles files{.train = folder / "train.tsv",
                          .validation = folder / "validation.tsv",
                          .test = folder / "test.tsv",
                          .readme = folder / "README.txt"};
  require_valid(options, files);

  const std::int64_t train_rows = options.rows * 8 / 10;
  const std::int64_t validation_rows = options.rows / 10;
  const std::int64_t test_rows = options.rows - train_rows - validation_rows;
  ReviewSource source(options);
  write_file_whole(files.train, to_tsv(source.draw(train_rows)));
  write_file_whole(files.validation, to_tsv(source.draw(validation_rows)));
  write_file_whole(files.test, to_tsv(source.draw(test_rows)));
  write_file_whole(files.readme, sample::sentiment_readme(options));
  return files;
}

}  // namespace sequent
