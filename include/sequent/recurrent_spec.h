// Recurrent layers and their cells.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sequent/describe.h"

namespace sequent {

/// Options that all recurrent layers share.
struct RecurrentSpec {
  std::int64_t units = 0;
  bool bidirectional = false;
  bool return_sequences = false;
  double dropout = 0.0;
  double zoneout = 0.0;
  bool layer_norm = false;
  bool learned_initial_state = false;
  bool residual = false;
  bool operator==(const RecurrentSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of the hidden state, per direction.", required,
          between(1, 65536));
    visit("bidirectional", self.bidirectional,
          "Also read the sequence backwards, and concatenate the states of both directions.");
    visit("return_sequences", self.return_sequences,
          "Return the state of every step instead of only the last one.");
    visit("dropout", self.dropout,
          "Fraction of the input features set to zero during training; the mask is shared by all "
          "steps of a sequence (variational dropout, Gal and Ghahramani 2016).",
          between(0, 1).open_above());
    visit("zoneout", self.zoneout,
          "Fraction of the units that keep their previous state during training; at inference, the "
          "previous and the new state are mixed in that proportion (Krueger et al. 2017). Such "
          "layers are trained on LibTorch's operators, which is slower.",
          between(0, 1).open_above());
    visit("layer_norm", self.layer_norm,
          "Normalize the input and recurrent projections, and the cell state before it is output "
          "(Ba et al. 2016). Such layers are trained on LibTorch's operators, which is slower.");
    visit("learned_initial_state", self.learned_initial_state,
          "Learn the initial state instead of starting from 0. Such layers are trained on "
          "LibTorch's operators, which is slower.");
    visit("residual", self.residual,
          "Add the input to the output; requires return_sequences and an input as wide as the "
          "output.");
  }
};

/// Options of recurrent layers with recurrent weight matrices.
struct RecurrentMatrixSpec : RecurrentSpec {
  double weight_drop = 0.0;
  bool operator==(const RecurrentMatrixSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    RecurrentSpec::describe(self, visit);
    visit("weight_drop", self.weight_drop,
          "Fraction of the recurrent weights set to zero during training, with a new mask for each "
          "training step (DropConnect as in AWD-LSTM, Merity et al. 2018).",
          between(0, 1).open_above());
  }
};

enum class RnnActivation { kTanh, kRelu };
template <>
struct EnumNames<RnnActivation> {
  static constexpr std::array<std::string_view, 2> values{"tanh", "relu"};
};

/// Elman's network: h_t = f(W x_t + U h_{t-1} + b).
struct RnnSpec : RecurrentMatrixSpec {
  static constexpr std::string_view kType = "rnn";
  RnnActivation activation = RnnActivation::kTanh;
  bool operator==(const RnnSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    RecurrentMatrixSpec::describe(self, visit);
    visit("activation", self.activation, "Activation function f in h = f(W x + U h + b).");
  }
};

enum class PeepholeOutput { kCurrent, kPrevious };
template <>
struct EnumNames<PeepholeOutput> {
  static constexpr std::array<std::string_view, 2> values{"current", "previous"};
};
enum class PeepholeWeights { kDiagonal, kFull };
template <>
struct EnumNames<PeepholeWeights> {
  static constexpr std::array<std::string_view, 2> values{"diagonal", "full"};
};

/// Peephole connections: the gates also see the cell state. Gates i and f see c_{t-1}.
struct Peephole {
  PeepholeOutput output_gate = PeepholeOutput::kCurrent;
  PeepholeWeights weights = PeepholeWeights::kDiagonal;
  bool operator==(const Peephole&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_gate", self.output_gate,
          "Cell state that the output gate sees: c_t (current; Gers and Schmidhuber 2000) or "
          "c_{t-1} (previous).");
    visit("weights", self.weights,
          "diagonal: the gates of a unit see only its own cell. full: they see all cells. Such "
          "layers are trained on LibTorch's operators, which is slower.");
  }
};

/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000):
/// c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t).
struct LstmSpec : RecurrentMatrixSpec {
  static constexpr std::string_view kType = "lstm";
  std::optional<Peephole> peephole;
  bool coupled = false;
  bool operator==(const LstmSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    RecurrentMatrixSpec::describe(self, visit);
    visit("peephole", self.peephole,
          "Let the gates also see the cell state (Gers and Schmidhuber 2000). {} selects the "
          "default peephole options.");
    visit("coupled", self.coupled,
          "Use 1 - f as the input gate instead of a separate gate (CIFG, Greff et al. 2017).");
  }
};

/// An LSTM without a cell state: h_t = f * h_{t-1} + i * g. The layer outputs y_t = o * tanh(h_t)
/// with o_t = sigmoid(W x_t + U h_t + b).
struct LstmHiddenStateSpec : RecurrentMatrixSpec {
  static constexpr std::string_view kType = "lstm_hidden_state";
};

/// Gated recurrent unit (Cho et al. 2014).
struct GruSpec : RecurrentMatrixSpec {
  static constexpr std::string_view kType = "gru";
  bool reset_after = true;
  bool operator==(const GruSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    RecurrentMatrixSpec::describe(self, visit);
    visit("reset_after", self.reset_after,
          "true: apply the reset gate after the recurrent product, as in cuDNN and Keras. false: "
          "apply it before the product, as in the paper; such layers are trained on LibTorch's "
          "operators, which is slower.");
  }
};

/// Minimal GRU (Feng et al. 2024, "Were RNNs All We Needed?"): h_t = (1 - z) * h_{t-1} + z * n with
/// z = sigmoid(W_z x_t), n = W_n x_t. It has no recurrent matrix product, which makes it fast on
/// long sequences.
struct MinGruSpec : RecurrentSpec {
  static constexpr std::string_view kType = "min_gru";
};

