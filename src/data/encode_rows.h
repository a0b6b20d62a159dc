// Encodes records with a known vocabulary and known labels.
#pragma once

#include <cstdint>
#include <string>

#include "data/faults.h"
#include "data/row_encoder.h"
#include "data/row_targets.h"
#include "data/split_rows.h"

namespace sequent {

/// Reads and encodes a file with an existing vocabulary and existing labels. Invalid rows are added
/// to `faults`, including rows with an unseen label if that is an error. A file that has no rows,
/// or that cannot be opened or read to the end, is added as well.
SplitRows encode_rows(const std::string& path, const DataFormat& format, const RowEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults);

/// Logs warnings about rows whose labels are not in the training data: the number of those that are
/// skipped, and the names of those that count as wrong.
void warn_about_unseen(const std::string& path, std::int64_t skipped,
                       const EncodedDataset::UnseenNames& wrong);
/// The same for a file that is evaluated, with the warnings about its rows. Errors: Data if a row
/// is invalid.
SplitRows encode_evaluated(const std::string& path, const DataFormat& format,
                           const EncoderSpec& spec, const Vocabulary& vocabulary,
                           const AllowedLabels& allowed, int threads);

/// Logs a warning about truncated rows of tagging and sequence-to-sequence data, where the
/// truncated part is neither trained on nor evaluated. `where` is the origin of the rows in the
/// message.
void warn_about_cut(const std::string& where, const EncoderSpec& spec, const SplitRows& split);

}  // namespace sequent
