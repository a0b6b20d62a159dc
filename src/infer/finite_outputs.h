// The check that a model's outputs are finite, for the views of all tasks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sequent/error.h"

namespace sequent {

/// Some inputs have an output that is NaN or infinite. Kind: Numeric.
class NotFiniteError : public Error {
 public:
  explicit NotFiniteError(std::vector<std::size_t> inputs);

  /// The indices of these inputs, in order.
  const std::vector<std::size_t>& inputs() const { return inputs_; }

  /// The message about one of them.
  static const char* message();

 private:
  std::vector<std::size_t> inputs_;
};

/// Collects the inputs whose outputs are not finite.
/// Threads: check() can be called for different inputs from many threads at once.
class FiniteOutputs {
 public:
  explicit FiniteOutputs(std::size_t inputs) : is_bad_(inputs, 0) {}

  void check(std::size_t input, std::span<const float> outputs);
  void check(std::size_t input, double output);

  /// Errors: NotFiniteError.
  void throw_if_any() const;

 private:
  std::vector<unsigned char> is_bad_;
};

}  // namespace sequent
