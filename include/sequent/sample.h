// Sample data for trying the toolkit. The labelled texts are generated from a grammar, not
// collected.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace sequent {

enum class SampleLanguage { kEnglish, kChinese, kBoth };

/// The name on the command line: `en`, `zh` or `both`.
std::string_view sample_language_name(SampleLanguage language);

/// Returns the language with this name, or nothing if there is none.
std::optional<SampleLanguage> find_sample_language(std::string_view name);

struct SentimentSample {
  static constexpr std::int64_t kMinRows = 100;
  static constexpr std::int64_t kMaxRows = 1'000'000;

  SampleLanguage language = SampleLanguage::kEnglish;
  std::int64_t rows = 12'000;  // total over the three splits; kMinRows to kMaxRows
  std::uint64_t seed = 1;      // any value
  bool overwrite = false;      // replace an existing sample in the folder
};

/// The kinds of source and target texts.
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
  std::int64_t rows = 20'000;  // total over the three splits; kMinRows to kMaxRows
  std::uint64_t seed = 1;      // any value
  bool overwrite = false;      // replace an existing sample in the folder
};

struct TicketSample {
  static constexpr std::int64_t kMinRows = 100;
  static constexpr std::int64_t kMaxRows = 20'000;

  std::int64_t rows = 3'000;  // kMinRows to kMaxRows
  std::uint64_t seed = 1;     // any value
  bool overwrite = false;     // replace an existing file
};

struct MachineSample {
  static constexpr std::int64_t kMinRows = 400;
  static constexpr std::int64_t kMaxRows = 100'000;

  std::int64_t rows = 6'000;  // over both machines; kMinRows to kMaxRows
  std::uint64_t seed = 1;     // any value
  bool overwrite = false;     // replace an existing file
};

struct ReturnSample {
  static constexpr std::int64_t kMinRows = 100;
  static constexpr std::int64_t kMaxRows = 1'000'000;

  std::int64_t rows = 3'000;  // kMinRows to kMaxRows
  std::uint64_t seed = 1;     // any value
  bool overwrite = false;     // replace an existing file
};

struct SampleFiles {
  std::filesystem::path train;       // 80% of the rows
  std::filesystem::path validation;  // 10%
  std::filesystem::path test;        // the remaining rows
  std::filesystem::path readme;      // how the sample was generated: rules, seed, command
};

/// Generates reviews in which word order decides whether the label is `negative` or `positive`, and
/// returns the paths of the four files. The deciding phenomena are negation, comparison, contrast,
/// attribution, expectation, change over time, and hypotheticals. A bag-of-words model stays
/// clearly below a sequence model.
///
/// The TSV files have the header `label<TAB>text`. Each split has equally many negative and
/// positive rows (one more if their number is odd). With `kBoth`, each language gets half of the
/// rows. No text occurs twice, neither within a split nor across splits. The same options produce
/// the same bytes on every platform. The folder is created if it does not exist, and the README is
/// written last.
///
/// Errors: Usage if `rows` is out of range, or if `folder` contains train.tsv and `overwrite` is
/// false; Runtime if a file cannot be written; Internal if the grammar cannot generate enough
/// distinct texts, which no allowed number of rows can cause.
SampleFiles write_sentiment_sample(const SentimentSample& options,
                                   const std::filesystem::path& folder);

/// Generates texts of one kind and returns the paths of the four files. The TSV files have the
/// header `text<TAB>label`. No text occurs twice. The same options produce the same bytes on every
/// platform. Errors: as for write_sentiment_sample.
SampleFiles write_transform_sample(const TransformSample& options,
                                   const std::filesystem::path& folder);

/// Generates messages to the customer service of a shop as one CSV file with the header
/// `id,date,message,category`. The categories are `account`, `delivery`, `payment` and `product`.
/// Half of the messages also praise something from another category. No message occurs twice. The
/// same options produce the same bytes on every platform.
/// Errors: Usage if `rows` is out of range, or if `file` exists and `overwrite` is false; Runtime
/// if the file cannot be written.
void write_ticket_sample(const TicketSample& options, const std::filesystem::path& file);

/// Generates requests to return an article to a shop as one CSV file with the header
/// `message,group,price,bought,decision`. The message tells whether the article is broken or
/// disliked. Broken articles are repaired from a price of 100, otherwise refunded; disliked food
/// and hygiene articles are rejected, others refunded if they were bought in December, otherwise
/// exchanged. Some prices are missing. The same options produce the same bytes on every platform.
/// Errors: as for write_ticket_sample.
void write_return_sample(const ReturnSample& options, const std::filesystem::path& file);

/// Generates the readings of two ovens as one CSV file with the header
/// `time,machine,temperature,vibration,state`. The machines take turns, every five minutes. The
/// states are `idle`, `heating`, `running` and `cooling`; a single reading does not tell `heating`
/// from `cooling`. Some states are empty, and some rows are absent. The same options produce the
/// same bytes on every platform. Errors: as for write_ticket_sample.
void write_machine_sample(const MachineSample& options, const std::filesystem::path& file);

}  // namespace sequent
