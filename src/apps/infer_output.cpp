#include "apps/infer_output.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <numeric>

#include "sequent/error.h"
#include "text/ascii.h"
#include "text/code_points.h"

namespace sequent {
namespace {

void append_number(std::string& out, double value) {
  constexpr int kDigits = 6;
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::general, kDigits);
  out.append(text.data(), result.ptr);
}

/// As many digits as tell this float from its neighbours.
void append_value(std::string& out, float value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), result.ptr);
}

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    constexpr unsigned char kFirstPrintable = 0x20;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) >= kFirstPrintable) {
      out += c;
    } else {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escape.data();
    }
  }
  out += '"';
}

/// Labels by falling probability, the first `count` of them.
std::vector<std::size_t> most_probable(const std::vector<float>& probabilities, int count) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto kept = std::min(order.size(), static_cast<std::size_t>(count));
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
      [&](std::size_t a, std::size_t b) {
        return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
      });
  order.resize(kept);
  return order;
}

[[noreturn]] void fail_name_taken(const std::string& where, const std::string& name) {
  throw Error(
      ErrorKind::kUsage, where,
      "the input has a column \"" + name + "\" already; give --prefix, such as --prefix model_");
}

}  // namespace

RecordWriter::RecordWriter(OutputOptions options) : options_(std::move(options)) {
  added_ = added_columns();
  if (options_.fields != FieldKind::kTable) return;
  for (const std::string& name : added_) {
    const auto& columns = options_.columns;
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) {
      fail_name_taken("", name);
    }
  }
}

std::vector<std::string> RecordWriter::added_columns() const {
  if (options_.is_tagger) {
    std::vector<std::string> names = {"entities", "tags", "truncated", "unknown_share", "error"};
    if (!options_.row_labels.empty()) {
      names.insert(names.end(), {"row_label", "row_probability"});
    }
    for (std::string& name : names) name.insert(0, options_.prefix);
    return names;
  }
  if (options_.is_language_model) {
    std::vector<std::string> names = {"tokens", "log_probability", "perplexity", "unknown_share",
                                      "error"};
    for (std::string& name : names) name.insert(0, options_.prefix);
    return names;
  }
  if (options_.is_sequence_to_sequence) {
    std::vector<std::string> names = {"prediction", "log_probability", "empty",
                                      "truncated",  "unknown_share",   "error"};
    for (std::string& name : names) name.insert(0, options_.prefix);
    return names;
  }
  std::vector<std::string> names = {"prediction"};
  if (!options_.is_regression) names.emplace_back("probability");
  if (options_.is_regression) {
    if (options_.labels.size() > 1 && options_.format != OutputFormat::kJsonl) {
      names.clear();
      for (const std::string& target : options_.labels) names.push_back("prediction_of_" + target);
    }
  } else if (options_.format == OutputFormat::kJsonl) {
    if (options_.top_k > 1) names.emplace_back("top");
    if (options_.probabilities) names.emplace_back("probabilities");
  } else {
    for (int k = 2; k <= options_.top_k; ++k) {
      names.push_back("prediction_" + std::to_string(k));
      names.push_back("probability_" + std::to_string(k));
    }
    if (options_.probabilities) {
      for (const std::string& label : options_.labels) names.push_back("probability_of_" + label);
    }
  }
  std::vector<std::string> flags{"truncated", "error"};
  if (options_.is_text) flags = {"empty", "truncated", "unknown_share", "error"};
  names.insert(names.end(), flags.begin(), flags.end());
  for (std::string& name : names) name.insert(0, options_.prefix);
  return names;
}

void RecordWriter::append(std::string& out, const Record& record,
                          const Prediction& prediction) const {
  if (options_.format == OutputFormat::kJsonl) {
    append_json(out, record, prediction);
  } else {
    append_table(out, record, record.fault ? std::vector<std::string>() : cells_of(prediction));
  }
}

