#include "sniff/file_kind.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "core/delimiter.h"
#include "core/encodings.h"
#include "core/format.h"
#include "core/quiet_log.h"
#include "data/label_folders.h"
#include "data/table_rows.h"
#include "data/text_source.h"
#include "sequent/error.h"
#include "sequent/text.h"

namespace sequent {
namespace {

constexpr std::size_t kFrontBytes = std::size_t{256} << 10;
constexpr std::size_t kRows = 300;  // that decide the format
constexpr std::size_t kLongestRow = std::size_t{1} << 20;

/// Returns the text without a character that is cut off at its end.
std::string_view whole_characters(std::string_view text) {
  for (int i = 0; i < 4 && !text.empty() && (text.back() & 0x80) != 0; ++i) text.remove_suffix(1);
  return text;
}

/// Returns the encoding of a file that is not marked as UTF-16.
std::string find_encoding(const std::string& path) {
  const std::unique_ptr<ByteSource> bytes = open_bytes(path);
  const std::string front = read_front(*bytes, kFrontBytes);
  if (front.empty()) throw Error(ErrorKind::kData, path, "is empty; expected rows");
  const bool is_marked = front.starts_with("\xFF\xFE") || front.starts_with("\xFE\xFF");
  if (is_marked) return std::string(kUtf8);  // open_text recognizes the mark
  // A text in UTF-16 without a mark has zeros only in every second byte; open_text reports it.
  std::array<bool, 2> zeros{};
  for (std::size_t i = 0; i < front.size(); ++i) zeros[i % 2] = zeros[i % 2] || front[i] == '\0';
  if (zeros[0] && zeros[1]) {
    throw Error(ErrorKind::kData, path,
                "is a binary file; expected text: CSV, TSV, JSON Lines, fastText or CoNLL");
  }
  if (!find_invalid_utf8(whole_characters(front))) return std::string(kUtf8);
  const std::string likely = likely_encoding(front);
  if (likely.empty()) {
    throw Error(ErrorKind::kData, path,
                "is not UTF-8, and its encoding cannot be inferred; convert the file to UTF-8");
  }
  return likely;
}

std::vector<std::string> front_lines(const std::string& path, std::string encoding) {
  const std::unique_ptr<ByteSource> source = open_text(path, encoding);
  std::string front = read_front(*source, kFrontBytes);
  const bool is_cut = front.size() >= kFrontBytes;
  if (is_cut && front.find('\n') != std::string::npos) front.resize(front.rfind('\n'));
  std::istringstream stream(front);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    while (line.ends_with('\r')) line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

/// The most frequent number of columns, and the share of rows that have it.
struct Widths {
  std::size_t columns = 0;
  double share = 0;
};

Widths most_common(const std::map<std::size_t, std::size_t>& counts) {
  Widths best;
  std::size_t rows = 0;
  std::size_t most = 0;
  for (const auto& [columns, count] : counts) {
    rows += count;
    if (count > most) best.columns = columns;
    most = std::max(most, count);
  }
  if (rows > 0) best.share = static_cast<double>(most) / static_cast<double>(rows);
  return best;
}

Widths widths(TableRows& rows) {
  std::map<std::size_t, std::size_t> counts;
  TableRow row;
  for (std::size_t i = 0; i < kRows && rows.next(row); ++i) {
    ++counts[row.fault ? 0 : row.fields.size()];
  }
  return most_common(counts);
}

/// Returns the widths of a table with this delimiter; none if it cannot be read.
Widths csv_widths(const std::string& path, char delimiter, const std::string& encoding) {
  try {
    return widths(*open_csv_rows(path, kLongestRow, {delimiter, encoding}));
  } catch (const Error&) {
    return {};
  }
}

/// Whether many fields of some column are quoted.
bool has_quoted_column(const std::vector<std::string>& lines) {
  std::map<std::size_t, std::size_t> quoted;
  std::size_t rows = 0;
  for (const std::string& line : lines) {
    std::istringstream fields(line);
    std::size_t column = 0;
    for (std::string field; std::getline(fields, field, '\t'); ++column) {
      if (field.size() >= 2 && field.front() == '"' && field.back() == '"') ++quoted[column];
    }
    if (++rows == kRows) break;
  }
  return std::any_of(quoted.begin(), quoted.end(),
                     [&](const auto& column) { return column.second * 3 > rows; });
}

std::string delimiter_reason(const FileKind& kind, const Widths& widths) {
  const std::string name = kind.delimiter == '\t'
                               ? std::string(kind.has_quotes ? "CSV with tabs" : "TSV")
                               : "CSV with the delimiter " + quoted_delimiter(kind.delimiter);
  return name + ": " + format_percent(widths.share) + " of the first rows have " +
         std::to_string(widths.columns) + " columns";
}

/// Returns the table that the file most probably is, or nothing if it is none.
std::optional<FileKind> find_table(const std::string& path, const std::string& encoding,
                                   const std::vector<std::string>& lines) {
  const QuietLog quiet;  // warnings about delimiters that are only tried
  constexpr double kConsistent = 0.9;
  FileKind kind;
  kind.family = FileFamily::kTable;
  kind.encoding = encoding;
  if (lines.front().find('\t') != std::string::npos) {
    kind.has_quotes = has_quoted_column(lines);
    const Widths found = kind.has_quotes ? csv_widths(path, '\t', encoding)
                                         : widths(*open_tsv_rows(path, kLongestRow, encoding));
    if (found.columns >= 2 && found.share >= kConsistent) {
      kind.reason = delimiter_reason(kind, found);
      return kind;
    }
  }
  kind.has_quotes = true;
  Widths best;
  for (const char delimiter : {',', ';', '|'}) {
    const Widths found = csv_widths(path, delimiter, encoding);
    if (found.columns < 2 || found.share <= best.share) continue;
    best = found;
    kind.delimiter = delimiter;
  }
  if (best.share < kConsistent) return std::nullopt;
  kind.reason = delimiter_reason(kind, best);
  return kind;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool is_span_tag(const std::string& tag) {
  return tag == "O" || (tag.size() > 2 && tag[1] == '-' &&
                        std::string_view("BIESLU").find(tag[0]) != std::string_view::npos);
}

/// Whether the file has one token per line, tags in the last column, and blank lines between
/// examples.
bool is_conll(const std::vector<std::string>& lines) {
  std::map<std::size_t, std::size_t> counts;
  std::size_t blank = 0;
  std::size_t tags = 0;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < std::min(lines.size(), 4 * kRows); ++i) {
    if (is_blank(lines[i])) {
      ++blank;
      continue;
    }
    const std::vector<std::string> words = words_of(lines[i]);
    ++rows;
    ++counts[words.size()];
    if (is_span_tag(words.back())) ++tags;
  }
  const Widths widths = most_common(counts);
  if (blank == 0 || widths.columns < 2 || widths.share < 0.95) return false;
  return tags * 20 >= rows * 19;
}

}  // namespace

FileKind sniff_file(const std::string& path) {
  FileKind kind;
  if (std::filesystem::is_directory(path)) {
    const std::size_t files = list_label_folders(path).size();
    kind.family = FileFamily::kFolders;
    kind.reason = "one folder per label with " + std::to_string(files) + " text files";
    return kind;
  }
  kind.encoding = find_encoding(path);
  std::vector<std::string> lines = front_lines(path, kind.encoding);
  const auto first = std::find_if_not(lines.begin(), lines.end(), is_blank);
  if (first == lines.end()) throw Error(ErrorKind::kData, path, "has only blank lines");
  const std::size_t begin = first->find_first_not_of(" \t");
  const char opening = (*first)[begin];
  if (opening == '{' || opening == '[') {
    kind.family = FileFamily::kJson;
    kind.is_array = opening == '[';
    kind.reason = kind.is_array ? "a JSON array" : "JSON Lines";
    return kind;
  }
  const auto labelled = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("__label__");
  });
  if (static_cast<std::size_t>(labelled) * 2 > lines.size()) {
    kind.family = FileFamily::kFastText;
    kind.reason = "fastText: lines start with __label__";
    return kind;
  }
  if (is_conll(lines)) {
    kind.family = FileFamily::kConll;
    kind.reason = "CoNLL: one token per line with its tag in the last column";
    return kind;
  }
  lines.erase(lines.begin(), first);
  if (const auto table = find_table(path, kind.encoding, lines)) return *table;
  kind.reason = "plain lines";
  return kind;
}

}  // namespace sequent
