// `--set a.b.2=json`: changes of the JSON document before it is parsed, so that the same rules
// hold.
#pragma once

#include <vector>

#include "core/strict_json.h"
#include "sequent/config.h"

namespace sequent {

/// Errors: Config for a path through something that is neither object nor list, or past a list's
/// end.
void apply_overrides(Json& document, const std::vector<Override>& overrides);

}  // namespace sequent
