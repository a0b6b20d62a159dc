#include "script/recurrent_source.h"

#include <iomanip>
#include <sstream>

namespace sequent {
namespace {

using Lines = std::vector<std::string>;

/// Returns the lines for a cell that TorchScript has as an operator.
Lines known_cell(const CellSource& cell, const std::string& name, const std::string& result,
                 const std::string& input) {
  const std::string bias = cell.parameter("bias_ih");
  const bool is_gru = cell.cell == CellKind::kGru;
  const bool is_lstm = cell.cell == CellKind::kLstm;
  const std::string bias_hh = is_gru ? cell.parameter("bias_hh") : "torch.zeros_like(" + bias + ")";
  const auto call = [&](const std::string& start) {
    return "torch." + name + "(" + input + ", " + start + ", [" + cell.parameter("weight_ih") +
           ", " + cell.parameter("weight_hh") + ", " + bias + ", " + bias_hh +
           "], True, 1, 0.0, False, False, True)";
  };
  if (!cell.carries) {
    const std::string units = std::to_string(cell.units);
    return {"zero = torch.zeros([1, x.size(0), " + units + "], dtype=x.dtype, device=x.device)",
            result + " = " + call(is_lstm ? "[zero, zero]" : "zero") + "[0]"};
  }
  const std::string ends = is_lstm ? "last_h, last_c" : "last_h";
  const std::string start = is_lstm ? "[h.unsqueeze(0), c.unsqueeze(0)]" : "h.unsqueeze(0)";
  Lines lines{result + ", " + ends + " = " + call(start), "h = last_h.squeeze(0)"};
  if (is_lstm) lines.emplace_back("c = last_c.squeeze(0)");
  return lines;
}

std::string sigmoid(const std::string& value) { return "torch.sigmoid(" + value + ")"; }

std::string number(double value) {
  std::ostringstream out;
  out << std::scientific << std::setprecision(17) << value;
  return out.str();
}

std::string gate(int index) { return "gates[" + std::to_string(index) + "]"; }

std::string range(const CellSource& cell, std::int64_t first, std::int64_t count) {
  return std::to_string(first * cell.units) + ", " + std::to_string(count * cell.units);
}

constexpr const char* kEpsilon = "1e-05";

/// Returns `values` normalized over the last dimension.
std::string normal(const std::string& values, const std::string& size, const std::string& gain,
                   const std::string& bias) {
  return "torch.layer_norm(" + values + ", [" + size + "], " + gain + ", " + bias + ", " +
         kEpsilon + ")";
}

/// Returns the product of a state with the weights of `count` gates, starting at gate `first`.
std::string product(const CellSource& cell, const std::string& state, std::int64_t first,
                    std::int64_t count) {
  const std::string rows = ".narrow(0, " + range(cell, first, count) + ")";
  const std::string value =
      "torch.linear(" + state + ", " + cell.parameter("weight_hh") + rows + ")";
  if (!cell.layer_norm) return value;
  return normal(value, std::to_string(count * cell.units), cell.parameter("norm_hh") + rows,
                "None");
}
std::string part(const CellSource& cell, std::int64_t first, std::int64_t count) {
  return "step.narrow(1, " + range(cell, first, count) + ")";
}

std::string all_gates(const CellSource& cell) {
  const std::int64_t count = gate_count(cell.cell);
  return "gates = (step + " + product(cell, "h", 0, count) + ").chunk(" + std::to_string(count) +
         ", 1)";
}

/// Sets a state to `value`, mixed with the old state by zoneout.
std::string set_state(const CellSource& cell, const std::string& state, const std::string& value) {
  if (cell.zoneout == 0) return state + " = " + value;
  return state + " = " + number(cell.zoneout) + " * " + state + " + " + number(1 - cell.zoneout) +
         " * (" + value + ")";
}

/// The new cell state as it is output.
std::string shown(const CellSource& cell) {
  if (!cell.layer_norm) return "now";
  return normal("now", std::to_string(cell.units), cell.parameter("norm_cell"),
                cell.parameter("norm_cell_bias"));
}

Lines joined(Lines first, const Lines& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Computes the output from the new cell state `now`, then sets both states. Zoneout is applied
/// only after `now` is used (Krueger et al. 2017, equation 5).
Lines set_states(const CellSource& cell, const std::string& output) {
  return {set_state(cell, "h", output), set_state(cell, "c", "now"), "y = h"};
}

/// The same for the output o * tanh of the new cell state.
Lines set_gated_states(const CellSource& cell, const std::string& output_gate) {
  return set_states(cell, output_gate + " * torch.tanh(" + shown(cell) + ")");
}

/// Returns what the peephole gate `index` sees of `cell_state`.
std::string seen(const CellSource& cell, std::int64_t index, const std::string& cell_state) {
  const std::string weight = cell.parameter("weight_peephole");
  if (!cell.full_peephole) {
    return cell_state + " * " + weight + ".select(0, " + std::to_string(index) + ")";
  }
  return "torch.linear(" + cell_state + ", " + weight + ".narrow(0, " + range(cell, index, 1) +
         "))";
}

Lines peephole_step(const CellSource& cell) {
  const bool current = cell.cell == CellKind::kPeepholeLstm;
  return joined({all_gates(cell), "i = " + sigmoid("gates[0] + " + seen(cell, 0, "c")),
                 "f = " + sigmoid("gates[1] + " + seen(cell, 1, "c")),
                 "now = f * c + i * torch.tanh(gates[2])",
                 "o = " + sigmoid("gates[3] + " + seen(cell, 2, current ? "now" : "c"))},
                set_gated_states(cell, "o"));
}

/// Returns f c + i g of the gates i f g.
std::string new_state(const std::string& state) {
  return sigmoid(gate(1)) + " * " + state + " + " + sigmoid(gate(0)) + " * torch.tanh(gates[2])";
}

/// One step: reads `step`, updates `h` and `c`, and sets `y`. Keep it in sync with
/// model/recurrent_operators.cpp.
Lines step_source(const CellSource& cell) {
  switch (cell.cell) {
    case CellKind::kRnnTanh:
      return {set_state(cell, "h", "torch.tanh(step + " + product(cell, "h", 0, 1) + ")"), "y = h"};
    case CellKind::kRnnRelu:
      return {set_state(cell, "h", "torch.relu(step + " + product(cell, "h", 0, 1) + ")"), "y = h"};
    case CellKind::kLstm:
      return joined({all_gates(cell), "now = " + new_state("c")},
                    set_gated_states(cell, sigmoid(gate(3))));
    case CellKind::kCoupledLstm:
      return joined({all_gates(cell), "f = " + sigmoid(gate(0)),
                     "now = f * c + (1.0 - f) * torch.tanh(gates[1])"},
                    set_gated_states(cell, sigmoid(gate(2))));
    case CellKind::kPeepholeLstm:
    case CellKind::kPeepholePreviousLstm:
      return peephole_step(cell);
    case CellKind::kHiddenState:
      return {"gates = (" + part(cell, 0, 3) + " + " + product(cell, "h", 0, 3) + ").chunk(3, 1)",
              set_state(cell, "h", new_state("h")),
              "y = " + sigmoid(part(cell, 3, 1) + " + " + product(cell, "h", 3, 1)) +
                  " * torch.tanh(h)"};
    case CellKind::kMinGru:
      return {"gates = step.chunk(2, 1)", "z = " + sigmoid(gate(0)),
              set_state(cell, "h", "(1.0 - z) * h + z * gates[1]"), "y = h"};
    case CellKind::kSru:
      return joined(
          {"gates = step.chunk(4, 1)", "f = " + sigmoid("gates[1] + " + seen(cell, 0, "c")),
           "r = " + sigmoid("gates[2] + " + seen(cell, 1, "c")),
           "now = f * c + (1.0 - f) * gates[0]"},
          set_states(cell, "r * " + shown(cell) + " + (1.0 - r) * gates[3]"));
    case CellKind::kGru:
      return {"gates = step.chunk(3, 1)",
              "parts = (" + product(cell, "h", 0, 3) + " + " + cell.parameter("bias_hh") +
                  ").chunk(3, 1)",
              "r = " + sigmoid("gates[0] + parts[0]"),
              "z = " + sigmoid("gates[1] + parts[1]"),
              set_state(cell, "h", "(1.0 - z) * torch.tanh(gates[2] + r * parts[2]) + z * h"),
              "y = h"};
    case CellKind::kGruResetBefore:
      return {
          "gates = " + sigmoid(part(cell, 0, 2) + " + " + product(cell, "h", 0, 2)) +
              ".chunk(2, 1)",
          "n = torch.tanh(" + part(cell, 2, 1) + " + " + product(cell, "gates[0] * h", 2, 1) + ")",
          set_state(cell, "h", "(1.0 - gates[1]) * n + gates[1] * h"), "y = h"};
  }
  return {};
}

Lines step_loop(const CellSource& cell, const std::string& result, const std::string& input) {
  const std::string units = std::to_string(cell.units);
  const std::string weight = cell.parameter("weight_ih");
  const std::string bias = cell.parameter("bias_ih");
  const std::string width = std::to_string(gate_count(cell.cell) * cell.units);
  const auto start = [&](const std::string& state) {
    const bool is_read = state == "h" ? reads_hidden_state(cell.cell) : has_cell_state(cell.cell);
    const bool learned = cell.learned_initial_state && is_read;
    const std::string value =
        learned ? cell.parameter("initial_" + state) + ".expand(x.size(0), " + units + ")"
                : "torch.zeros([x.size(0), " + units + "], dtype=x.dtype, device=x.device)";
    return state + " = " + value;
  };
  const std::string sums = cell.layer_norm
                               ? normal("torch.linear(" + input + ", " + weight + ")", width,
                                        cell.parameter("norm_ih"), bias)
                               : "torch.linear(" + input + ", " + weight + ", " + bias + ")";
  Lines lines{"sums = " + sums};
  if (!cell.carries) lines.push_back(start("h"));
  if (!cell.carries || !has_cell_state(cell.cell)) lines.push_back(start("c"));
  lines.insert(lines.end(), {"steps_out: List[Tensor] = []",
                             "for t in range(sums.size(1)):", "    step = sums.select(1, t)"});
  for (const std::string& line : step_source(cell)) lines.push_back("    " + line);
  lines.insert(lines.end(), {"    steps_out.append(y)", result + " = torch.stack(steps_out, 1)"});
  return lines;
}

}  // namespace

std::vector<std::string> direction_source(const CellSource& cell, const std::string& result,
                                          const std::string& input) {
  const bool plain = cell.zoneout == 0 && !cell.layer_norm && !cell.learned_initial_state;
  if (!plain) return step_loop(cell, result, input);
  switch (cell.cell) {
    case CellKind::kLstm:
      return known_cell(cell, "lstm", result, input);
    case CellKind::kGru:
      return known_cell(cell, "gru", result, input);
    case CellKind::kRnnTanh:
      return known_cell(cell, "rnn_tanh", result, input);
    case CellKind::kRnnRelu:
      return known_cell(cell, "rnn_relu", result, input);
    case CellKind::kCoupledLstm:
    case CellKind::kPeepholeLstm:
    case CellKind::kPeepholePreviousLstm:
    case CellKind::kHiddenState:
    case CellKind::kMinGru:
    case CellKind::kSru:
    case CellKind::kGruResetBefore:
      break;
  }
  return step_loop(cell, result, input);
}

}  // namespace sequent
