// The update rules of the optimizers. They can apply several steps at once to values that received
// no gradient for a while.
#pragma once

#include <cstdint>

namespace sequent::kernels {

enum class UpdateRule { kAdam, kSgd, kRmsProp };

/// The parameters of one step.
struct UpdateStep {
  float rate = 0;
  float beta_1 = 0;  // Adam
  float beta_2 = 0;  // Adam; RMSprop's rho
  float epsilon = 0;
  float correction_1 = 1;  // Adam: 1 - beta_1^t
  float correction_2 = 1;  // Adam: sqrt(1 - beta_2^t)
  float decay = 0;         // AdamW: decoupled weight decay
  float momentum = 0;      // SGD, RMSprop
  bool nesterov = false;
  float average_share = 0;  // weight of the new value in the moving average
};

/// Contiguous parameters and the optimizer state that belongs to them.
struct UpdatedValues {
  std::int64_t count = 0;
  float* value = nullptr;
  float* first = nullptr;           // Adam: mean. SGD: velocity. RMSprop: square
  float* second = nullptr;          // Adam: square. RMSprop: velocity
  float* average = nullptr;         // nullptr: no average is kept
  const float* gradient = nullptr;  // gradient of the last step; nullptr: 0
  float gradient_scale = 1;
};

/// Applies `count` steps in order. All gradients except that of the last step are 0. The
/// instruction set is chosen as described in recurrent.h.
void update(UpdateRule rule, const UpdateStep* steps, std::int64_t count,
            const UpdatedValues& values);

// The formulas, for vectors and for tensors. Value supports + - * / with itself and with float;
// Root computes square roots.

struct AdamFormula {  // Kingma and Ba 2015; decay: Loshchilov and Hutter 2019
  template <class Value, class Root>
  static Value apply(const UpdateStep& s, const Root& root, const Value& value,
                     const Value& gradient, Value& mean, Value& square) {
    mean = mean * s.beta_1 + gradient * (1 - s.beta_1);
    square = square * s.beta_2 + gradient * gradient * (1 - s.beta_2);
    const Value divisor = root(square) / s.correction_2 + s.epsilon;
    return value * (1 - s.rate * s.decay) - mean / divisor * (s.rate / s.correction_1);
  }
};

struct SgdFormula {  // Nesterov's form: Sutskever et al. 2013, as torch::optim::SGD
  template <class Value, class Root>
  static Value apply(const UpdateStep& s, const Root&, const Value& value, const Value& gradient,
                     Value& velocity, Value&) {
    velocity = velocity * s.momentum + gradient;
    if (s.nesterov) return value - (gradient + velocity * s.momentum) * s.rate;
    return value - velocity * s.rate;
  }
};

struct RmsPropFormula {  // Tieleman and Hinton 2012, as torch::optim::RMSprop
  template <class Value, class Root>
  static Value apply(const UpdateStep& s, const Root& root, const Value& value,
                     const Value& gradient, Value& square, Value& velocity) {
    square = square * s.beta_2 + gradient * gradient * (1 - s.beta_2);
    velocity = velocity * s.momentum + gradient / (root(square) + s.epsilon);
    return value - velocity * s.rate;
  }
};

}  // namespace sequent::kernels
