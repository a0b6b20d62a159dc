// Columns that a user types on the command line.
#pragma once

#include <string>

#include "sequent/data_format_spec.h"

namespace sequent {

/// Returns the column of this name, or at this index if `text` is a number.
Column typed_column(const std::string& text);

}  // namespace sequent
