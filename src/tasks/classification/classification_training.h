// The metrics of predicted classes.
#pragma once

#include <vector>

#include "tasks/classification/classification_metrics.h"
#include "tasks/row_training.h"
#include "train/label_numbers.h"

namespace sequent {

/// Scores the predictions of a classifier. Labels that do not occur in training count as errors.
class ClassScorer : public RowScorer {
 public:
  ClassScorer(const Config& config, const LabelSet& labels, const EncodedDataset& data);

  void add(std::size_t row, std::span<const float> prediction) override;
  Report report(const WeightReader&) const override { return to_report(classification_report()); }
  ClassificationReport classification_report() const;

 private:
  const EncodedDataset& data_;
  LabelNumbers numbers_;
  ClassificationMetrics metrics_;
  std::vector<std::int64_t> ranks_;  // of ordered labels
};

}  // namespace sequent
