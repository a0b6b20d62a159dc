// What the values of one column of a file look like.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sequent {

/// What a column probably holds.
enum class ColumnKind {
  kEmpty,     // no value at all
  kConstant,  // one value
  kId,        // a different number or code in each row
  kDate,
  kCategory,  // few values
  kNumber,    // many numbers
  kList,      // lists of words
  kText,      // free text
  kOther,     // values that are neither texts nor numbers, such as objects
};

/// The name of a kind in messages, with its article: "a free text".
std::string_view kind_name(ColumnKind kind);

/// Collects the values of one column. Memory is bounded: values and hashes are kept up to a limit.
class ColumnProfile {
 public:
  explicit ColumnProfile(std::string name) : name_(std::move(name)) {}

  void add(std::string_view cell);
  void add_list(const std::vector<std::string>& items);
  /// A value that is neither a text, a number nor a list of texts.
  void add_other();

  const std::string& name() const { return name_; }
  ColumnKind kind() const;

  std::int64_t rows() const { return rows_; }
  std::int64_t filled() const { return rows_ - empty_; }
  /// The number of different values; at least this number if there are more than are kept.
  std::int64_t distinct() const { return static_cast<std::int64_t>(hashes_.size()); }
  /// The number of different values divided by that of filled rows.
  double distinct_share() const;
  /// Mean number of code points of a value.
  double mean_length() const;
  bool is_numeric() const;
  bool has_decimals() const { return decimals_ > 0; }
  /// The first different values, as they occur; at most kKeptValues.
  const std::vector<std::string>& examples() const { return examples_; }
  /// Counts of the values, complete if there are at most kKeptValues of them.
  const std::map<std::string, std::int64_t, std::less<>>& counts() const { return counts_; }
  bool counts_are_complete() const { return distinct() == std::ssize(counts_); }

  static constexpr std::size_t kKeptValues = 2000;

 private:
  void count(std::string_view cell);
  bool looks_like_codes() const;

  std::string name_;
  std::int64_t rows_ = 0;
  std::int64_t empty_ = 0;
  std::int64_t others_ = 0;
  std::int64_t lists_ = 0;
  std::int64_t numbers_ = 0;
  std::int64_t decimals_ = 0;
  std::int64_t dates_ = 0;
  std::int64_t code_like_ = 0;    // ASCII without spaces and with a digit
  std::int64_t hashed_rows_ = 0;  // rows until the hashes were full
  double code_points_ = 0;
  std::unordered_set<std::uint64_t> hashes_;
  std::vector<std::string> examples_;
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

}  // namespace sequent
