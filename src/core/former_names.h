// Names that have changed since version 0.1.0. Runs and archives of that version can still be read;
// configs written by users must use the current names (see other_names.h).
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// Returns the name that an option, a JSON key, a file or a method had in version 0.1.0; most names
/// have not changed.
std::string former_name(std::string_view name);

/// The same for the name of a weight, such as `layers.0.concat.1.weight`.
std::string former_weight_name(std::string name);

/// Returns a config (JSON) with former names replaced. Text without former names, or that is not
/// JSON, is returned unchanged.
std::string with_present_names(const std::string& config);

}  // namespace sequent
