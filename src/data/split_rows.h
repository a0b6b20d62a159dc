// The rows of one split, encoded, with what is remembered of their texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/faults.h"
#include "sequent/data.h"

namespace sequent {

/// What is remembered of a row's text after it is gone.
struct RowNote {
  std::uint64_t text_hash = 0;   // of its bytes
  std::int64_t token_count = 0;  // before truncation; of a pair's longer text
  std::int32_t label = 0;
};

struct SplitRows {
  EncodedDataset rows;
  std::vector<RowNote> notes;  // of each row
};

/// What the training file gives, part by part.
struct TrainingSplits {
  SplitRows train;
  SplitRows validation;  // held out; empty where there is a file
  SplitRows test;        // likewise

  /// Nothing for rows that are left out.
  SplitRows* of(Part part);
};

std::uint64_t hash_text(std::string_view text);
/// Of the row's text, or of both of a pair.
std::uint64_t hash_text(const Record& record);
std::uint64_t hash_values(std::span<const float> values);

/// Options for rows that are read to be encoded.
ReaderOptions rows_to_encode(Task task);

/// Which of the labels a row has: 1 or 0 for each.
std::vector<float> label_marks(std::span<const std::int32_t> has, std::int64_t labels);

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
    std::optional<std::string> fault;

    InputRow input() const { return {ids, values, channels, unknown_words}; }
  };
  Row encode(const Record& record) const;
  Task task() const { return task_; }
  /// Of a tagged row, those of the tokens that the model reads.
  void truncate(std::vector<std::int32_t>& tags) const;

 private:
  EncodedText encode_text(const Record& record) const;
  void end_line(std::vector<std::int32_t>& ids, bool is_empty) const;

  TextInput input_;  // where there is text
  Task task_;
  std::optional<TextEncoder> text_;
  NumericInput numeric_;  // where there is no text
};

/// Says how many rows of a tagger or of a model that writes are cut: what is cut off is neither
/// learned nor measured. `where`: of the rows.
void warn_about_cut(const std::string& where, const EncoderSpec& spec, const SplitRows& split);

/// The labels a row may have, and what becomes of rows with others.
struct AllowedLabels {
  const LabelSet& labels;
  UnseenLabels unseen = UnseenLabels::kError;
};

/// Reads and encodes a file with a vocabulary and labels that are there already. Rows with a fault,
/// an unseen label among them where that is an error, go to `faults`; so does a file that cannot be
/// opened or read on, or that has no rows.
SplitRows encode_rows(const std::string& path, const DataFormat& format, const RowEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults);

}  // namespace sequent