/// Simple recurrent unit (Lei et al. 2018): c_t = f * c_{t-1} + (1 - f) * (W x_t + b) and
/// h_t = r * c_t + (1 - r) * (W_x x_t + b_x), with f = sigmoid(W_f x_t + v_f * c_{t-1} + b_f) and r
/// likewise. Like the minimal GRU it has no recurrent matrix product. The authors' implementation
/// projects the input of the highway, W_x x_t, only if it is not as wide as the state, and scales
/// it by a constant; here it is always projected, without that constant.
struct SruSpec : RecurrentSpec {
  static constexpr std::string_view kType = "sru";
};

/// All recurrent layers, as a part of LayerSpec.
using RecurrentLayerSpec =
    std::variant<RnnSpec, LstmSpec, LstmHiddenStateSpec, GruSpec, MinGruSpec, SruSpec>;

/// The formula of a recurrent layer. The comments give the order of the gates in the weights and of
/// the peephole gates.
enum class CellKind {
  kRnnTanh,  // its single sum, here and in kRnnRelu
  kRnnRelu,
  kLstm,                  // i f g o
  kGru,                   // r z n
  kCoupledLstm,           // f g o
  kPeepholeLstm,          // i f g o; peepholes i f o, where o sees c_t
  kPeepholePreviousLstm,  // the same, but o sees c_{t-1}
  kHiddenState,           // i f g o
  kMinGru,                // z n
  kSru,                   // g f r x, where x is the highway's input; peepholes f r
  kGruResetBefore         // r z n
};

inline CellKind cell_kind(const RnnSpec& spec) {
  return spec.activation == RnnActivation::kRelu ? CellKind::kRnnRelu : CellKind::kRnnTanh;
}
inline CellKind cell_kind(const LstmSpec& spec) {
  if (spec.coupled) return CellKind::kCoupledLstm;
  if (!spec.peephole) return CellKind::kLstm;
  return spec.peephole->output_gate == PeepholeOutput::kCurrent ? CellKind::kPeepholeLstm
                                                                : CellKind::kPeepholePreviousLstm;
}
inline CellKind cell_kind(const LstmHiddenStateSpec&) { return CellKind::kHiddenState; }
inline CellKind cell_kind(const GruSpec& spec) {
  return spec.reset_after ? CellKind::kGru : CellKind::kGruResetBefore;
}
inline CellKind cell_kind(const MinGruSpec&) { return CellKind::kMinGru; }
inline CellKind cell_kind(const SruSpec&) { return CellKind::kSru; }

/// Whether the layer is an LSTM with full peephole weights.
template <class Spec>
bool has_full_peephole(const Spec& spec) {
  if constexpr (requires { spec.peephole; }) {
    return spec.peephole && spec.peephole->weights == PeepholeWeights::kFull;
  } else {
    return false;
  }
}

/// What distinguishes the cells, apart from their formulas. Everything that depends on a cell but
/// computes none follows from these facts.
struct CellFacts {
  std::string_view type;          // of the layer in a config
  std::int64_t gates = 1;         // the weights of a layer have gates * units rows
  bool cell_state = false;        // has a cell state c in addition to the hidden state h
  bool recurrent_matrix = true;   // its gates depend on h_{t-1} through weight_hh
  bool recurrent_bias = false;    // has bias_hh in addition to bias_ih
  std::int64_t forget_gate = -1;  // index of the gate whose bias starts at 1; -1: none
  std::int64_t peepholes = 0;     // number of gates that see the cell state through weight_peephole
};

constexpr CellFacts cell_facts(CellKind cell) {
  switch (cell) {
    case CellKind::kRnnTanh:
    case CellKind::kRnnRelu:
      return {.type = RnnSpec::kType, .gates = 1};
    case CellKind::kLstm:
      return {.type = LstmSpec::kType, .gates = 4, .cell_state = true, .forget_gate = 1};
    case CellKind::kCoupledLstm:
      return {.type = LstmSpec::kType, .gates = 3, .cell_state = true, .forget_gate = 0};
    case CellKind::kPeepholeLstm:
    case CellKind::kPeepholePreviousLstm:
      return {.type = LstmSpec::kType,
              .gates = 4,
              .cell_state = true,
              .forget_gate = 1,
              .peepholes = 3};
    case CellKind::kHiddenState:
      return {.type = LstmHiddenStateSpec::kType, .gates = 4, .forget_gate = 1};
    case CellKind::kGru:
      return {.type = GruSpec::kType, .gates = 3, .recurrent_bias = true};
    case CellKind::kGruResetBefore:
      return {.type = GruSpec::kType, .gates = 3};
    case CellKind::kMinGru:
      return {.type = MinGruSpec::kType, .gates = 2, .recurrent_matrix = false};
    case CellKind::kSru:
      return {.type = SruSpec::kType,
              .gates = 4,
              .cell_state = true,
              .recurrent_matrix = false,
              .forget_gate = 1,
              .peepholes = 2};
  }
  return {};
}

constexpr std::int64_t gate_count(CellKind cell) { return cell_facts(cell).gates; }
constexpr bool has_cell_state(CellKind cell) { return cell_facts(cell).cell_state; }

/// Whether the next state depends on the hidden state h. Otherwise it depends on c alone.
constexpr bool reads_hidden_state(CellKind cell) {
  return cell_facts(cell).recurrent_matrix || !cell_facts(cell).cell_state;
}

}  // namespace sequent
