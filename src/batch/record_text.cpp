#include "batch/record_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <numeric>

namespace sequent {

void append_number(std::string& out, double value) {
  constexpr int kDigits = 6;
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value,
                                    std::chars_format::general, kDigits);
  out.append(text.data(), result.ptr);
}

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

void append_value(std::string& out, double value) {
  std::array<char, 32> text{};
  char* const end = text.data() + text.size();
  const auto as_float = static_cast<float>(value);
  const auto result = static_cast<double>(as_float) == value
                          ? std::to_chars(text.data(), end, as_float)
                          : std::to_chars(text.data(), end, value);
  out.append(text.data(), result.ptr);
}

void append_bool(std::string& out, bool value) { out += value ? "true" : "false"; }

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

void append_json_key(std::string& out, std::string_view prefix, std::string_view name) {
  out += ",\"";
  if (!prefix.empty()) {
    std::string quoted;
    append_json_string(quoted, prefix);
    out.append(quoted, 1, quoted.size() - 2);
  }
  out.append(name).append("\":");
}

void append_probabilities(std::string& out, const std::vector<std::string>& names,
                          const std::vector<float>& values) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? '{' : ',';
    append_json_string(out, names[i]);
    out += ':';
    append_number(out, values[i]);
  }
  out += '}';
}

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

void TableLine::separate() {
  if (!is_first_) out_ += format_ == OutputFormat::kCsv ? ',' : '\t';
  is_first_ = false;
}

void TableLine::add(std::string_view cell) {
  separate();
  if (format_ != OutputFormat::kCsv) {
    for (const char c : cell) {
      const bool breaks_line = c == '\t' || c == '\n' || c == '\r';
      out_ += breaks_line ? ' ' : c;
    }
    return;
  }
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out_ += cell;
    return;
  }
  out_ += '"';
  for (const char c : cell) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
}

void TableLine::add_number(double value) {
  separate();
  append_number(out_, value);
}

void TableLine::add_value(double value) {
  separate();
  append_value(out_, value);
}

void TableLine::add_bool(bool value) {
  separate();
  append_bool(out_, value);
}

}  // namespace sequent
