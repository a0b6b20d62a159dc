// Names that have changed since version 0.1.0. Runs and archives of that version are still read; a
// config that a user writes must have the present names (see other_names.h).
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// What `name` (of an option, a JSON key, a file or a method) was called in version 0.1.0: most
/// names are the same.
std::string former_name(std::string_view name);

/// The same for a weight, such as `layers.0.concat.1.weight`.
std::string former_weight_name(std::string name);

/// A config as JSON, its former names replaced; text that has none, or is not JSON, is returned as
/// it is.
std::string with_present_names(const std::string& config);

}  // namespace sequent
