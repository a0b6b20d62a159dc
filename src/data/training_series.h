// Holds the training file of a numeric input between reading and splitting. The interface is that
// of TrainingRows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/faults.h"
#include "data/held_out.h"
#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

class TrainingSeries {
 public:
  /// Reads the file. Invalid rows are added to `faults`, and so is a file that has no rows or that
  /// cannot be opened or read to the end.
  static TrainingSeries read(const std::string& path, const DataFormat& format,
                             const EncoderSpec& spec, FaultList& faults);

  std::int64_t size() const { return std::ssize(rows_); }
  /// Returns the labels in byte order.
  const std::vector<std::string>& labels() const { return labels_; }
  /// Returns what the choice of held-out rows depends on.
  RowsToSplit rows_to_split() const { return {classes_, {}, inputs_, series_}; }

  /// Limits the labels to those of the training rows: the last windows of a series can have others.
  /// A held-out row with another label is added to `faults`, is left out or counts as wrong, as
  /// `unseen` says.
  void limit_labels(std::vector<Part>& parts, UnseenLabels unseen, FaultList& faults);

  /// Returns a vocabulary with only the reserved ids, because numbers have none.
  static Vocabulary count_vocabulary(const std::vector<Part>&, const Vocabulary&) {
    return Vocabulary();
  }

  /// Learns from the training rows.
  LearnedData learn(const std::vector<Part>& parts) const;

  TrainingSplits encode(const Vocabulary& vocabulary, const std::vector<Part>& parts,
                        const LearnedData& learned) &&;

  std::int64_t channels() const { return std::get<NumericInput>(spec_.input).channels; }
  /// Returns the number of targets per row; 0 if labels are classes.
  std::int64_t target_count() const { return target_count_; }

 private:
  TrainingSeries(std::string path, const EncoderSpec& spec) : path_(std::move(path)), spec_(spec) {}
  std::optional<std::string> target_fault(const Record& record) const;

  std::string path_;
  EncoderSpec spec_;
  std::vector<Record> rows_;  // only their numbers and places
  std::int64_t target_count_ = 0;
  std::optional<double> time_step_;
  std::vector<std::string> labels_;
  std::vector<std::int32_t> classes_;  // of each row; -n: the n-th of unseen_labels_
  std::vector<std::string> unseen_labels_;
  std::int64_t skipped_ = 0;           // rows with an unseen label
  std::vector<std::int32_t> series_;   // of each row
  std::vector<std::uint64_t> inputs_;  // hash of each row's values
};

}  // namespace sequent
