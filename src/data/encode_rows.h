// Records -> encoded rows, where vocabulary and labels are known already.
#pragma once

#include <string>

#include "data/faults.h"
#include "data/row_encoder.h"
#include "data/row_targets.h"
#include "data/split_rows.h"

namespace sequent {

/// Reads and encodes a file with a vocabulary and labels that are there already. Rows with a fault,
/// an unseen label among them where that is an error, go to `faults`; so does a file that cannot be
/// opened or read on, or that has no rows.
SplitRows encode_rows(const std::string& path, const DataFormat& format, const RowEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults);

/// Warns of rows that are cut where what is cut off is neither learned nor measured, as of tagged
/// rows and of texts with a target text. `where`: of the rows.
void warn_about_cut(const std::string& where, const EncoderSpec& spec, const SplitRows& split);

}  // namespace sequent