void RecordWriter::append_input_json(std::string& out, const Record& record) const {
  switch (options_.fields) {
    case FieldKind::kText:
      append_json_string(out, "text");
      out += ':';
      append_json_string(out, record.fault ? "" : record.text);
      return;
    case FieldKind::kTable:
      for (std::size_t i = 0; i < options_.columns.size() && i < record.fields.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(out, options_.columns[i]);
        out += ':';
        append_json_string(out, record.fields[i]);
      }
      return;
    case FieldKind::kObject: {
      const std::string& object = record.fields.at(0);
      for (const std::string& name : added_) {
        if (object.find('"' + name + '"') == std::string::npos) continue;
        if (nlohmann::json::parse(object).contains(name)) fail_name_taken(record.where, name);
      }
      const std::size_t open = object.find('{') + 1;
      out.append(object, open, object.rfind('}') - open);
      return;
    }
  }
}

void RecordWriter::append_key(std::string& out, const char* name) const {
  out += ',';
  append_json_string(out, options_.prefix + name);
  out += ':';
}

void RecordWriter::append_values_json(std::string& out, const Prediction& prediction) const {
  append_key(out, "prediction");
  if (prediction.values.size() == 1) return append_value(out, prediction.values.front());
  for (std::size_t i = 0; i < prediction.values.size(); ++i) {
    out += i == 0 ? '{' : ',';
    append_json_string(out, options_.labels[i]);
    out += ':';
    append_value(out, prediction.values[i]);
  }
  out += '}';
}

void RecordWriter::append_labels_json(std::string& out, const Prediction& prediction) const {
  append_key(out, "prediction");
  out += '[';
  for (const std::int64_t label : prediction.labels) {
    if (out.back() != '[') out += ',';
    append_json_string(out, options_.labels[static_cast<std::size_t>(label)]);
  }
  out += ']';
  append_key(out, "probability");
  out += '[';
  for (const std::int64_t label : prediction.labels) {
    if (out.back() != '[') out += ',';
    append_number(out, prediction.probabilities[static_cast<std::size_t>(label)]);
  }
  out += ']';
}

void RecordWriter::append_classes_json(std::string& out, const Prediction& prediction) const {
  if (options_.is_multi_label) {
    append_labels_json(out, prediction);
  } else {
    append_key(out, "prediction");
    append_json_string(out, options_.labels[static_cast<std::size_t>(prediction.label)]);
    append_key(out, "probability");
    append_number(out, prediction.probability);
  }
  if (options_.top_k > 1) {
    append_key(out, "top");
    char separator = '[';
    for (const std::size_t label : most_probable(prediction.probabilities, options_.top_k)) {
      out += separator;
      out += "{\"label\":";
      append_json_string(out, options_.labels[label]);
      out += ",\"probability\":";
      append_number(out, prediction.probabilities[label]);
      out += '}';
      separator = ',';
    }
    out += ']';
  }
  if (options_.probabilities) {
    append_key(out, "probabilities");
    for (std::size_t i = 0; i < options_.labels.size(); ++i) {
      out += i == 0 ? '{' : ',';
      append_json_string(out, options_.labels[i]);
      out += ':';
      append_number(out, prediction.probabilities[i]);
    }
    out += '}';
  }
}

void RecordWriter::append_json(std::string& out, const Record& record,
                               const Prediction& prediction) const {
  if (append_fault_json(out, record)) return;
  out += '{';
  append_input_json(out, record);
  if (options_.is_regression) {
    append_values_json(out, prediction);
  } else {
    append_classes_json(out, prediction);
  }
  if (options_.is_text) {
    append_key(out, "empty");
    out += prediction.empty ? "true" : "false";
  }
  append_flags_json(out, prediction.truncated, prediction.unknown_share);
  out += "}\n";
}

void RecordWriter::append_flags_json(std::string& out, bool truncated, double unknown_share) const {
  append_key(out, "truncated");
  out += truncated ? "true" : "false";
  if (!options_.is_text) return;
  append_key(out, "unknown_share");
  append_number(out, unknown_share);
}

bool RecordWriter::append_fault_json(std::string& out, const Record& record) const {
  if (!record.fault) return false;
  out += '{';
  append_json_string(out, options_.prefix + "error");
  out += ':';
  append_json_string(out, record.where + ": " + *record.fault);
  out += "}\n";
  return true;
}

