#include "sniff/column_profile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>

#include "data/label_lists.h"
#include "data/missing_cells.h"
#include "data/readers.h"
#include "data/time_steps.h"
#include "text/ascii.h"

namespace sequent {
namespace {

constexpr std::size_t kKeptHashes = 200'000;
constexpr std::size_t kLongestKept = 200;  // bytes of a value that may be a label

bool mostly(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) >= 0.95 * static_cast<double>(whole);
}

std::int64_t count_code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a cell could be a code such as "A-0017" or a UUID.
bool is_code(std::string_view cell) {
  return std::all_of(cell.begin(), cell.end(),
                     [](char c) { return (c & 0x80) == 0 && !is_ascii_space(c); }) &&
         std::any_of(cell.begin(), cell.end(), is_ascii_digit);
}

bool is_date(std::string_view cell) {
  // Dates have at least 6 characters ("2024-1"), and start with a digit.
  if (cell.size() < 6 || cell.size() > 40 || !is_ascii_digit(cell.front())) return false;
  const std::string text(cell);
  if (parse_time(text, std::nullopt)) return true;
  for (const char* format : {"%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d"}) {
    if (parse_time(text, format)) return true;
  }
  return false;
}

}  // namespace

std::string_view kind_name(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kEmpty:
      return "empty";
    case ColumnKind::kConstant:
      return "a single value";
    case ColumnKind::kId:
      return "an id";
    case ColumnKind::kDate:
      return "a date or time";
    case ColumnKind::kCategory:
      return "a category";
    case ColumnKind::kNumber:
      return "a number";
    case ColumnKind::kList:
      return "a list";
    case ColumnKind::kText:
      return "free text";
    case ColumnKind::kOther:
      return "an object";
  }
  return "";
}

void ColumnProfile::count(std::string_view cell) {
  if (hashes_.size() < kKeptHashes) {
    ++hashed_rows_;
    if (hashes_.insert(std::hash<std::string_view>{}(cell)).second &&
        examples_.size() < kKeptValues) {
      examples_.emplace_back(cell.substr(0, kLongestKept));
    }
  }
  if (cell.size() > kLongestKept) return;
  const auto known = counts_.find(cell);
  if (known != counts_.end()) {
    ++known->second;
  } else if (counts_.size() < kKeptValues) {
    counts_.emplace(cell, 1);
  }
}

void ColumnProfile::add(std::string_view cell) {
  ++rows_;
  if (is_missing_cell(cell, {})) {
    ++empty_;
    return;
  }
  code_points_ += static_cast<double>(count_code_points(cell));
  count(cell);
  if (const std::optional<double> number = parse_double(cell)) {
    ++numbers_;
    if (std::floor(*number) != *number) ++decimals_;
  } else if (is_date(cell)) {
    ++dates_;
  } else if (cell.size() <= kLongestKept && (cell.front() == '[' || cell.front() == '{') &&
             parse_label_list(cell)) {
    ++lists_;
  }
  if (is_code(cell)) ++code_like_;
}

void ColumnProfile::add_list(const std::vector<std::string>& items) {
  ++rows_;
  ++lists_;
  for (const std::string& item : items) count(item);
}

void ColumnProfile::add_other() {
  ++rows_;
  ++others_;
}

double ColumnProfile::distinct_share() const {
  return hashed_rows_ == 0 ? 0
                           : static_cast<double>(distinct()) / static_cast<double>(hashed_rows_);
}

double ColumnProfile::mean_length() const {
  return filled() == 0 ? 0 : code_points_ / static_cast<double>(filled());
}

bool ColumnProfile::is_numeric() const { return filled() > 0 && mostly(numbers_, filled()); }

/// Whether each row has a code of its own.
bool ColumnProfile::looks_like_codes() const {
  constexpr double kLongestCode = 64;
  return distinct_share() > 0.95 && mostly(code_like_, filled()) && mean_length() <= kLongestCode;
}

ColumnKind ColumnProfile::kind() const {
  if (filled() == 0) return ColumnKind::kEmpty;
  if (!mostly(filled() - others_, filled())) return ColumnKind::kOther;
  if (mostly(lists_, filled())) return ColumnKind::kList;
  if (distinct() == 1) return ColumnKind::kConstant;
  if (mostly(dates_, filled())) return ColumnKind::kDate;
  const double per_value = static_cast<double>(hashed_rows_) / static_cast<double>(distinct());
  if (is_numeric()) {
    // A few numbers that recur, such as 0 and 1 or one to five stars, are names of classes.
    constexpr std::int64_t kMostNumbers = 20;
    if (distinct() <= kMostNumbers && per_value >= 2) return ColumnKind::kCategory;
    return has_decimals() || distinct_share() < 0.9 ? ColumnKind::kNumber : ColumnKind::kId;
  }
  if (looks_like_codes()) return ColumnKind::kId;
  constexpr double kLongestLabel = 60;
  const bool recurs = per_value >= (filled() < 100 ? 2 : 4);
  if (recurs && counts_are_complete() && mean_length() <= kLongestLabel) {
    return ColumnKind::kCategory;
  }
  return ColumnKind::kText;
}

}  // namespace sequent
