#include "export/recurrent_source.h"

namespace sequent {
namespace {

using Lines = std::vector<std::string>;

/// A cell that TorchScript has as an operator.
Lines known_cell(const CellSource& cell, const std::string& name, const std::string& result,
                 const std::string& input) {
  const std::string bias = cell.parameter("bias_ih");
  const bool is_gru = cell.cell == CellKind::kGru;
  const std::string bias_hh = is_gru ? cell.parameter("bias_hh") : "torch.zeros_like(" + bias + ")";
  const std::string start = cell.cell == CellKind::kLstm ? "[zero, zero]" : "zero";
  const std::string units = std::to_string(cell.units);
  return {"zero = torch.zeros([1, x.size(0), " + units + "], dtype=x.dtype, device=x.device)",
          result + " = torch." + name + "(" + input + ", " + start + ", [" +
              cell.parameter("weight_ih") + ", " + cell.parameter("weight_hh") + ", " + bias +
              ", " + bias_hh + "], True, 1, 0.0, False, False, True)[0]"};
}

std::string sigmoid(const std::string& value) { return "torch.sigmoid(" + value + ")"; }

std::string gate(int index) { return "gates[" + std::to_string(index) + "]"; }

/// What gate `index` of i f o sees of `cell_state`.
std::string seen(const CellSource& cell, std::int64_t index, const std::string& cell_state) {
  const std::string weight = cell.parameter("weight_peephole");
  if (!cell.full_peephole) {
    return cell_state + " * " + weight + ".select(0, " + std::to_string(index) + ")";
  }
  return "torch.linear(" + cell_state + ", " + weight + ".narrow(0, " +
         std::to_string(index * cell.units) + ", " + std::to_string(cell.units) + "))";
}

/// Rows of weight_hh: `count` gates from gate `first` on.
std::string recurrent_rows(const CellSource& cell, std::int64_t first, std::int64_t count) {
  return cell.parameter("weight_hh") + ".narrow(0, " + std::to_string(first * cell.units) + ", " +
         std::to_string(count * cell.units) + ")";
}
std::string sum_rows(const CellSource& cell, std::int64_t first, std::int64_t count) {
  return "step.narrow(1, " + std::to_string(first * cell.units) + ", " +
         std::to_string(count * cell.units) + ")";
}

std::string all_gates(const CellSource& cell) {
  return "gates = (step + torch.linear(h, " + cell.parameter("weight_hh") + ")).chunk(" +
         std::to_string(gate_count(cell.cell)) + ", 1)";
}

/// One step: reads `step`, changes `h` and `c`, sets `y`. As model/recurrent_operators.cpp has it.
Lines step_source(const CellSource& cell) {
  switch (cell.cell) {
    case CellKind::kCoupledLstm:
      return {all_gates(cell), "f = " + sigmoid(gate(0)),
              "c = f * c + (1.0 - f) * torch.tanh(gates[1])",
              "h = " + sigmoid(gate(2)) + " * torch.tanh(c)", "y = h"};
    case CellKind::kPeepholeLstm:
    case CellKind::kPeepholePreviousLstm: {
      const bool current = cell.cell == CellKind::kPeepholeLstm;
      return {all_gates(cell),
              "i = " + sigmoid("gates[0] + " + seen(cell, 0, "c")),
              "f = " + sigmoid("gates[1] + " + seen(cell, 1, "c")),
              "before = c",
              "c = f * before + i * torch.tanh(gates[2])",
              "o = " + sigmoid("gates[3] + " + seen(cell, 2, current ? "c" : "before")),
              "h = o * torch.tanh(c)",
              "y = h"};
    }
    case CellKind::kHiddenState:
      return {"gates = (" + sum_rows(cell, 0, 3) + " + torch.linear(h, " +
                  recurrent_rows(cell, 0, 3) + ")).chunk(3, 1)",
              "h = " + sigmoid(gate(1)) + " * h + " + sigmoid(gate(0)) + " * torch.tanh(gates[2])",
              "o = " + sigmoid(sum_rows(cell, 3, 1) + " + torch.linear(h, " +
                               recurrent_rows(cell, 3, 1) + ")"),
              "y = o * torch.tanh(h)"};
    case CellKind::kMinGru:
      return {"gates = step.chunk(2, 1)", "z = " + sigmoid(gate(0)),
              "h = (1.0 - z) * h + z * gates[1]", "y = h"};
    case CellKind::kGruResetBefore:
      return {"gates = " +
                  sigmoid(sum_rows(cell, 0, 2) + " + torch.linear(h, " +
                          recurrent_rows(cell, 0, 2) + ")") +
                  ".chunk(2, 1)",
              "n = torch.tanh(" + sum_rows(cell, 2, 1) + " + torch.linear(gates[0] * h, " +
                  recurrent_rows(cell, 2, 1) + "))",
              "h = (1.0 - gates[1]) * n + gates[1] * h", "y = h"};
    case CellKind::kRnnTanh:
    case CellKind::kRnnRelu:
    case CellKind::kLstm:
    case CellKind::kGru:
      break;
  }
  return {};
}

Lines step_loop(const CellSource& cell, const std::string& result, const std::string& input) {
  Lines lines = {"sums = torch.linear(" + input + ", " + cell.parameter("weight_ih") + ", " +
                     cell.parameter("bias_ih") + ")",
                 "h = torch.zeros([x.size(0), " + std::to_string(cell.units) +
                     "], dtype=x.dtype, device=x.device)",
                 "c = h",
                 "states: List[Tensor] = []",
                 "for t in range(sums.size(1)):",
                 "    step = sums.select(1, t)"};
  for (const std::string& line : step_source(cell)) lines.push_back("    " + line);
  lines.insert(lines.end(), {"    states.append(y)", result + " = torch.stack(states, 1)"});
  return lines;
}

}  // namespace

std::vector<std::string> direction_source(const CellSource& cell, const std::string& result,
                                          const std::string& input) {
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
    case CellKind::kGruResetBefore:
      break;
  }
  return step_loop(cell, result, input);
}

}  // namespace sequent
