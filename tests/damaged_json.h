// Creates JSON with a single error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace sequent::testing {

/// Returns `good` with the value at `pointer` replaced by `replacement` (JSON), or removed if
/// `replacement` is empty.
inline std::string damaged(nlohmann::ordered_json good, const std::string& pointer,
                           const std::string& replacement) {
  const nlohmann::ordered_json::json_pointer place(pointer);
  if (!replacement.empty()) {
    good.at(place) = nlohmann::ordered_json::parse(replacement);
    return good.dump();
  }
  nlohmann::ordered_json& parent = good.at(place.parent_pointer());
  if (parent.is_array()) {
    parent.erase(std::stoul(place.back()));
  } else {
    parent.erase(place.back());
  }
  return good.dump();
}

}  // namespace sequent::testing
