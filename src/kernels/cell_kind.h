// Which kernel computes a config's cell.
#pragma once

#include <optional>
#include <string>

#include "kernels/recurrent.h"
#include "sequent/layers.h"

namespace sequent {

/// The kernel of a cell; none for those that have no kernel. The kernel of kHiddenState computes
/// its state from the gates i f g; gate o, the last, and the output are the layer's own work.
inline std::optional<kernels::Cell> kernel_cell(CellKind kind) {
  switch (kind) {
    case CellKind::kRnnTanh:
      return kernels::Cell::kRnnTanh;
    case CellKind::kRnnRelu:
      return kernels::Cell::kRnnRelu;
    case CellKind::kLstm:
      return kernels::Cell::kLstm;
    case CellKind::kGru:
      return kernels::Cell::kGru;
    case CellKind::kCoupledLstm:
      return kernels::Cell::kCoupledLstm;
    case CellKind::kPeepholeLstm:
      return kernels::Cell::kPeepholeLstm;
    case CellKind::kPeepholePreviousLstm:
      return kernels::Cell::kPeepholePreviousLstm;
    case CellKind::kHiddenState:
      return kernels::Cell::kHiddenState;
    case CellKind::kMinGru:
      return kernels::Cell::kMinGru;
    case CellKind::kGruResetBefore:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Empty, or what of a recurrent layer has no kernel.
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
