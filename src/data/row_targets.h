// Converts records to training targets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/row_encoder.h"
#include "sequent/data.h"

namespace sequent {

/// Returns the reader options for rows with such targets and features.
ReaderOptions reader_options(TargetKind target, const std::vector<FeatureSpec>& features = {});

/// Returns 1 for each label that the row has, and 0 for the others.
std::vector<float> label_marks(std::span<const std::int32_t> has, std::int64_t labels);

/// The known labels, and the treatment of rows with other labels.
struct AllowedLabels {
  const LabelSet& labels;
  UnseenLabels unseen = UnseenLabels::kError;
};

/// The targets of one row. Labels and tags below 0 do not occur in the training data; see
/// EncodedDataset.
struct RowTargets {
  std::int32_t label = 0;          // the row's label
  std::vector<std::int32_t> tags;  // one per token
  std::vector<float> values;       // numeric targets, or label_marks()
  std::optional<std::string> error;
  bool is_skipped = false;  // the row has an unseen label and must be skipped
};

/// Returns the error message for a label that is not in the training data, whose labels these are.
std::string unknown_label(const std::string& label, const std::vector<std::string>& labels);

/// Returns a record's targets. `rows` assigns the numbers of unseen labels.
RowTargets find_targets(const Record& record, const RowEncoder& encoder,
                        const AllowedLabels& allowed, EncodedDataset& rows);

}  // namespace sequent
