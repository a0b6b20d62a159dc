#include "data/word_vectors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>

#include "data/binary_blocks.h"
#include "data/fasttext_model.h"
#include "data/line_reader.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

constexpr std::size_t kMostLineBytes = std::size_t{1} << 20;
constexpr std::size_t kLookedAt = 4096;  // bytes that decide about the format

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    if (end > 0) fields.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return fields;
}

/// Returns the text from the first to the last of these fields of a line.
std::string_view words_of(std::span<const std::string_view> fields) {
  const char* end = fields.back().data() + fields.back().size();
  return {fields.front().data(), static_cast<std::size_t>(end - fields.front().data())};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Parses a finite value. A value too small for a float becomes 0.
std::optional<float> value_of(std::string_view text) {
  const std::optional<double> number = number_of<double>(text);
  if (!number || !std::isfinite(static_cast<float>(*number))) return std::nullopt;
  return static_cast<float>(*number);
}

class VectorFile {
 public:
  VectorFile(const std::string& path, const Vocabulary& vocabulary, std::int64_t width)
      : path_(path), vocabulary_(vocabulary), width_(width) {
    const auto rows = static_cast<std::size_t>(vocabulary.size());
    result_.values.assign(rows * static_cast<std::size_t>(width), 0);
    result_.found.assign(rows, false);
  }

  WordVectors read() {
    const std::string front = front_of_file();
    if (is_fasttext_model(front)) {
      read_fasttext_model(path_, vocabulary_, width_, result_);
    } else if (const std::optional<std::int64_t> count = binary_count(front)) {
      read_binary(*count);
    } else {
      read_text();
    }
    check_count(result_.file_count);
    if (result_.found_count == 0) {
      throw Error(ErrorKind::kData, path_,
                  "has vectors for none of the vocabulary's " + std::to_string(vocabulary_.size()) +
                      " tokens; is it for a different language, or for cased words?");
    }
    return std::move(result_);
  }

 private:
  [[noreturn]] static void fail(const std::string& where, const std::string& message) {
    throw Error(ErrorKind::kData, where, message);
  }

  /// `found` is the width of the vectors, or less than 1 if there are no numbers.
  void check_width(const std::string& where, std::int64_t found) const {
    if (found == width_) return;
    if (found < 1) {
      fail(where,
           "found no vectors; expected one token and its numbers per line, separated by spaces, as "
           "in word2vec, GloVe and fastText (.vec) files, or the binary formats of word2vec and "
           "fastText");
    }
    fail(where, "found vectors of width " + std::to_string(found) +
                    "; the embedding's output_dim is " + std::to_string(width_));
  }

  std::string front_of_file() const {
    BlockReader blocks(path_, BlockReader::kNoEncoding);
    std::string front;
    for (std::string_view rest = blocks.rest(); !rest.empty() && front.size() < kLookedAt;) {
      front += rest;
      blocks.consume(rest.size());
      rest = blocks.rest();
    }
    return front;
  }

  /// Returns the number of vectors in a word2vec binary file, or nullopt for a text file.
  static std::optional<std::int64_t> binary_count(std::string_view start) {
    const std::size_t end = start.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto header = fields_of(start.substr(0, end));
    const auto count = header.size() == 2 ? number_of<std::int64_t>(header[0]) : std::nullopt;
    if (!count) return std::nullopt;
    const std::string_view after = start.substr(end + 1, kLookedAt);
    const bool is_text = std::none_of(after.begin(), after.end(), [](char c) {
      return static_cast<unsigned char>(c) < '\t';  // text files do not contain such bytes
    });
    return is_text ? std::nullopt : count;
  }

  /// Returns true if the token is in the vocabulary and its vector has not been read yet.
  bool wanted(std::string_view token, std::int64_t& id) {
    ++result_.file_count;
    id = vocabulary_.id(token);
    if (id == Vocabulary::kUnknown || result_.found[static_cast<std::size_t>(id)]) return false;
    result_.found[static_cast<std::size_t>(id)] = true;
    ++result_.found_count;
    return true;
  }

  float* row(std::int64_t id) { return result_.values.data() + id * width_; }

  void read_text() {
    LineReader lines(path_, kMostLineBytes);
    LineReader::Line line;
    while (lines.next(line)) {
      const std::string where = lines.place(line.number);
      if (line.too_long) fail(where, "is longer than 1 MiB; expected a token and its numbers");
      if (line.is_blank()) continue;
      const auto fields = fields_of(line.text);
      if (line.number == 1 && fields.size() == 2 && number_of<std::int64_t>(fields[0])) {
        check_width(where, number_of<std::int64_t>(fields[1]).value_or(-1));
        announced_ = number_of<std::int64_t>(fields[0]);
        continue;
      }
      add_line(where, line.text, fields);
    }
    if (result_.file_count == 0) fail(path_, "has no vectors");
  }

  /// The first line of a word2vec file holds the number of vectors.
  void check_count(std::int64_t found) const {
    if (!announced_ || *announced_ == found) return;
    log_warning(path_ + ": its first line announces " + std::to_string(*announced_) +
                " vectors, but found " + std::to_string(found) +
                (found < *announced_ ? "; is the file complete?" : ""));
  }

  void add_line(const std::string& where, std::string_view line,
                const std::vector<std::string_view>& fields) {
    const auto width = static_cast<std::size_t>(width_);
    // The token of a line that begins with a space is itself white space, or empty.
    const std::size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
    const bool is_blank_token = blanks > 0 && fields.size() == width;
    if (fields.size() <= width && !is_blank_token)
      check_width(where, static_cast<std::int64_t>(fields.size()) - 1);
    // In large files, a few tokens contain spaces. The numbers are the last fields.
    const std::size_t numbers = fields.size() - width;
    if (numbers > 1 && value_of(fields[1]) && value_of(fields[numbers - 1])) {
      check_width(where, static_cast<std::int64_t>(fields.size()) - 1);
    }
    const std::string_view token =
        is_blank_token ? line.substr(0, blanks - 1) : words_of(std::span(fields).first(numbers));
    std::int64_t id = 0;
    if (!wanted(token, id)) return;
    for (std::size_t i = 0; i < width; ++i) {
      const auto value = value_of(fields[numbers + i]);
      if (!value) {
        fail(where, "found \"" + std::string(fields[numbers + i]) + "\" as number " +
                        std::to_string(i + 1) + " of the vector of \"" + std::string(token) +
                        "\"; expected a finite number");
      }
      row(id)[i] = *value;
    }
  }

  void read_binary(std::int64_t count) {
    BinaryBlocks blocks(path_);
    const std::string first_line = take_until(blocks, '\n');
    const auto header = fields_of(first_line);
    check_width(path_, header.size() == 2 ? number_of<std::int64_t>(header[1]).value_or(-1) : -1);
    std::vector<float> vector(static_cast<std::size_t>(width_));
    for (std::int64_t i = 0; i < count; ++i) {
      std::string token = take_until(blocks, ' ');
      if (token.starts_with('\n')) token.erase(0, 1);
      if (!blocks.take(std::as_writable_bytes(std::span(vector)))) fail_short();
      if (!std::ranges::all_of(vector, [](float value) { return std::isfinite(value); })) {
        fail(path_, "the vector of \"" + token + "\", number " + std::to_string(i + 1) +
                        ", has a value that is not finite");
      }
      std::int64_t id = 0;
      if (wanted(token, id)) std::copy(vector.begin(), vector.end(), row(id));
    }
    if (blocks.rest() != "\n" && !blocks.rest().empty()) {
      log_warning(path_ + ": its first line announces " + std::to_string(count) +
                  " vectors; the data after them is ignored");
    }
  }

  [[noreturn]] void fail_short() const {
    fail(path_, "ends in the middle of a vector, after " + std::to_string(result_.file_count) +
                    " complete ones; copy the file again");
  }

  std::string take_until(BinaryBlocks& blocks, char mark) const {
    std::optional<std::string> text = blocks.take_until(mark, kMostLineBytes);
    if (!text) fail_short();
    return *std::move(text);
  }

  const std::string& path_;
  const Vocabulary& vocabulary_;
  std::int64_t width_;
  std::optional<std::int64_t> announced_;  // number of vectors in a text file's first line
  WordVectors result_;
};

}  // namespace

WordVectors read_word_vectors(const std::string& path, const Vocabulary& vocabulary,
                              std::int64_t width) {
  return VectorFile(path, vocabulary, width).read();
}

}  // namespace sequent
