// Records -> targets: what a model is to answer a row with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/row_encoder.h"
#include "sequent/data.h"

namespace sequent {

/// How rows with such targets are read.
ReaderOptions reader_options(TargetKind target);

/// Which of the labels a row has: 1 or 0 for each.
std::vector<float> label_marks(std::span<const std::int32_t> has, std::int64_t labels);

/// The labels a row may have, and what becomes of rows with others.
struct AllowedLabels {
  const LabelSet& labels;
  UnseenLabels unseen = UnseenLabels::kError;
};

/// The targets of one row. Labels and tags below 0 are unseen in training: see EncodedDataset.
struct RowTargets {
  std::int32_t label = 0;          // of the row
  std::vector<std::int32_t> tags;  // of tokens
  std::vector<float> values;       // numbers, or marks of labels
  std::optional<std::string> error;
  bool is_skipped = false;  // the row has an unseen label, and such rows are left out
};

/// Looks up a record's targets for a row of `rows`, which numbers unseen labels.
RowTargets find_targets(const Record& record, const RowEncoder& encoder,
                        const AllowedLabels& allowed, EncodedDataset& rows);

}  // namespace sequent
