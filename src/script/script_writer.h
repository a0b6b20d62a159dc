// Generates the TorchScript source of a model. The task chooses the methods (see
// InferenceTask::write_methods); the lines of a layer are the same in all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

class ScriptWriter {
 public:
  /// `config` must outlive the writer.
  explicit ScriptWriter(const ResolvedConfig& config) : config_(config) {}

  const ResolvedConfig& config() const { return config_; }

  /// Chooses the model whose parameters the next lines read, if there are several.
  void use_member(std::int64_t member) { member_ = member; }

  /// The parameters of a method that reads rows.
  struct MethodInputs {
    std::string names = "tokens, lengths";
    std::string signature = "self, tokens: Tensor, lengths: Tensor";
  };

  /// Returns the parameters that the methods of this model have.
  MethodInputs method_inputs() const;

  /// Generates the lines of a method that precede those of the first layer. They check the
  /// arguments and set `x`.
  MethodInputs begin_method(const std::string& name);

  /// Generates the lines of the first `count` layers. In a causal task the recurrent layers start
  /// from the list `states` and append their final states to the list `after`.
  void write_layers(std::size_t count);

  void line(const std::string& text) { out_ << text << '\n'; }
  /// Appends complete lines.
  void text(const std::string& lines) { out_ << lines; }

  /// Generates the variables that describe the steps of `x`.
  void write_positions(const std::string& lengths);

  /// Returns the expression for a layer's parameter.
  std::string parameter(std::size_t layer, const std::string& name) const;

  /// Returns the expression that pools the steps of `x`.
  static std::string pooled(const std::vector<PoolMode>& modes);

  /// In a causal task, after its layers are generated: the size of each of its `states`, and the
  /// expression for a parameter that is on the device of the states.
  const std::vector<std::int64_t>& carried_units() const { return carried_units_; }
  const std::string& carrying_weight() const { return carrying_weight_; }
  /// Adds a state. Returns its index in `states`.
  std::size_t carry_state(std::int64_t units, const std::string& weight);

  std::string source() const { return out_.str(); }

 private:
  const ResolvedConfig& config_;
  std::int64_t member_ = 0;
  std::vector<std::int64_t> carried_units_;
  std::string carrying_weight_;
  std::ostringstream out_;
};

/// Returns the TorchScript source of `forward(tokens, lengths) -> probabilities` for a config, and
/// of the further methods of its task. It uses standard operators only. With numeric input the
/// first argument is called `values`. A model that reads features has a third argument, `features`
/// [B, F] float32, as FeatureEncoder encodes them. Of several members, each has a method of its
/// own, `member_0` and so on, and `forward` returns their mean.
///
/// Shapes:  tokens [B, T] int64 or values [B, T, channels] float32, lengths [B] int64 (1..T)
///          -> probabilities [B, C] float32; a sigmoid head returns [1 - p, p].
/// Padding: positions >= lengths[b] never influence row b.
std::string torchscript_source(const ResolvedConfig& config);

}  // namespace sequent
