// TorchScript source of recurrent cells.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sequent/layers.h"

namespace sequent {

struct CellSource {
  CellKind cell = CellKind::kLstm;
  std::int64_t units = 0;
  bool full_peephole = false;
  double zoneout = 0;
  bool layer_norm = false;
  bool learned_initial_state = false;
  bool carries = false;  // start from the variables `h` and `c`, and store the final states there

  /// Returns the expression of a parameter: `weight_ih` -> `self.layers_1_weight_ih_l0`.
  std::function<std::string(const std::string& name)> parameter;
};

/// Returns lines that set `result` [B, T, H] to all states of one direction over `input` [B, T, I].
std::vector<std::string> direction_source(const CellSource& cell, const std::string& result,
                                          const std::string& input);

}  // namespace sequent
