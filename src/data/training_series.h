// The training file of a numeric input, between reading and splitting; in form like TrainingRows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/faults.h"
#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

class TrainingSeries {
 public:
  /// Rows with a fault go to `faults`; so does a file that cannot be opened or read on, or that has
  /// no rows.
  static TrainingSeries read(const std::string& path, const DataFormat& format,
                             const EncoderSpec& spec, FaultList& faults);

  std::int64_t size() const { return rows_.rows.size(); }
  /// The labels in byte order.
  const std::vector<std::string>& labels() const { return labels_; }
  /// Of each row, the index of its label.
  const std::vector<std::int32_t>& classes() const { return classes_; }

  /// Numbers have no vocabulary: the reserved ids alone.
  static Vocabulary count_vocabulary(const std::vector<Part>&, const Vocabulary&) {
    return Vocabulary();
  }

  TrainingSplits encode(const Vocabulary& vocabulary, const std::vector<Part>& parts) &&;

  /// Of each row; 0 where labels are classes.
  std::int64_t target_count() const { return rows_.rows.target_count(); }

 private:
  SplitRows rows_;
  std::vector<std::string> labels_;
  std::vector<std::int32_t> classes_;
};

}  // namespace sequent
