#include "data/table_header.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/delimiter.h"
#include "core/nearest.h"
#include "data/row_faults.h"
#include "sequent/error.h"

namespace sequent {
namespace {

[[noreturn]] void fail(const std::string& file, const std::string& message) {
  throw Error(ErrorKind::kData, file, message);
}

}  // namespace

TableHeader TableHeader::read(TableRows& rows, bool has_header, TableRow& first) {
  if (!rows.next(first)) fail(rows.file(), "no rows");
  if (first.fault) fail(first.where, *first.fault);
  TableHeader header;
  header.file_ = rows.file();
  header.where_ = first.where;
  header.has_header_ = has_header;
  header.width_ = first.fields.size();
  header.syntax_ = rows.syntax();
  header.first_field_ = first.fields.front();
  if (has_header) header.names_ = first.fields;
  header.columns_ = header.names_;
  for (std::size_t i = header.columns_.size(); i < header.width_; ++i) {
    header.columns_.push_back(std::to_string(i));
  }
  return header;
}

std::optional<std::string> TableHeader::width_fault(std::size_t found) const {
  if (found == width_) return std::nullopt;
  return "found " + std::to_string(found) + (found == 1 ? " column" : " columns") + "; expected " +
         std::to_string(width_) + (has_header_ ? ", as in the header" : ", as in the first row");
}

std::string TableHeader::describe(std::size_t column) const {
  return has_header_ ? "\"" + names_[column] + "\"" : std::to_string(column);
}

std::size_t TableHeader::find_required(const Column& column) const {
  if (const auto found = find(column)) return *found;
  if (const auto* index = std::get_if<std::int64_t>(&column)) {
    fail(file_, "no column " + std::to_string(*index) + "; the first row has " +
                    std::to_string(width_) + (width_ == 1 ? " column" : " columns") +
                    ", with indices from 0" + syntax_cure());
  }
  const auto& name = std::get<std::string>(column);
  if (!has_header_) {
    fail(file_, "found the column name \"" + name +
                    "\" for a file without a header (\"header\": false); expected the column's "
                    "index, counted from 0");
  }
  const std::string cure = syntax_cure();
  fail(file_, "no column \"" + name + "\"; columns: " + list_names(names_) +
                  (cure.empty() ? did_you_mean(name, names_) : cure));
}

std::string TableHeader::syntax_cure() const {
  const std::string row = has_header_ ? "header" : "first row";
  const bool is_quoted =
      first_field_.size() > 1 && first_field_.starts_with('"') && first_field_.ends_with('"');
  if (!syntax_.has_quotes && is_quoted) {
    return "; the " + row +
           " is quoted: set \"type\": \"csv\" and \"delimiter\": \"\\t\" (sequent-infer: "
           "--input-format csv --delimiter '\\t')";
  }
  if (width_ > 1) return "";
  constexpr std::string_view kUsual = ",;|\t";
  const std::size_t at = first_field_.find_first_of(kUsual);
  if (at == std::string::npos) return "";
  const char found = first_field_[at];
  const std::string option = quoted_delimiter(found);
  const std::string argument = found == '\t' ? "'\\t'" : "'" + std::string(1, found) + "'";
  std::string config = "\"delimiter\": " + option;
  std::string arguments = "--delimiter " + argument;
  if (!syntax_.has_quotes) {
    config = "\"type\": \"csv\"" + (found == ',' ? "" : " and " + config);
    arguments = "--input-format csv" + (found == ',' ? "" : " " + arguments);
  }
  return "; the " + row + " seems to be separated by " + option + ": set " + config +
         " (sequent-infer: " + arguments + ")";
}

std::optional<std::size_t> TableHeader::find(const Column& column) const {
  if (const auto* index = std::get_if<std::int64_t>(&column)) {
    if (*index < 0 || static_cast<std::size_t>(*index) >= width_) return std::nullopt;
    return static_cast<std::size_t>(*index);
  }
  const auto& name = std::get<std::string>(column);
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  if (std::find(found + 1, names_.end(), name) != names_.end()) {
    fail(where_, "found the column \"" + name + "\" twice; expected one");
  }
  return static_cast<std::size_t>(found - names_.begin());
}

}  // namespace sequent