void RecordWriter::append(std::string& out, const Record& record, const TaggedText& tagged) const {
  if (options_.format == OutputFormat::kConll) {
    append_conll(out, record, tagged);
  } else {
    append_tagged_json(out, record, tagged);
  }
}

void RecordWriter::append_tagged_json(std::string& out, const Record& record,
                                      const TaggedText& tagged) const {
  if (append_fault_json(out, record)) return;
  const CodePoints text(record.text);
  const auto append_place = [&](std::int64_t begin, std::int64_t end, float probability) {
    append_json_string(out, text.part(begin, end));
    out += ",\"start\":" + std::to_string(begin) + ",\"end\":" + std::to_string(end) +
           ",\"probability\":";
    append_number(out, probability);
  };
  out += '{';
  append_input_json(out, record);
  if (!options_.row_labels.empty()) {
    append_key(out, "row_label");
    if (tagged.row_label < 0) {
      out += "null";  // of a text without a token
    } else {
      append_json_string(out, options_.row_labels[static_cast<std::size_t>(tagged.row_label)]);
    }
    append_key(out, "row_probability");
    append_number(out, tagged.row_probability);
  }
  if (options_.marks_spans) {
    append_key(out, "entities");
    out += '[';
    for (const TaggedSpan& span : tagged.spans) {
      if (&span != tagged.spans.data()) out += ',';
      out += "{\"type\":";
      append_json_string(out, span.type);
      out += ",\"text\":";
      append_place(span.begin, span.end, span.probability);
      if (!record.tokens.empty()) {
        out += ",\"first_token\":" + std::to_string(span.first_token) +
               ",\"end_token\":" + std::to_string(span.end_token);
      }
      out += '}';
    }
    out += ']';
  }
  if (options_.every_tag || !options_.marks_spans) {
    append_key(out, "tags");
    out += '[';
    for (const TaggedToken& token : tagged.tokens) {
      if (&token != tagged.tokens.data()) out += ',';
      out += "{\"tag\":";
      append_json_string(out, options_.labels[static_cast<std::size_t>(token.tag)]);
      out += ",\"token\":";
      append_place(token.begin, token.end, token.probability);
      out += '}';
    }
    out += ']';
  }
  append_flags_json(out, tagged.truncated, tagged.unknown_share);
  out += "}\n";
}

namespace {

/// White space stands between the columns of CoNLL files: inside a token or tag it becomes "_".
void append_without_space(std::string& out, std::string_view text) {
  for (const char c : text) out += is_ascii_space(c) ? '_' : c;
}

}  // namespace

void RecordWriter::append_conll(std::string& out, const Record& record,
                                const TaggedText& tagged) const {
  const CodePoints text(record.text);
  // What the model did not read has no tag, and keeps its line.
  const auto add_line = [&](std::string_view token, std::string_view tag) {
    append_without_space(out, token);
    out += '\t';
    append_without_space(out, tag);
    out += '\n';
  };
  const auto add_unread = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) add_line(record.tokens[i], "O");
  };
  const std::size_t read = tagged.tokens.size();
  const std::size_t all = std::max(read, record.tokens.size());
  const bool start_is_cut = read > 0 && tagged.tokens.front().begin > 0;
  const std::size_t first = start_is_cut ? all - read : 0;
  add_unread(0, first);
  for (const TaggedToken& token : tagged.tokens) {
    add_line(text.part(token.begin, token.end),
             options_.labels[static_cast<std::size_t>(token.tag)]);
  }
  add_unread(first + read, all);
  out += '\n';
}

void RecordWriter::append_cell(std::string& out, std::string_view value) const {
  if (options_.format == OutputFormat::kCsv) {
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += value;
      return;
    }
    out += '"';
    for (const char c : value) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
    return;
  }
  for (const char c : value) {
    const bool breaks_line = c == '\t' || c == '\n' || c == '\r';
    out += breaks_line ? ' ' : c;
  }
}

std::string RecordWriter::header() const {
  if (options_.format == OutputFormat::kJsonl || options_.format == OutputFormat::kConll) return "";
  std::vector<std::string> names = options_.columns;
  if (options_.fields == FieldKind::kText) names = {"text"};
  if (options_.fields == FieldKind::kObject) names = {"input"};
  names.insert(names.end(), added_.begin(), added_.end());
  std::string line;
  for (const std::string& name : names) {
    if (!line.empty()) line += options_.format == OutputFormat::kCsv ? ',' : '\t';
    append_cell(line, name);
  }
  return line + "\n";
}

