// The log line of a written archive.
#pragma once

#include <string>

#include "sequent/artifact.h"

namespace sequent {

/// Returns what an export proved, such as "model.pt: proven equal to the trained model on 105
/// rows".
std::string export_line(const std::string& file, const ArchiveMetadata& metadata);

}  // namespace sequent
