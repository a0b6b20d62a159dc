// `--set a.b.2=json`: changes to the JSON document before it is parsed, so that the same rules
// apply.
#pragma once

#include <string>
#include <vector>

#include "core/strict_json.h"
#include "sequent/config.h"

namespace sequent {

/// Applies the overrides in order. Errors: Config if a path leads through a value that is neither
/// an object nor a list, or past the end of a list.
void apply_overrides(Json& document, const std::vector<Override>& overrides);

/// Splits the path of an option, with dots or as a JSON pointer, into its keys and list indices.
std::vector<std::string> split_option_path(const std::string& path);

}  // namespace sequent
