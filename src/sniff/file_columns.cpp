#include "sniff/file_columns.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "core/strict_json.h"
#include "data/json_rows.h"
#include "data/readers.h"
#include "data/table_rows.h"
#include "sequent/error.h"
#include "sniff/column_names.h"

namespace sequent {
namespace {

constexpr std::size_t kHeaderRows = 500;  // that decide whether there is a header
constexpr std::size_t kMostKeys = 1000;
constexpr std::size_t kLongestRow = std::size_t{256} << 20;

using Fields = std::vector<std::string>;

bool is_number(const std::string& cell) { return parse_double(cell).has_value(); }

std::unique_ptr<TableRows> open_rows(const std::string& path, const FileKind& kind) {
  if (!kind.has_quotes) return open_tsv_rows(path, kLongestRow, kind.encoding);
  return open_csv_rows(path, kLongestRow, {kind.delimiter, kind.encoding});
}

/// Returns the first rows, all as wide as the first one.
std::vector<Fields> read_first_rows(TableRows& table) {
  std::vector<Fields> rows;
  TableRow row;
  while (rows.size() <= kHeaderRows && table.next(row)) {
    if (row.fault || (!rows.empty() && row.fields.size() != rows.front().size())) continue;
    rows.push_back(std::move(row.fields));
  }
  return rows;
}

void add_row(FileColumns& file, const Fields& fields) {
  ++file.rows;
  for (std::size_t i = 0; i < fields.size(); ++i) file.columns[i].add(fields[i]);
}

FileColumns profile_table(const std::string& path, const FileKind& kind) {
  const std::unique_ptr<TableRows> table = open_rows(path, kind);
  std::vector<Fields> first = read_first_rows(*table);
  if (first.empty()) throw Error(ErrorKind::kData, path, "has no valid row");
  const Fields names = first.front();
  first.erase(first.begin());
  FileColumns file;
  file.has_header = is_header(names, first, file.header_reason);
  for (std::size_t i = 0; i < names.size(); ++i) {
    file.columns.emplace_back(file.has_header ? names[i] : std::to_string(i));
  }
  if (!file.has_header) add_row(file, names);
  for (const Fields& row : first) add_row(file, row);
  TableRow row;
  while (table->next(row)) {  // the readers report rows that are invalid
    if (!row.fault && row.fields.size() == names.size()) add_row(file, row.fields);
  }
  return file;
}

void add_value(ColumnProfile& profile, const Json& value) {
  if (value.is_null()) return profile.add("");
  if (value.is_string()) return profile.add(value.get_ref<const std::string&>());
  if (value.is_number() || value.is_boolean()) return profile.add(value.dump());
  const bool is_list =
      value.is_array() &&
      std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
  if (!is_list) return profile.add_other();
  profile.add_list(value.get<std::vector<std::string>>());
}

FileColumns profile_json(const std::string& path, const FileKind& kind) {
  JsonRows rows(path, kLongestRow, kind.encoding);
  FileColumns file;
  std::map<std::string, std::size_t, std::less<>> places;
  std::string first_fault;
  for (LineReader::Line line; rows.next(line);) {
    Json value;
    try {
      value = parse_strict_json(line.text, rows.place(line.number), {kLongestRow});
    } catch (const Error& error) {
      if (first_fault.empty()) first_fault = error.what();
      continue;
    }
    if (!value.is_object()) {
      if (first_fault.empty()) {
        first_fault =
            rows.place(line.number) + ": expected a JSON object, such as {\"text\": \"a\"}";
      }
      continue;
    }
    ++file.rows;
    for (const auto& [key, item] : value.items()) {
      const auto [place, is_new] = places.emplace(key, file.columns.size());
      if (is_new && file.columns.size() == kMostKeys) {
        throw Error(ErrorKind::kData, path,
                    "the objects have more than " + std::to_string(kMostKeys) +
                        " different keys; expected the same keys in each object");
      }
      if (is_new) file.columns.emplace_back(key);
      add_value(file.columns[place->second], item);
    }
  }
  if (file.rows == 0) {
    throw Error(ErrorKind::kData, "", first_fault.empty() ? path + ": has no rows" : first_fault);
  }
  return file;
}

}  // namespace

bool is_header(const Fields& first, const std::vector<Fields>& rows, std::string& reason) {
  const auto no = [&reason](const std::string& why) {
    reason = "no header: " + why;
    return false;
  };
  const auto yes = [&reason](const std::string& why) {
    reason = "header: " + why;
    return true;
  };
  constexpr std::size_t kLongestName = 60;
  for (const std::string& name : first) {
    if (is_number(name)) return no("the first row contains the number " + name);
    if (name.size() > kLongestName) return no("the first row contains a long text");
  }
  const std::set<std::string> names(first.begin(), first.end());
  if (names.size() < first.size()) return no("the first row contains a value twice");
  for (const std::string& name : first) {
    if (is_known_name(name)) return yes("the first row contains \"" + name + "\"");
  }
  const std::size_t columns = first.size();
  for (std::size_t i = 0; i < columns; ++i) {
    const auto same = [&](const Fields& row) { return row[i] == first[i]; };
    if (std::any_of(rows.begin(), rows.end(), same)) {
      return no("\"" + first[i] + "\" of the first row occurs again in its column");
    }
  }
  for (std::size_t i = 0; i < columns; ++i) {
    const auto numbers = std::count_if(rows.begin(), rows.end(),
                                       [i](const Fields& row) { return is_number(row[i]); });
    if (!rows.empty() && static_cast<std::size_t>(numbers) * 10 >= rows.size() * 9) {
      return yes("\"" + first[i] + "\" is the only text in its column of numbers");
    }
  }
  for (std::size_t i = 0; i < columns; ++i) {
    std::map<std::string, std::size_t> counts;
    for (const Fields& row : rows) ++counts[row[i]];
    if (rows.size() >= 20 && counts.size() * 5 <= rows.size()) {
      return yes("\"" + first[i] + "\" occurs once in a column of few values");
    }
  }
  return no("the first row looks like the others");
}

FileColumns profile_columns(const std::string& path, const FileKind& kind) {
  return kind.family == FileFamily::kJson ? profile_json(path, kind) : profile_table(path, kind);
}

Column FileColumns::column(std::size_t index) const {
  if (has_header) return columns[index].name();
  return static_cast<std::int64_t>(index);
}

std::int64_t FileColumns::find(const std::string& name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name() == name) return static_cast<std::int64_t>(i);
  }
  return -1;
}

}  // namespace sequent
