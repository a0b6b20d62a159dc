// Records -> what a model reads: token ids or steps of numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

std::uint64_t hash_text(std::string_view text);
/// Of the row's text, or of both of a pair.
std::uint64_t hash_text(const Record& record);
std::uint64_t hash_values(std::span<const float> values);

/// Turns records into what the model reads, by the config's input.
class RowEncoder {
 public:
  RowEncoder(const EncoderSpec& spec, const Vocabulary& vocabulary);

  struct Row {
    std::vector<std::int32_t> ids;
    std::vector<std::string> unknown_words;
    std::vector<float> values;
    std::int64_t channels = 0;
    RowNote note;  // without its label
    std::optional<std::string> error;

    InputRow input() const { return {ids, values, channels, unknown_words}; }
  };
  Row encode(const Record& record) const;
  TargetKind target() const { return target_; }
  /// Of a tagged row, those of the tokens that the model reads.
  void truncate(std::vector<std::int32_t>& tags) const;

 private:
  EncodedText encode_text(const Record& record) const;
  void end_line(std::vector<std::int32_t>& ids, bool is_empty) const;

  TextInput input_;  // where there is text
  TargetKind target_;
  std::optional<TextEncoder> text_;
  NumericInput numeric_;  // where there is no text
};

}  // namespace sequent
