// Measures the tags that a model predicts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tasks/training_task.h"

namespace sequent {

/// The predicted tags of a data set's rows.
struct TaggedRows {
  std::vector<std::vector<std::int32_t>> tags;
  std::vector<float> sequence_labels;  // [rows, L] probabilities; empty if rows have no labels
  std::optional<double> loss;          // mean -ln p of the true tags of rows without unseen tags
};

/// Predicts the tags of all rows. Dropout is off.
TaggedRows tag_rows(WorkerPool& pool, const EncodedDataset& data);

/// Predicts them with the graph of an archive, which does not compute the loss.
TaggedRows tag_rows(const MeasuredArchive& archive, const MeasuredRows& rows);

/// Returns the report of predicted tags and of row labels, if there are any.
Report score_tags(const MeasuredRows& rows, const TaggedRows& found);

}  // namespace sequent
