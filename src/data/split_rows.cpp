#include "data/split_rows.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

#include "core/nearest.h"
#include "core/thread_pool.h"
#include "data/block_pipeline.h"
#include "data/row_faults.h"
#include "sequent/log.h"
#include "sequent/tags.h"
#include "text/fit_length.h"

namespace sequent {
namespace {

struct EncodedBlock {
  SplitRows split;
  FaultList faults;
  std::int64_t skipped = 0;  // rows with an unseen label
};

std::string unknown_label(const std::string& label, const std::vector<std::string>& labels) {
  constexpr std::size_t kListed = 20;
  std::string message = "found the label \"" + label + "\", which training does not have";
  if (labels.size() <= kListed) message += "; labels: " + list_names(labels);
  return message + did_you_mean(label, labels) +
         "; \"unseen_labels\" may say \"wrong\" to count such rows as missed, or \"skip\" to leave "
         "them out";
}

/// Why a tag that training does not have cannot stand beside those that it has.
std::optional<std::string> scheme_fault(const std::string& tag, const LabelSet& labels) {
  if (!TagSet(labels.names()).marks_spans() || tag == "O" || TagSet({tag}).marks_spans()) {
    return std::nullopt;
  }
  return "found the tag \"" + tag + "\"; those of training are O, or a prefix and a type, as " +
         list_names(labels.names());
}

/// Why a row cannot have these targets.
std::optional<std::string> target_fault(const Record& row, const LabelSet& targets) {
  const auto found = static_cast<std::int64_t>(row.targets.size());
  if (found == targets.size()) return std::nullopt;
  return "found " + std::to_string(found) + " targets; training has " +
         std::to_string(targets.size());
}

/// What a row is to be answered with: a class, or what stands in the record.
struct WantedOutput {
  std::int32_t label = 0;
  std::vector<std::int32_t> tags;  // of tokens
  std::vector<float> targets;      // numbers, or marks of labels
  std::optional<std::string> fault;
  bool is_skipped = false;

  /// Looks up a label or tag, for a row of `rows`.
  std::int32_t find(const std::string& name, const AllowedLabels& allowed, EncodedDataset& rows) {
    const auto found = allowed.labels.find(name);
    if (found) return static_cast<std::int32_t>(*found);
    if (allowed.unseen == UnseenLabels::kWrong) return rows.number_unseen(name);
    return refuse(name, allowed.labels.names(), allowed.unseen);
  }

  /// Looks up the label of a row that has tags as well.
  std::int32_t find_row(const std::optional<std::string>& name, const AllowedLabels& allowed,
                        EncodedDataset& rows) {
    if (!name) {
      fault = "has no label, which the model gives beside its tags";
      return 0;
    }
    const auto found = allowed.labels.find_row(*name);
    if (found) return static_cast<std::int32_t>(*found);
    if (allowed.unseen == UnseenLabels::kWrong) return rows.number_unseen_row(*name);
    return refuse(*name, allowed.labels.row_names(), allowed.unseen);
  }

