// Config -> TorchScript source. One visitor case per layer, beside the layer's module in
// src/model/.
#include <sstream>

#include "infer/parameter_names.h"
#include "sequent/exporter.h"

namespace sequent {
namespace {

/// Writes the lines of one layer: they read and assign `x`.
class SourceWriter {
 public:
  explicit SourceWriter(const ResolvedConfig& config) : config_(config) {}

  std::string write() {
    line("def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:");
    line("    assert tokens.dim() == 2, \"tokens must be [B, T] int64\"");
    line(
        "    assert lengths.dim() == 1 and lengths.size(0) == tokens.size(0), "
        "\"lengths must be [B] int64\"");
    line("    steps = torch.arange(tokens.size(1), device=tokens.device).unsqueeze(0)");
    line("    padding = steps >= lengths.unsqueeze(1)");
    line("    last_step = (lengths - 1).unsqueeze(1)");
    line("    backwards = torch.where(padding, steps.expand_as(padding), last_step - steps)");
    line("    x = tokens");
    const auto& layers = config_.config.model.layers;
    for (index_ = 0; index_ < layers.size(); ++index_) {
      std::visit([this](const auto& spec) { write_layer(spec); }, layers[index_]);
    }
    line("    return x");
    return out_.str();
  }

 private:
  // Dropout of any kind is not part of a finished model.
  void write_layer(const WordDropoutSpec&) {}
  void write_layer(const DropoutSpec&) {}

  void write_layer(const EmbeddingSpec&) {
    line("    x = torch.embedding(" + parameter("weight") + ", x)");
  }

  void write_layer(const LstmSpec& spec) { write_recurrent("lstm", spec, /*has_bias_hh=*/false); }
  void write_layer(const GruSpec& spec) { write_recurrent("gru", spec, /*has_bias_hh=*/true); }
  void write_layer(const RnnSpec& spec) {
    const bool relu = spec.activation == RnnActivation::kRelu;
    write_recurrent(relu ? "rnn_relu" : "rnn_tanh", spec, /*has_bias_hh=*/false);
  }

  template <class Spec>
  void write_recurrent(const std::string& name, const Spec& spec, bool has_bias_hh) {
    const std::string units = std::to_string(spec.units);
    line("    zero = torch.zeros([1, x.size(0), " + units + "], dtype=x.dtype, device=x.device)");
    write_direction(name, "forward_states", "x", "", has_bias_hh);
    if (spec.bidirectional) {
      line("    reversed = x.gather(1, backwards.unsqueeze(2).expand(-1, -1, x.size(2)))");
      write_direction(name, "backward_states", "reversed", "_reverse", has_bias_hh);
    }
    const std::string width = "expand(-1, -1, " + units + ")";
    const std::string last = "gather(1, last_step.unsqueeze(2)." + width + ").squeeze(1)";
    if (spec.return_sequences) {
      line("    x = forward_states");
      if (spec.bidirectional) {
        line("    backward_states = backward_states.gather(1, backwards.unsqueeze(2)." + width +
             ")");
        line("    x = torch.cat([x, backward_states], 2)");
      }
    } else {
      line("    x = forward_states." + last);
      if (spec.bidirectional) line("    x = torch.cat([x, backward_states." + last + "], 1)");
    }
  }

  void write_direction(const std::string& name, const std::string& result, const std::string& input,
                       const std::string& suffix, bool has_bias_hh) {
    const std::string bias = parameter("bias_ih_l0" + suffix);
    const std::string bias_hh =
        has_bias_hh ? parameter("bias_hh_l0" + suffix) : "torch.zeros_like(" + bias + ")";
    const std::string start = name == "lstm" ? "[zero, zero]" : "zero";
    line("    " + result + " = torch." + name + "(" + input + ", " + start + ", [" +
         parameter("weight_ih_l0" + suffix) + ", " + parameter("weight_hh_l0" + suffix) + ", " +
         bias + ", " + bias_hh + "], True, 1, 0.0, False, False, True)[0]");
  }

  void write_layer(const PoolSpec& spec) {
    switch (spec.mode) {
      case PoolMode::kMax:
        line("    x = x.masked_fill(padding.unsqueeze(2), float(\"-inf\")).max(1)[0]");
        return;
      case PoolMode::kMean:
        line(
            "    x = x.masked_fill(padding.unsqueeze(2), 0.0).sum(1) / "
            "lengths.unsqueeze(1).to(x.dtype)");
        return;
      case PoolMode::kLast:
        line("    x = x.gather(1, last_step.unsqueeze(2).expand(-1, -1, x.size(2))).squeeze(1)");
        return;
      case PoolMode::kFirst:
        line("    x = x.select(1, 0)");
        return;
    }
  }

  void write_layer(const DenseSpec& spec) {
    const std::string sum =
        "torch.linear(x, " + parameter("weight") + ", " + parameter("bias") + ")";
    switch (spec.activation) {
      case Activation::kLinear:
        line("    x = " + sum);
        return;
      case Activation::kRelu:
        line("    x = torch.relu(" + sum + ")");
        return;
      case Activation::kTanh:
        line("    x = torch.tanh(" + sum + ")");
        return;
      case Activation::kSoftmax:
        line("    x = torch.softmax(" + sum + ", 1)");
        return;
      case Activation::kSigmoid:
        line("    x = torch.sigmoid(" + sum + ")");
        if (is_head()) line("    x = torch.cat([1.0 - x, x], 1)");
        return;
    }
  }

  bool is_head() const { return index_ + 1 == config_.config.model.layers.size(); }

  std::string parameter(const std::string& name) const {
    return "self." + script_parameter_name("layers." + std::to_string(index_) + "." + name);
  }

  void line(const std::string& text) { out_ << text << '\n'; }

  const ResolvedConfig& config_;
  std::size_t index_ = 0;
  std::ostringstream out_;
};

}  // namespace

std::string torchscript_source(const ResolvedConfig& config) {
  return SourceWriter(config).write();
}

}  // namespace sequent