void RecordWriter::add_class_cells(std::vector<std::string>& cells,
                                   const Prediction& prediction) const {
  if (options_.is_regression) return;
  if (options_.is_multi_label) {
    std::string names;
    std::string probabilities;
    for (const std::int64_t label : prediction.labels) {
      const auto index = static_cast<std::size_t>(label);
      const char* separator = names.empty() ? "" : "|";
      names += separator + options_.labels[index];
      probabilities += separator + number_text(prediction.probabilities[index]);
    }
    cells.insert(cells.end(), {names, probabilities});
    if (!options_.probabilities) return;
    for (const float value : prediction.probabilities) cells.push_back(number_text(value));
    return;
  }
  const auto best = most_probable(prediction.probabilities, options_.top_k);
  for (const std::size_t label : best) {
    cells.push_back(options_.labels[label]);
    cells.push_back(number_text(prediction.probabilities[label]));
  }
  for (std::size_t k = best.size(); static_cast<int>(k) < options_.top_k; ++k) {
    cells.insert(cells.end(), 2, "");
  }
  if (!options_.probabilities) return;
  for (const float value : prediction.probabilities) cells.push_back(number_text(value));
}

std::vector<std::string> RecordWriter::cells_of(const Prediction& prediction) const {
  std::vector<std::string> cells;
  add_class_cells(cells, prediction);
  for (const float value : prediction.values) append_value(cells.emplace_back(), value);
  if (options_.is_text) cells.emplace_back(prediction.empty ? "true" : "false");
  cells.emplace_back(prediction.truncated ? "true" : "false");
  if (options_.is_text) cells.push_back(number_text(prediction.unknown_share));
  return cells;
}

void RecordWriter::append(std::string& out, const Record& record,
                          const WrittenText& written) const {
  if (options_.format != OutputFormat::kJsonl) {
    return append_table(
        out, record,
        {written.text, number_text(written.log_probability), written.empty ? "true" : "false",
         written.truncated ? "true" : "false", number_text(written.unknown_share)});
  }
  if (append_fault_json(out, record)) return;
  out += '{';
  append_input_json(out, record);
  append_key(out, "prediction");
  append_json_string(out, written.text);
  append_key(out, "log_probability");
  out += number_text(written.log_probability);
  append_key(out, "empty");
  out += written.empty ? "true" : "false";
  append_flags_json(out, written.truncated, written.unknown_share);
  out += "}\n";
}

void RecordWriter::append(std::string& out, const Record& record,
                          const TextLikelihood& found) const {
  const std::vector<std::string> values{
      std::to_string(found.tokens), number_text(found.log_probability),
      number_text(found.perplexity()), number_text(found.unknown_share)};
  if (options_.format != OutputFormat::kJsonl) return append_table(out, record, values);
  if (append_fault_json(out, record)) return;
  out += '{';
  append_input_json(out, record);
  for (std::size_t i = 0; i < values.size(); ++i) {
    out += ',';
    append_json_string(out, added_[i]);
    out += ':' + values[i];
  }
  out += "}\n";
}

/// `answers` stand between the input's columns and the error; of a fault there are none.
void RecordWriter::append_table(std::string& out, const Record& record,
                                const std::vector<std::string>& answers) const {
  const char separator = options_.format == OutputFormat::kCsv ? ',' : '\t';
  const std::size_t input_columns =
      options_.fields == FieldKind::kTable ? options_.columns.size() : 1;
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < input_columns; ++i) {
    const bool there = !record.fault && i < record.fields.size();
    cells.push_back(there ? record.fields[i] : "");
  }
  if (record.fault) {
    cells.resize(input_columns + added_.size() - 1);
    cells.push_back(record.where + ": " + *record.fault);
  } else {
    cells.insert(cells.end(), answers.begin(), answers.end());
    cells.emplace_back();
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += separator;
    append_cell(out, cells[i]);
  }
  out += '\n';
}

}  // namespace sequent
