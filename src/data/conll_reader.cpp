#include <algorithm>
#include <string_view>
#include <utility>

#include "data/line_reader.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "data/tag_checker.h"
#include "sequent/tags.h"
#include "text/ascii.h"

namespace sequent {
namespace {

constexpr std::string_view kDocumentStart = "-DOCSTART-";
constexpr std::size_t kConllUColumns = 10;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The first column of CoNLL-U is the number of a word, a range such as 1-2 of words that are
/// written as one token, or the number of an empty node such as 1.1, which is not in the text.
bool is_range_or_empty_node(std::string_view id) {
  const std::size_t middle = id.find_first_of("-.");
  return middle != std::string_view::npos && is_digits(id.substr(0, middle)) &&
         is_digits(id.substr(middle + 1));
}

std::string_view without_outer_space(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Returns the columns of one line, but not many more than kGreatestColumns. With tabs, columns can
/// be empty or contain spaces.
std::vector<std::string_view> split_columns(std::string_view line, bool has_tabs) {
  std::vector<std::string_view> columns;
  if (has_tabs) {
    while (columns.size() <= kGreatestColumns) {
      const std::size_t end = line.find('\t');
      columns.push_back(without_outer_space(line.substr(0, end)));
      if (end == std::string_view::npos) break;
      line.remove_prefix(end + 1);
    }
    return columns;
  }
  for (std::size_t at = 0; at < line.size() && columns.size() <= kGreatestColumns;) {
    std::size_t end = at;
    while (end < line.size() && !is_ascii_space(line[end])) ++end;
    if (end > at) columns.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return columns;
}

/// The layout of all lines of a file, which its first line with a token determines.
struct Layout {
  std::size_t columns = 0;
  std::int64_t line = 0;  // the line that determines it
  bool has_tabs = false;
  bool is_conllu = false;

  static Layout of(const LineReader::Line& line) {
    Layout layout;
    layout.line = line.number;
    layout.has_tabs = line.text.find('\t') != std::string::npos;
    const auto columns = split_columns(line.text, layout.has_tabs);
    layout.columns = columns.size();
    const std::string_view id = columns.empty() ? "" : columns.front();
    layout.is_conllu = layout.has_tabs && columns.size() == kConllUColumns &&
                       (id == "1" || is_range_or_empty_node(id));
    return layout;
  }

  /// Whether a line is a comment. Only # at the start of a line can begin one, and a token can also
  /// be #, as in "# SYM", so that the columns decide.
  bool is_comment(const std::string& text, bool in_sentence) const {
    if (!text.starts_with('#')) return false;
    if (is_conllu) return true;
    if (in_sentence || text.size() < 2) return false;
    if (has_tabs) return text.find('\t') == std::string::npos;
    if (!is_ascii_space(text[1])) return false;
    const auto found = split_columns(text, /*has_tabs=*/false);
    const bool is_assignment = found.size() > 2 && found[2] == "=";
    const bool is_new_part = found.size() > 1 && (found[1] == "newdoc" || found[1] == "newpar");
    return found.size() != columns || is_assignment || is_new_part;
  }
};

std::string counted_columns(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

class ConllReader : public RecordReader {
 public:
  ConllReader(const std::string& path, const ConllFormat& format, const ReaderOptions& options)
      : format_(format), options_(options), lines_(path, options.max_row_bytes, format.encoding) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
    find_layout();
  }

  bool next(Record& record) override {
    clear(record);
    while (next_line()) {
      if (line_.is_blank() || line_.text.starts_with(kDocumentStart)) {
        if (!record.where.empty()) break;
        continue;
      }
      if (layout_.is_comment(line_.text, !record.where.empty()) || is_unspoken()) continue;
      if (record.where.empty()) record.where = lines_.place(line_.number);
      if (!record.fault) add_token(record);
    }
    record.text = join_tokens(record.tokens);
    if (format_.scheme && !record.fault) record.tags = convert_tags(record.tags, *format_.scheme);
    return !record.where.empty();
  }

  /// Indices from 0.
  const std::vector<std::string>& columns() const override { return columns_; }

 private:
  /// Reads up to the first line that surely holds a token, and keeps for next() the lines before it
  /// that may hold one. If all lines begin with #, they hold tokens.
  void find_layout() {
    while (first_lines_.size() < kMostFirstLines && lines_.next(line_)) {
      if (line_.is_blank() || line_.text.starts_with(kDocumentStart)) continue;
      first_lines_.push_back(line_);
      if (line_.too_long) continue;
      layout_ = Layout::of(line_);
      if (!line_.text.starts_with('#')) break;
    }
    for (std::size_t i = 0; i < layout_.columns; ++i) columns_.push_back(std::to_string(i));
    if (layout_.is_conllu && format_.token == 0) {
      throw Error(ErrorKind::kData, lines_.place(layout_.line),
                  std::string("found CoNLL-U, whose column 0 holds the numbers of the words; ") +
                      (options_.need_label ? "set \"token\": 1, and \"tag\": 3 for parts of speech"
                                           : "its tokens are in column 1"));
    }
  }

  bool next_line() {
    if (next_first_line_ == first_lines_.size()) return lines_.next(line_);
    line_ = std::move(first_lines_[next_first_line_++]);
    if (next_first_line_ == first_lines_.size()) {
      first_lines_.clear();
      next_first_line_ = 0;
    }
    return true;
  }

  /// Whether the line is a range or an empty node of CoNLL-U.
  bool is_unspoken() const {
    return layout_.is_conllu &&
           is_range_or_empty_node(std::string_view(line_.text).substr(0, line_.text.find('\t')));
  }

  void fail(Record& record, std::string fault) const {
    record.where = lines_.place(line_.number);
    record.fault = std::move(fault);
  }

  void add_token(Record& record) {
    if (auto fault = line_fault(line_, options_.max_row_bytes)) {
      return fail(record, std::move(*fault));
    }
    if (auto fault = control_fault(line_.text)) return fail(record, std::move(*fault));
    const auto columns = split_columns(line_.text, layout_.has_tabs);
    if (auto fault = columns_fault(columns.size())) return fail(record, std::move(*fault));
    const auto token = static_cast<std::size_t>(format_.token);
    if (columns[token].empty()) return fail(record, empty_fault("token", token));
    record.tokens.emplace_back(columns[token]);
    if (options_.keep_fields) record.fields.push_back(line_.text);
    if (!options_.need_label) return;
    const std::size_t tag = tag_column();
    if (columns[tag].empty()) return fail(record, empty_fault("tag", tag));
    record.tags.emplace_back(columns[tag]);
    if (auto odd = tags_.check(columns[tag], [&] { return lines_.place(line_.number); })) {
      record.where = std::move(odd->where);
      record.fault = std::move(odd->message);
    }
  }

  std::size_t tag_column() const {
    return format_.tag ? static_cast<std::size_t>(*format_.tag) : layout_.columns - 1;
  }

  static std::string empty_fault(const char* what, std::size_t column) {
    return "found an empty " + std::string(what) + " in column " + std::to_string(column) +
           "; expected text between the tabs";
  }

  static std::optional<std::string> control_fault(std::string_view line) {
    if (line.find('\r') != std::string_view::npos) {
      return "found a carriage return inside the line; expected lines that end with a line feed: "
             "convert with tr '\\r' '\\n'";
    }
    if (line.find('\0') != std::string_view::npos) {
      return "found a NUL byte; expected text: is this another encoding, or no text file?";
    }
    return std::nullopt;
  }

  /// Returns an error message if a line with this many columns cannot be read.
  std::optional<std::string> columns_fault(std::size_t found) const {
    const auto token = static_cast<std::size_t>(format_.token);
    const std::size_t tag = format_.tag ? static_cast<std::size_t>(*format_.tag) : 1;
    const std::size_t needed = 1 + (options_.need_label ? std::max(token, tag) : token);
    const std::string separator = layout_.has_tabs ? ", separated by tabs" : "";
    if (found > kGreatestColumns) return too_many_columns_fault();
    if (found != layout_.columns) {
      return "found " + counted_columns(found) + "; expected " + counted_columns(layout_.columns) +
             separator + ", as in line " + std::to_string(layout_.line) +
             (layout_.has_tabs || found < layout_.columns
                  ? ""
                  : "; tokens that contain spaces need tabs between columns");
    }
    if (found < needed) {
      return "found " + counted_columns(found) + "; expected at least " + std::to_string(needed) +
             separator + (options_.need_label ? ": one token and its tag per line" : "");
    }
    if (options_.need_label && tag_column() == token) {
      return "found the tag in the token's column, " + std::to_string(token) +
             ", which is the last one; set \"tag\" to the column of the tags";
    }
    return std::nullopt;
  }

  static constexpr std::size_t kMostFirstLines = 1000;

  ConllFormat format_;
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<LineReader::Line> first_lines_;  // those up to the first token
  std::size_t next_first_line_ = 0;
  Layout layout_;
  TagChecker tags_;
  std::vector<std::string> columns_;
};

}  // namespace

std::string join_tokens(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    if (!text.empty()) text += ' ';
    text += token;
  }
  return text;
}

std::unique_ptr<RecordReader> read_conll(const std::string& path, const ConllFormat& format,
                                         const ReaderOptions& options) {
  return std::make_unique<ConllReader>(path, format, options);
}

}  // namespace sequent
