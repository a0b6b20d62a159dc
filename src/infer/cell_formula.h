// The formulas of all recurrent cells with all of their options, for any arithmetic: plain values,
// or values that also keep what their gradients need.
#pragma once

#include <cstdint>
#include <vector>

#include "sequent/recurrent_spec.h"

namespace sequent {

/// What a cell's formula depends on at inference.
struct CellForm {
  CellKind kind = CellKind::kLstm;
  double zoneout = 0;
  bool layer_norm = false;
  bool full_peephole = false;
  bool learned_initial_state = false;
};

template <class Spec>
CellForm cell_form(const Spec& spec) {
  return {cell_kind(spec), spec.zoneout, spec.layer_norm, has_full_peephole(spec),
          spec.learned_initial_state};
}

inline constexpr double kCellNormEpsilon = 1e-5;

/// Consecutive gates.
struct GateRange {
  std::int64_t first = 0;
  std::int64_t count = 1;
};

/// The parts of weight_hh that are multiplied separately, because they are multiplied with
/// different states, or because their products are normalized separately.
inline std::vector<GateRange> recurrent_parts(CellKind kind) {
  if (!cell_facts(kind).recurrent_matrix) return {};
  if (kind == CellKind::kHiddenState) return {{0, 3}, {3, 1}};
  if (kind == CellKind::kGruResetBefore) return {{0, 2}, {2, 1}};
  return {{0, gate_count(kind)}};
}

/// The parts of full peephole weights: the gates that see the previous cell state, and the output
/// gate.
inline constexpr GateRange kFullPeepholeParts[] = {{0, 2}, {2, 1}};

/// One step of a cell. Keep it in sync with script/recurrent_source.cpp, whose order of operations
/// it follows.
///
/// `Math` has a type Value, the values of some rows at one step [rows, width], and computes, for
/// H units and the weights of one direction:
///
///   gates(x, range)        the columns of these gates, [rows, count * H]
///   product(state, part)   U state for recurrent_parts()[part], normalized if the cell is
///   with_recurrent_bias(x) x + bias_hh
///   peephole(c, range)     what these peephole gates see of the cell state c
///   shown(c)               c as it is output: normalized if the cell is
///   sum, times             element by element
///   mix(share, a, b)       share * a + (1 - share) * b, where share is a Value or a number
///   sigmoid, tanh, relu
template <class Math>
class CellFormula {
 public:
  using Value = typename Math::Value;

  /// Shapes: each [rows, H]. `cell` is unused by cells without a cell state.
  struct States {
    Value hidden;
    Value cell;
  };
  struct Step {
    States states;  // after the step
    Value output;
  };

  CellFormula(const CellForm& form, Math& math) : form_(form), m_(math) {}

  /// Shapes: sums [rows, gates * H], the input's part of the gates.
  Step step(const Value& sums, const States& before) {
    switch (form_.kind) {
      case CellKind::kRnnTanh:
        return from_hidden(before, m_.tanh(all_gates(sums, before)));
      case CellKind::kRnnRelu:
        return from_hidden(before, m_.relu(all_gates(sums, before)));
      case CellKind::kLstm:
        return lstm(all_gates(sums, before), before);
      case CellKind::kCoupledLstm:
        return coupled(all_gates(sums, before), before);
      case CellKind::kPeepholeLstm:
      case CellKind::kPeepholePreviousLstm:
        return peephole(all_gates(sums, before), before);
      case CellKind::kHiddenState:
        return hidden_state(sums, before);
      case CellKind::kMinGru:
        return from_hidden(before, m_.mix(m_.sigmoid(gate(sums, 0)), gate(sums, 1), before.hidden));
      case CellKind::kSru:
        return sru(sums, before);
      case CellKind::kGru:
        return gru(sums, before);
      case CellKind::kGruResetBefore:
        return reset_before(sums, before);
    }
    return {before, before.hidden};
  }

 private:
  Value gate(const Value& x, std::int64_t index) { return m_.gates(x, {index, 1}); }

  Value all_gates(const Value& sums, const States& before) {
    return m_.sum(sums, m_.product(before.hidden, 0));
  }

