// Holds the training file between reading and encoding. Tokens and labels have provisional numbers
// until all of them are known.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/block_pipeline.h"
#include "data/faults.h"
#include "data/held_out.h"
#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

/// Assigns numbers to strings in the order of first occurrence.
class NumberedStrings {
 public:
  std::int32_t number(std::string_view text);
  /// Returns the strings, indexed by number.
  const std::vector<const std::string*>& strings() const { return strings_; }

 private:
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<const std::string*> strings_;  // pointers to the keys of numbers_, which are stable
};

/// The unit of each row in each held-out part; empty: the part takes rows one by one. See
/// units_of_part.
struct PartUnits {
  std::vector<std::size_t> test;
  std::vector<std::size_t> validation;
};

/// Rows that were moved from a held-out part to training.
struct KeptRows {
  std::vector<std::string> labels;  // that only they have
  std::int64_t count = 0;
};

/// The life cycle of a TrainingRows:
///   1. read() tokenizes the file; each worker numbers tokens and labels independently.
///   2. labels() and classes() are available, and the caller chooses the held-out rows.
///   3. count_vocabulary() counts the tokens of the training rows.
///   4. encode() assigns the final ids and frees the provisional ones block by block.
class TrainingRows {
 public:
  /// Reads the file. Invalid rows are added to `faults`, and so is a file that has no rows or that
  /// cannot be opened or read to the end.
  static TrainingRows read(const std::string& path, const DataSpec& data, const EncoderSpec& spec,
                           int threads, FaultList& faults);

  std::int64_t size() const { return static_cast<std::int64_t>(classes_.size()); }

  /// Returns the labels in byte order.
  const std::vector<std::string>& labels() const { return labels_; }
  /// Returns the labels of whole rows that also have tags, in byte order.
  const std::vector<std::string>& sequence_labels() const { return sequence_labels_; }
  /// Returns the label index of each row; all 0 if rows do not have exactly one label.
  const std::vector<std::int32_t>& classes() const { return classes_; }

  /// Returns what the choice of held-out rows depends on.
  RowsToSplit rows_to_split() const { return {classes_, keys_, inputs_}; }

  /// Moves held-out rows to training that have a tag, or a label of several, which no training row
  /// has, with the other rows of their unit.
  KeptRows keep_labels_in_training(std::vector<Part>& parts, const PartUnits& units) const;

  /// Returns the number of targets per row; 0 if labels are classes.
  std::int64_t target_count() const { return is_numeric() ? 1 : 0; }

  /// Counts the tokens that the model reads: those of the training rows, after truncation. `known`
  /// tokens keep their ids.
  Vocabulary count_vocabulary(const std::vector<Part>& parts, const Vocabulary& known) const;

  /// Learns the origin of numeric targets, and what the features need, from the training rows.
  /// Errors: Data, as FeatureLearner::learn.
  LearnedData learn(const std::vector<Part>& parts) const;

  TrainingSplits encode(const Vocabulary& vocabulary, const std::vector<Part>& parts,
                        const LearnedData& learned) &&;

  /// Texts have no channels.
  static std::int64_t channels() { return 0; }

 private:
  /// Consecutive rows that were numbered by the same worker.
  struct Block {
    std::size_t worker = 0;
    std::vector<std::int32_t> ids;      // provisional, after truncation
    std::vector<std::int32_t> lengths;  // number of ids of each row
    std::vector<RowNote> notes;         // one per row; the label is provisional at first
    std::vector<double> targets;        // targets of each row, if labels are numbers
    std::vector<std::int32_t> tags;     // tag of each id in tagged rows; provisional
    std::vector<std::vector<std::int32_t>> label_lists;  // for multi_label; provisional
    std::vector<float> weights;                          // if the format has weights
    std::vector<std::string> features;                   // cells of /input/features of each row
    std::vector<SplitKeys> keys;                         // if held-out parts name columns
    FaultList faults;
  };
  /// Markers among the provisional ids: a line end inside a row of a language model, the break
  /// between the texts of a pair, and an empty text of a pair.
  static constexpr std::int32_t kLineEndMark = -1;
  static constexpr std::int32_t kPairBreakMark = -2;
  static constexpr std::int32_t kEmptyMark = -3;
  static std::int32_t id_of_mark(std::int32_t mark);

  struct Worker {
    NumberedStrings tokens;
    NumberedStrings labels;
    NumberedStrings sequence_labels;  // of rows that also have tags
  };

  /// The tags of each row's tokens, or the labels of its set.
  std::vector<std::span<const std::int32_t>> labels_of_rows() const;

  explicit TrainingRows(const EncoderSpec& spec)
      : input_(std::get<TextInput>(spec.input)), spec_(spec) {}
  bool is_numeric() const { return spec_.target == TargetKind::kNumbers; }
  /// Returns whether note.label holds a label, either a class or the label of a tagged row.
  bool labels_rows() const { return spec_.target == TargetKind::kLabel || spec_.labels_sequences; }
  void number_tokens(const Record& row, const Tokenizer& tokenizer, Worker& worker, Block& block,
                     RowNote& note);
  void number_pair(const Record& row, const Tokenizer& tokenizer, Worker& worker,
                   std::vector<std::int32_t>& ids, RowNote& note) const;
  Block number_block(std::size_t worker, const RowBlock& rows, const Tokenizer& tokenizer,
                     const SplitKeyReader* keys);
  void settle_labels();
  /// Merges the strings that the workers numbered and sorts them by bytes. Returns the final
  /// numbers, indexed by worker and provisional number.
  using Numbers = std::vector<std::vector<std::int32_t>>;
  Numbers settle(NumberedStrings Worker::*strings, std::vector<std::string>& names) const;

  LearnedData learn_targets(const std::vector<Part>& parts) const;
  std::vector<LearnedFeature> learn_features(const std::vector<Part>& parts) const;

  std::string path_;
  bool has_weights_ = false;
  TextInput input_;
  EncoderSpec spec_;
  std::vector<Worker> workers_;
  std::vector<Block> blocks_;  // in input order
  std::vector<std::string> labels_;
  std::vector<std::string> sequence_labels_;
  std::vector<std::int32_t> classes_;
  std::vector<SplitKeys> keys_;        // of each row, if held-out parts name columns
  std::vector<std::uint64_t> inputs_;  // hash of each row's texts
};

}  // namespace sequent
