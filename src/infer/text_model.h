// What an engine offers of a language model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Reads one text from its begin, part by part.
class TextReader {
 public:
  TextReader() = default;
  TextReader(const TextReader&) = delete;
  TextReader& operator=(const TextReader&) = delete;
  virtual ~TextReader() = default;

  /// Reads the tokens `ids`, at least one, which follow on those read before, and gives scores of
  /// the token after them: softmax makes the probabilities. Shapes: -> [V], until the next call.
  virtual std::span<const float> read(std::span<const std::int32_t> ids) = 0;
};

/// Threads: both methods may be called from many at once.
class TextModel {
 public:
  TextModel() = default;
  TextModel(const TextModel&) = delete;
  TextModel& operator=(const TextModel&) = delete;
  virtual ~TextModel() = default;

  virtual std::unique_ptr<TextReader> begin_text() const = 0;

  /// ln p of each row: of its ids after a line's end, and of a line's end after them.
  virtual std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const = 0;

  /// How many tokens one call should have at most, where `asked` are asked for.
  virtual std::int64_t scored_together(std::int64_t asked) const = 0;
};

/// What is read of a row of a language model, and what is to be predicted there.
struct ReadText {
  std::vector<std::int32_t> read;  // a line's end and the row's ids
  std::vector<std::int32_t> next;  // the row's ids and a line's end
};
inline ReadText read_text(const InputRow& row) {
  const auto end = static_cast<std::int32_t>(Vocabulary::kLineEnd);
  ReadText text{{end}, {row.ids.begin(), row.ids.end()}};
  text.read.insert(text.read.end(), row.ids.begin(), row.ids.end());
  text.next.push_back(end);
  return text;
}

}  // namespace sequent
