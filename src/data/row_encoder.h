// Encodes records as model input: token ids or time steps of numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/feature_encoder.h"
#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

std::uint64_t hash_text(std::string_view text);
/// Hashes the row's text, or both texts of a pair, and its features.
std::uint64_t hash_text(const Record& record);
/// Returns the note about a row of text, without its token count and label.
RowNote note_of_text(const Record& record, TargetKind target);
std::uint64_t hash_values(std::span<const double> values);

/// Encodes records as model input, as the config's input section defines it.
class RowEncoder {
 public:
  RowEncoder(const EncoderSpec& spec, const Vocabulary& vocabulary);

  struct Row {
    std::vector<std::int32_t> ids;
    std::vector<std::string> unknown_words;
    std::vector<float> values;
    std::int64_t channels = 0;
    std::vector<float> features;
    RowNote note;  // the label is not set
    std::optional<std::string> error;

    InputRow input() const { return {ids, values, channels, unknown_words, features}; }
  };
  Row encode(const Record& record) const;
  TargetKind target() const { return target_; }
  /// The further columns that rows must have.
  const std::vector<FeatureSpec>& features() const { return input_.features; }
  /// Returns numeric targets relative to their origin.
  std::vector<float> targets(const Record& record) const {
    return to_floats(record.targets, target_origin_);
  }
  /// Truncates the tags of a row as encode() truncates its tokens.
  void truncate(std::vector<std::int32_t>& tags) const;

 private:
  EncodedText encode_text(const Record& record) const;
  void end_line(std::vector<std::int32_t>& ids, bool is_empty) const;

  TextInput input_;  // for text input
  TargetKind target_;
  std::vector<double> origin_;
  std::vector<double> target_origin_;
  std::optional<TextEncoder> text_;
  FeatureEncoder features_;
  NumericInput numeric_;  // for numeric input
};

}  // namespace sequent