 private:
  std::int32_t refuse(const std::string& name, const std::vector<std::string>& names,
                      UnseenLabels unseen) {
    if (unseen == UnseenLabels::kSkip) {
      is_skipped = true;
    } else if (!fault) {
      fault = unknown_label(name, names);
    }
    return 0;
  }
};

WantedOutput wanted_output(const Record& row, const RowEncoder& encoder,
                           const AllowedLabels& allowed, EncodedDataset& rows) {
  WantedOutput wanted;
  wanted.fault = row.fault;
  if (wanted.fault) return wanted;
  switch (encoder.task()) {
    case Task::kRegression:
      wanted.fault = target_fault(row, allowed.labels);
      wanted.targets = row.targets;
      break;
    case Task::kTagging:
      for (const std::string& tag : row.tags) {
        wanted.tags.push_back(wanted.find(tag, allowed, rows));
        if (wanted.tags.back() < 0 && !wanted.fault) {
          wanted.fault = scheme_fault(tag, allowed.labels);
        }
      }
      encoder.truncate(wanted.tags);
      if (allowed.labels.row_size() > 0) wanted.label = wanted.find_row(row.label, allowed, rows);
      break;
    case Task::kMultiLabel: {
      std::vector<std::int32_t> has;
      for (const std::string& label : row.labels) has.push_back(wanted.find(label, allowed, rows));
      wanted.targets = label_marks(has, allowed.labels.size());
      break;
    }
    case Task::kClassification:
      wanted.label = wanted.find(*row.label, allowed, rows);
      break;
    case Task::kLanguageModel:
    case Task::kSequenceToSequence:
      break;
  }
  return wanted;
}

EncodedBlock encode_block(const RowBlock& block, const RowEncoder& encoder,
                          const AllowedLabels& allowed) {
  EncodedBlock result;
  for (const Record& row : block.rows) {
    WantedOutput wanted = wanted_output(row, encoder, allowed, result.split.rows);
    if (wanted.is_skipped && !wanted.fault) {
      ++result.skipped;
      continue;
    }
    RowEncoder::Row encoded;
    if (!wanted.fault) {
      encoded = encoder.encode(row);
      wanted.fault = encoded.fault;
    }
    if (wanted.fault) {
      result.faults.add({row.where, *wanted.fault});
      continue;
    }
    encoded.note.label = wanted.label;
    if (!wanted.targets.empty()) {
      result.split.rows.add(encoded.input(), std::span<const float>(wanted.targets));
    } else if (encoder.task() == Task::kTagging) {
      result.split.rows.add(encoded.input(), std::span<const std::int32_t>(wanted.tags),
                            wanted.label);
    } else {
      result.split.rows.add(encoded.input(), wanted.label);
    }
    result.split.notes.push_back(encoded.note);
  }
  return result;
}

SplitRows join(std::vector<EncodedBlock> blocks) {
  SplitRows result;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  for (const EncodedBlock& block : blocks) {
    rows += block.split.rows.size();
    tokens += block.split.rows.token_count();
  }
  result.rows.reserve(rows, tokens);
  result.notes.reserve(static_cast<std::size_t>(rows));
  for (EncodedBlock& block : blocks) {
    const SplitRows part = std::move(block.split);
    for (std::int64_t row = 0; row < part.rows.size(); ++row) {
      result.rows.add(part.rows, row);
      RowNote note = part.notes[static_cast<std::size_t>(row)];
      note.label = result.rows.labels().back();  // unseen ones are numbered anew
      result.notes.push_back(note);
    }
  }
  return result;
}

void warn_about_unseen(const std::string& path, const EncodedDataset::UnseenNames& unseen) {
  const auto warn = [&](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    log_warning(path + ": rows with " + what +
                " that training does not have count as wrong: " + list_names(names));
  };
  warn("labels", unseen.labels);
  warn("row labels", unseen.row_labels);
}

}  // namespace

std::uint64_t hash_values(std::span<const float> values) {
  return hash_text({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

std::uint64_t hash_text(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint64_t hash_text(const Record& record) {
  if (!record.second) return hash_text(std::string_view(record.text));
  return hash_text(std::string_view(record.text + '\0' + *record.second));
}

EncoderSpec encoder_spec(const Config& config) {
  EncoderSpec spec{config.input, config.characters() != nullptr, config.task,
                   config.row_label() != nullptr};
  constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
  if (spec.ends_lines()) std::get<TextInput>(spec.input).max_length = kUnlimited;
  return spec;
}

void RowEncoder::truncate(std::vector<std::int32_t>& tags) const {
  truncate_ids(tags, input_.max_length, input_.truncating);
}

RowEncoder::RowEncoder(const EncoderSpec& spec, const Vocabulary& vocabulary) : task_(spec.task) {
  if (const auto* text = std::get_if<TextInput>(&spec.input)) {
    input_ = *text;
    text_.emplace(*text, vocabulary, spec.spells_unknown);
  } else {
    numeric_ = std::get<NumericInput>(spec.input);
  }
}

/// An empty row is a line's end already.
void RowEncoder::end_line(std::vector<std::int32_t>& ids, bool is_empty) const {
  if (task_ != Task::kLanguageModel || is_empty) return;
  ids.push_back(static_cast<std::int32_t>(Vocabulary::kLineEnd));
}

EncodedText RowEncoder::encode_text(const Record& record) const {
  if (task_ == Task::kTagging) return text_->encode(record.tokens);
  if (task_ == Task::kSequenceToSequence) {
    return text_->encode_with_target(record.text, *record.second);
  }
  if (record.second) return text_->encode_pair(record.text, *record.second);
  return task_ == Task::kLanguageModel ? text_->encode_lines(record.text)
                                       : text_->encode(record.text);
}

RowEncoder::Row RowEncoder::encode(const Record& record) const {
  Row row;
  if (text_) {
    EncodedText text = encode_text(record);
    row.ids = std::move(text.ids);
    row.unknown_words = std::move(text.unknown_words);
    row.note = {hash_text(record), text.token_count, 0};
    end_line(row.ids, text.empty);
    return row;
  }
  if (record.channels != numeric_.channels) {
    row.fault = "found steps of " + std::to_string(record.channels) +
                (record.channels == 1 ? " number" : " numbers") + "; /input/channels says " +
                std::to_string(numeric_.channels);
    return row;
  }
  const auto steps = static_cast<std::int64_t>(record.values.size()) / record.channels;
  row.note = {hash_values(record.values), steps, 0};
  row.values = record.values;
  fit_values(row.values, numeric_);
  row.channels = record.channels;
  return row;
}

SplitRows* TrainingSplits::of(Part part) {
  switch (part) {
    case Part::kTrain:
      return &train;
    case Part::kValidation:
      return &validation;
    case Part::kTest:
      return &test;
    case Part::kLeftOut:
      return nullptr;
  }
  return nullptr;
}

ReaderOptions rows_to_encode(Task task) {
  ReaderOptions options;
  options.need_label = task != Task::kLanguageModel;
  options.numeric_labels = task == Task::kRegression;
  options.label_lists = task == Task::kMultiLabel;
  options.label_texts = task == Task::kSequenceToSequence;
  options.keep_fields = false;
  return options;
}

std::vector<float> label_marks(std::span<const std::int32_t> has, std::int64_t labels) {
  std::vector<float> marks(static_cast<std::size_t>(labels), 0.0F);
  for (const std::int32_t label : has) marks[static_cast<std::size_t>(label)] = 1;
  return marks;
}

void warn_about_cut(const std::string& where, const EncoderSpec& spec, const SplitRows& split) {
  if (!spec.is_tagging() && !spec.has_target_text()) return;
  const std::int64_t most = std::get<TextInput>(spec.input).max_length;
  const auto cut = std::count_if(split.notes.begin(), split.notes.end(),
                                 [&](const RowNote& note) { return note.token_count > most; });
  if (cut == 0) return;
  log_warning(where + ": " + std::to_string(cut) + " of " + std::to_string(split.notes.size()) +
              " rows are longer than /input/max_length (" + std::to_string(most) +
              "): what is cut off is neither learned nor measured");
}

SplitRows encode_rows(const std::string& path, const DataFormat& format, const RowEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults) {
  FaultList found;
  std::vector<EncodedBlock> blocks;
  FaultList reading;
  try {
    const std::unique_ptr<RecordReader> reader =
        open_records(path, format, rows_to_encode(encoder.task()));
    blocks = map_blocks<EncodedBlock>(
        *reader, resolve_threads(threads),
        [&](int, const RowBlock& block) { return encode_block(block, encoder, allowed); },
        [&](const Error& error) { reading.add(error); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    reading.add(error);
  }
  std::int64_t skipped = 0;
  for (const EncodedBlock& block : blocks) {
    found.append(block.faults);
    skipped += block.skipped;
  }
  if (skipped > 0) {
    log_warning(path + ": left out " + std::to_string(skipped) +
                " rows with labels that training does not have");
  }
  found.append(reading);
  SplitRows result = join(std::move(blocks));
  warn_about_unseen(path, result.rows.unseen());
  if (found.empty() && result.rows.size() == 0) found.add({path, "no rows"});
  faults.append(found);
  return result;
}

}  // namespace sequent