  /// Returns the next state: `now`, mixed with `before` by zoneout.
  Value next(const Value& before, const Value& now) {
    return form_.zoneout == 0 ? now : m_.mix(form_.zoneout, before, now);
  }

  Step from_hidden(const States& before, const Value& now) {
    const Value hidden = next(before.hidden, now);
    return {{hidden, before.cell}, hidden};
  }

  /// Zoneout is applied only after the new cell state is used (Krueger et al. 2017, equation 5).
  Step from_both(const States& before, const Value& output, const Value& cell) {
    const Value hidden = next(before.hidden, output);
    return {{hidden, next(before.cell, cell)}, hidden};
  }
  Step gated(const States& before, const Value& output_gate, const Value& cell) {
    return from_both(before, m_.times(output_gate, m_.tanh(m_.shown(cell))), cell);
  }

  /// Returns f s + i g of the gates i f g.
  Value new_state(const Value& all, const Value& state) {
    const Value both = m_.sigmoid(m_.gates(all, {0, 2}));
    return m_.sum(m_.times(gate(both, 1), state), m_.times(gate(both, 0), m_.tanh(gate(all, 2))));
  }

  Step lstm(const Value& all, const States& before) {
    return gated(before, m_.sigmoid(gate(all, 3)), new_state(all, before.cell));
  }

  Step coupled(const Value& all, const States& before) {
    const Value f = m_.sigmoid(gate(all, 0));
    return gated(before, m_.sigmoid(gate(all, 2)), m_.mix(f, before.cell, m_.tanh(gate(all, 1))));
  }

  Step peephole(const Value& all, const States& before) {
    const Value both = m_.sigmoid(m_.sum(m_.gates(all, {0, 2}), m_.peephole(before.cell, {0, 2})));
    const Value now = m_.sum(m_.times(gate(both, 1), before.cell),
                             m_.times(gate(both, 0), m_.tanh(gate(all, 2))));
    const Value& seen = form_.kind == CellKind::kPeepholeLstm ? now : before.cell;
    return gated(before, m_.sigmoid(m_.sum(gate(all, 3), m_.peephole(seen, {2, 1}))), now);
  }

  Step hidden_state(const Value& sums, const States& before) {
    const Value first = m_.sum(m_.gates(sums, {0, 3}), m_.product(before.hidden, 0));
    const Value hidden = next(before.hidden, new_state(first, before.hidden));
    const Value o = m_.sigmoid(m_.sum(gate(sums, 3), m_.product(hidden, 1)));
    return {{hidden, before.cell}, m_.times(o, m_.tanh(hidden))};
  }

  Step sru(const Value& sums, const States& before) {
    const Value both = m_.sigmoid(m_.sum(m_.gates(sums, {1, 2}), m_.peephole(before.cell, {0, 2})));
    const Value now = m_.mix(gate(both, 0), before.cell, gate(sums, 0));
    return from_both(before, m_.mix(gate(both, 1), m_.shown(now), gate(sums, 3)), now);
  }

  Step gru(const Value& sums, const States& before) {
    const Value parts = m_.with_recurrent_bias(m_.product(before.hidden, 0));
    const Value both = m_.sigmoid(m_.sum(m_.gates(sums, {0, 2}), m_.gates(parts, {0, 2})));
    const Value n = m_.tanh(m_.sum(gate(sums, 2), m_.times(gate(both, 0), gate(parts, 2))));
    return from_hidden(before, m_.mix(gate(both, 1), before.hidden, n));
  }

  Step reset_before(const Value& sums, const States& before) {
    const Value both = m_.sigmoid(m_.sum(m_.gates(sums, {0, 2}), m_.product(before.hidden, 0)));
    const Value reset = m_.times(gate(both, 0), before.hidden);
    const Value n = m_.tanh(m_.sum(gate(sums, 2), m_.product(reset, 1)));
    return from_hidden(before, m_.mix(gate(both, 1), before.hidden, n));
  }

  const CellForm& form_;
  Math& m_;
};

}  // namespace sequent
