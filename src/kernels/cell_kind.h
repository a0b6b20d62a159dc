// Maps a config's cell to the kernel that computes it.
#pragma once

#include <optional>
#include <string>

#include "kernels/recurrent.h"
#include "sequent/layers.h"

namespace sequent {

/// Returns the kernel of a cell, or nothing if the cell has no kernel. The kHiddenState kernel
/// computes the state from the gates i f g; the layer itself computes the last gate o and the
/// output.
constexpr std::optional<kernels::Cell> kernel_cell(CellKind kind) {
  switch (kind) {
#define SEQUENT_CASE(name, Class, ...) \
  case CellKind::name:                 \
    return kernels::Cell::name;
    SEQUENT_KERNEL_CELLS(SEQUENT_CASE)
#undef SEQUENT_CASE
    case CellKind::kGruResetBefore:  // has no kernel
      break;
  }
  return std::nullopt;
}

// The kernels read as many weights as the layer has.
#define SEQUENT_CHECK(name, Class, ...)                                   \
  static_assert(kernels::has_recurrent_weights(kernels::Cell::name) ==    \
                cell_facts(CellKind::name).recurrent_matrix);             \
  static_assert(kernels::peephole_count(kernels::Cell::name) ==           \
                cell_facts(CellKind::name).peepholes);                    \
  static_assert(kernels::gate_count(kernels::Cell::name) +                \
                    (CellKind::name == CellKind::kHiddenState ? 1 : 0) == \
                cell_facts(CellKind::name).gates);
SEQUENT_KERNEL_CELLS(SEQUENT_CHECK)
#undef SEQUENT_CHECK

/// Names the feature of a recurrent layer that has no kernel; empty if the kernels support all of
/// it.
template <class Spec>
std::string missing_kernel(const Spec& spec) {
  if (!kernel_cell(cell_kind(spec))) return "a GRU that resets before the product";
  if (has_full_peephole(spec)) return "full peephole weights";
  if (spec.zoneout > 0) return "zoneout";
  if (spec.layer_norm) return "layer_norm in its cell";
  if (spec.learned_initial_state) return "a learned initial state";
  return "";
}

}  // namespace sequent
