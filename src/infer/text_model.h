// The interface of a language model that an engine implements.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Reads one text from its start, chunk by chunk.
class TextReader {
 public:
  TextReader() = default;
  TextReader(const TextReader&) = delete;
  TextReader& operator=(const TextReader&) = delete;
  virtual ~TextReader() = default;

  /// Reads the tokens `ids`, at least one, which follow those read before, and returns the logits
  /// of the next token. Shapes: -> [V], valid until the next call.
  virtual std::span<const float> read(std::span<const std::int32_t> ids) = 0;
};

/// Threads: both methods can be called from many threads at once.
class TextModel {
 public:
  TextModel() = default;
  TextModel(const TextModel&) = delete;
  TextModel& operator=(const TextModel&) = delete;
  virtual ~TextModel() = default;

  virtual std::unique_ptr<TextReader> begin_text() const = 0;

  /// Returns ln p of each row: of its ids after a line end, and of a line end after them.
  virtual std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const = 0;

  /// The maximum number of tokens per call, if `asked` are requested.
  virtual std::int64_t scored_together(std::int64_t asked) const = 0;
};

/// The tokens that a language model reads for a row, and those that it predicts.
struct ReadText {
  std::vector<std::int32_t> read;  // a line end and the row's ids
  std::vector<std::int32_t> next;  // the row's ids and a line end
};
inline ReadText read_text(const InputRow& row) {
  const auto end = static_cast<std::int32_t>(Vocabulary::kLineEnd);
  ReadText text{{end}, {row.ids.begin(), row.ids.end()}};
  text.read.insert(text.read.end(), row.ids.begin(), row.ids.end());
  text.next.push_back(end);
  return text;
}

}  // namespace sequent
