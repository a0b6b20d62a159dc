#include "data/table_header.h"

#include <algorithm>
#include <cstdint>

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
                    std::to_string(width_) + " columns, with indices from 0");
  }
  const auto& name = std::get<std::string>(column);
  if (!has_header_) {
    fail(file_, "found the column name \"" + name +
                    "\" for a file without a header (\"header\": false); expected the column's "
                    "index, counted from 0");
  }
  fail(file_,
       "no column \"" + name + "\"; columns: " + list_names(names_) + did_you_mean(name, names_));
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
