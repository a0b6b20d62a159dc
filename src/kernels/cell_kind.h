// Which kernel computes a config's cell.
#pragma once

#include <optional>

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

}  // namespace sequent
