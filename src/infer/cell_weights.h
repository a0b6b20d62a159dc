// One direction's weights of a recurrent layer, as an archive has them.
#pragma once

#include <span>
#include <string>

#include "infer/cell_formula.h"
#include "infer/fused_engine.h"

namespace sequent {

/// Empty where the cell has no such weight; see RecurrentImpl for the shapes.
struct CellWeightViews {
  std::span<const float> weight_ih;
  std::span<const float> weight_hh;
  std::span<const float> bias_ih;
  std::span<const float> bias_hh;
  std::span<const float> peephole;
  std::span<const float> norm_ih;
  std::span<const float> norm_hh;
  std::span<const float> norm_cell;
  std::span<const float> norm_cell_bias;
  std::span<const float> initial_h;
  std::span<const float> initial_c;
};

/// `prefix`: of the names of the layer's weights. `direction`: 0 forwards, 1 backwards.
inline CellWeightViews cell_weights(const CellForm& form, const std::string& prefix,
                                    std::size_t direction, const WeightSource& weights) {
  const CellFacts facts = cell_facts(form.kind);
  const auto read = [&](const char* name, bool exists = true) {
    std::string full = prefix;
    full += name;
    full += direction == 0 ? "_l0" : "_l0_reverse";
    return exists ? weights(full) : std::span<const float>();
  };
  CellWeightViews found;
  found.weight_ih = read("weight_ih");
  found.weight_hh = read("weight_hh", facts.recurrent_matrix);
  found.bias_ih = read("bias_ih");
  found.bias_hh = read("bias_hh", facts.recurrent_bias);
  found.peephole = read("weight_peephole", facts.peepholes > 0);
  found.norm_ih = read("norm_ih", form.layer_norm);
  found.norm_hh = read("norm_hh", form.layer_norm && facts.recurrent_matrix);
  found.norm_cell = read("norm_cell", form.layer_norm && facts.cell_state);
  found.norm_cell_bias = read("norm_cell_bias", form.layer_norm && facts.cell_state);
  found.initial_h = read("initial_h", form.learned_initial_state && reads_hidden_state(form.kind));
  found.initial_c = read("initial_c", form.learned_initial_state && facts.cell_state);
  return found;
}

}  // namespace sequent
