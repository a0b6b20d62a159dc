// The training file between reading and encoding: tokens and labels have provisional numbers until
// all of them are known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/block_pipeline.h"
#include "data/faults.h"
#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

/// Numbers strings in the order in which they are first seen.
class NumberedStrings {
 public:
  std::int32_t number(std::string_view text);
  /// The strings by their numbers.
  const std::vector<const std::string*>& strings() const { return strings_; }

 private:
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> numbers_;
  std::vector<const std::string*> strings_;  // the keys of numbers_, which never move
};

/// In the life of a TrainingRows:
///   1. read() tokenizes the file; each worker numbers tokens and labels on its own;
///   2. labels() and classes() are known; which rows are held out can be decided;
///   3. count_vocabulary() counts the tokens of the rows that stay;
///   4. encode() gives the rows their final ids and frees the provisional ones as it goes.
class TrainingRows {
 public:
  /// Rows with a fault go to `faults`; so does a file that cannot be opened or read on, or that has
  /// no rows.
  static TrainingRows read(const std::string& path, const DataFormat& format,
                           const EncoderSpec& spec, int threads, FaultList& faults);

  std::int64_t size() const { return static_cast<std::int64_t>(classes_.size()); }

  /// The labels in byte order.
  const std::vector<std::string>& labels() const { return labels_; }
  /// Those of whole rows that have tags as well, likewise.
  const std::vector<std::string>& sequence_labels() const { return sequence_labels_; }
  /// Of each row, the index of its label; all 0 where a row does not have just one.
  const std::vector<std::int32_t>& classes() const { return classes_; }

  /// Of each row; 0 where labels are classes.
  std::int64_t target_count() const { return is_numeric() ? 1 : 0; }

  /// Counts the tokens that the model will read: those that truncation leaves, of the rows that are
  /// training's. `known` tokens keep their ids.
  Vocabulary count_vocabulary(const std::vector<Part>& parts, const Vocabulary& known) const;

  TrainingSplits encode(const Vocabulary& vocabulary, const std::vector<Part>& parts) &&;

 private:
  /// Rows in a run, all numbered by the same worker.
  struct Block {
    std::size_t worker = 0;
    std::vector<std::int32_t> ids;      // provisional, after truncation
    std::vector<std::int32_t> lengths;  // of each row, in ids
    std::vector<RowNote> notes;         // of each row; label provisional, then its class
    std::vector<float> targets;         // of each row, where labels are numbers
    std::vector<std::int32_t> tags;     // of each of the ids, where rows are tagged; provisional
    std::vector<std::vector<std::int32_t>> label_lists;  // of each row of multi_label; likewise
    FaultList faults;
  };
  /// Among the provisional ids: a line's end inside a row of a language model, the break between
  /// the texts of a pair, an empty text of a pair.
  static constexpr std::int32_t kLineEndMark = -1;
  static constexpr std::int32_t kPairBreakMark = -2;
  static constexpr std::int32_t kEmptyMark = -3;
  static std::int32_t id_of_mark(std::int32_t mark);

  struct Worker {
    NumberedStrings tokens;
    NumberedStrings labels;
    NumberedStrings sequence_labels;  // beside tags
  };

  explicit TrainingRows(const EncoderSpec& spec)
      : input_(std::get<TextInput>(spec.input)), spec_(spec) {}
  bool is_numeric() const { return spec_.target == TargetKind::kNumbers; }
  /// Whether note.label is the row's label, of the labels or of those beside tags.
  bool labels_rows() const { return spec_.target == TargetKind::kLabel || spec_.labels_sequences; }
  void number_tokens(const Record& row, const Tokenizer& tokenizer, Worker& worker, Block& block,
                     RowNote& note);
  void number_pair(const Record& row, const Tokenizer& tokenizer, Worker& worker,
                   std::vector<std::int32_t>& ids, RowNote& note) const;
  Block number_block(std::size_t worker, const RowBlock& rows, const Tokenizer& tokenizer);
  void settle_labels();
  /// Gives what the workers numbered one order, that of bytes. Returns the final numbers, by worker
  /// and provisional number.
  using Numbers = std::vector<std::vector<std::int32_t>>;
  Numbers settle(NumberedStrings Worker::*strings, std::vector<std::string>& names) const;

  TextInput input_;
  EncoderSpec spec_;
  std::vector<Worker> workers_;
  std::vector<Block> blocks_;  // in input order
  std::vector<std::string> labels_;
  std::vector<std::string> sequence_labels_;
  std::vector<std::int32_t> classes_;
};

}  // namespace sequent
