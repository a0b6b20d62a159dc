#include "data/row_encoder.h"

#include <functional>
#include <limits>
#include <utility>

#include "tasks/task_definition.h"
#include "text/fit_length.h"
#include "text/invisible.h"

namespace sequent {

std::uint64_t hash_values(std::span<const double> values) {
  return hash_text({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

std::uint64_t hash_text(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint64_t hash_text(const Record& record) {
  if (!record.second && record.features.empty()) return hash_text(std::string_view(record.text));
  std::string all = record.text;
  if (record.second) all += '\0' + *record.second;
  for (const std::string& cell : record.features) all += '\0' + cell;
  return hash_text(std::string_view(all));
}

RowNote note_of_text(const Record& record, TargetKind target) {
  RowNote note{hash_text(record), 0, 0};
  note.invisible = find_invisible(record.text);
  if (record.second && note.invisible == 0) note.invisible = find_invisible(*record.second);
  if (target == TargetKind::kText) note.target_hash = hash_text(std::string_view(*record.second));
  return note;
}

EncoderSpec encoder_spec(const Config& config) {
  EncoderSpec spec{config.input,
                   config.characters() != nullptr,
                   definition_of(config).target(),
                   config.sequence_label() != nullptr,
                   config.data.origin,
                   config.data.target_origin};
  constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
  if (spec.target == TargetKind::kNextTokens) {
    std::get<TextInput>(spec.input).max_length = kUnlimited;
  }
  return spec;
}

void RowEncoder::truncate(std::vector<std::int32_t>& tags) const {
  truncate_ids(tags, input_.max_length, input_.truncating);
}

RowEncoder::RowEncoder(const EncoderSpec& spec, const Vocabulary& vocabulary)
    : target_(spec.target),
      origin_(spec.origin),
      target_origin_(spec.target_origin),
      features_(features_of(spec.input)) {
  if (const auto* text = std::get_if<TextInput>(&spec.input)) {
    input_ = *text;
    text_.emplace(*text, vocabulary, spec.spells_unknown);
  } else {
    numeric_ = std::get<NumericInput>(spec.input);
  }
}

/// An empty row is already encoded as a line end.
void RowEncoder::end_line(std::vector<std::int32_t>& ids, bool is_empty) const {
  if (target_ != TargetKind::kNextTokens || is_empty) return;
  ids.push_back(static_cast<std::int32_t>(Vocabulary::kLineEnd));
}

EncodedText RowEncoder::encode_text(const Record& record) const {
  switch (target_) {
    case TargetKind::kTags:
      return text_->encode(record.tokens);
    case TargetKind::kText:
      return text_->encode_with_target(record.text, *record.second);
    case TargetKind::kNextTokens:
      return text_->encode_lines(record.text);
    case TargetKind::kLabel:
    case TargetKind::kLabelSet:
    case TargetKind::kNumbers:
      break;
  }
  return record.second ? text_->encode_pair(record.text, *record.second)
                       : text_->encode(record.text);
}

RowEncoder::Row RowEncoder::encode(const Record& record) const {
  Row row;
  if (text_) {
    EncodedText text = encode_text(record);
    row.ids = std::move(text.ids);
    row.unknown_words = std::move(text.unknown_words);
    row.note = note_of_text(record, target_);
    row.note.token_count = text.token_count;
    row.features = features_.encode(record.features);
    end_line(row.ids, text.empty);
    return row;
  }
  if (record.channels != numeric_.channels) {
    row.error = "found " + std::to_string(record.channels) +
                (record.channels == 1 ? " number" : " numbers") + " per step; expected " +
                std::to_string(numeric_.channels) + ", the value of /input/channels";
    return row;
  }
  const auto steps = static_cast<std::int64_t>(record.values.size()) / record.channels;
  row.note = {hash_values(record.values), steps, 0};
  row.values = to_floats(record.values, origin_);
  fit_values(row.values, numeric_);
  row.channels = record.channels;
  return row;
}

}  // namespace sequent
