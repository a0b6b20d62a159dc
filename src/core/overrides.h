// `--set a.b.2=json`: changes to the JSON document before it is parsed, so that the same rules
// apply.
#pragma once

#include <vector>

#include "core/strict_json.h"
#include "sequent/config.h"

namespace sequent {

/// Applies the overrides in order. Errors: Config if a path leads through a value that is neither
/// an object nor a list, or past the end of a list.
void apply_overrides(Json& document, const std::vector<Override>& overrides);

}  // namespace sequent
