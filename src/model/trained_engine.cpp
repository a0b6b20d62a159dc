#include "model/trained_engine.h"

#include <algorithm>
#include <concepts>
#include <optional>
#include <variant>

#include "kernels/cell_kind.h"

namespace sequent {
namespace {

/// Returns what the kernels lack for this layer, empty if nothing; no value if the layer is not
/// recurrent.
std::optional<std::string> missing_kernel_of(const LayerSpec& layer) {
  return std::visit(
      []<class Spec>(const Spec& spec) -> std::optional<std::string> {
        if constexpr (std::derived_from<Spec, RecurrentSpec>) {
          return missing_kernel(spec);
        } else {
          return std::nullopt;
        }
      },
      layer);
}

}  // namespace

bool trains_on_kernels(const Config& config) {
  return std::ranges::any_of(config.model.layers, [](const LayerSpec& layer) {
    return missing_kernel_of(layer) == std::string();
  });
}

std::string layer_on_operators(const Config& config) {
  for (std::size_t i = 0; i < config.model.layers.size(); ++i) {
    const std::string missing = missing_kernel_of(config.model.layers[i]).value_or("");
    if (!missing.empty()) return "layer " + std::to_string(i) + " has " + missing;
  }
  return "";
}

}  // namespace sequent
