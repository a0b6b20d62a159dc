// Sample data to try the toolkit with: labelled reviews made by a grammar, not collected.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace sequent {

enum class SampleLanguage { kEnglish, kChinese, kBoth };

/// The name on the command line: `en`, `zh` or `both`.
std::string_view sample_language_name(SampleLanguage language);

/// The language of that name, nothing for any other.
std::optional<SampleLanguage> find_sample_language(std::string_view name);

struct SentimentSample {
  static constexpr std::int64_t kMinRows = 100;
  static constexpr std::int64_t kMaxRows = 1'000'000;

  SampleLanguage language = SampleLanguage::kEnglish;
  std::int64_t rows = 12'000;  // of all three splits together; kMinRows to kMaxRows
  std::uint64_t seed = 1;      // any
  bool overwrite = false;      // replace a sample that stands in the folder
};

/// Texts and the texts that are to be written for them.
enum class TransformKind {
  kDates,            // "5 March 1987", "Mar 5, 1987", ... -> "1987-03-05"
  kArithmetic,       // "128+77" -> "205", "91-12" -> "79"
  kNumbers,          // "twelve thousand five" -> "12005"
  kChineseNumerals,  // "一万二千零五" -> "12005"
};

/// The name on the command line: `dates`, `arithmetic`, `numbers` or `chinese-numerals`.
std::string_view transform_name(TransformKind kind);

struct TransformSample {
  static constexpr std::int64_t kMinRows = 100;
  static constexpr std::int64_t kMaxRows = 300'000;

  TransformKind kind = TransformKind::kDates;
  std::int64_t rows = 20'000;  // of all three splits together; kMinRows to kMaxRows
  std::uint64_t seed = 1;      // any
  bool overwrite = false;      // replace a sample that stands in the folder
};

struct SampleFiles {
  std::filesystem::path train;       // 80 % of the rows
  std::filesystem::path validation;  // 10 %
  std::filesystem::path test;        // the rest
  std::filesystem::path readme;      // how the sample was made: rules, seed, command
};

/// Writes reviews in which the order of the words decides whether they are `negative` or `positive`
/// (negation, comparison, contrast, who says it, expectation, time, what might have been), and
/// gives the paths of the four files. A bag of words stays clearly below a model that reads in
/// order.
///
/// The TSV files have the header `label<TAB>text`. Each split holds as many negative as positive
/// rows (one more where their number is odd); `kBoth` gives each language half of the rows. No text
/// stands twice, neither in one split nor in two. The same options give the same bytes on every
/// platform. The folder is made where it is missing; the README is written last.
///
/// Errors: Usage if `rows` is out of range, or if train.tsv stands in `folder` and `overwrite` is
///         false; Runtime if a file cannot be written; Internal if the grammar cannot give that
///         many distinct texts, which no allowed number of rows comes near.
SampleFiles write_sentiment_sample(const SentimentSample& options,
                                   const std::filesystem::path& folder);

/// Writes rows of one kind; the TSV files have the header `text<TAB>label`. No text stands twice.
/// The same options give the same bytes on every platform. Errors: as write_sentiment_sample.
SampleFiles write_transform_sample(const TransformSample& options,
                                   const std::filesystem::path& folder);

}  // namespace sequent
