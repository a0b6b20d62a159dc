// Loss scaling, which prevents small gradients from underflowing in float16.
#pragma once

namespace sequent {

/// A dynamic factor of the loss: it is halved when a gradient overflows, and doubled after many
/// steps without overflow.
/// Source: Micikevicius et al. 2018; the constants are those of torch.cuda.amp.GradScaler.
class LossScale {
 public:
  struct State {
    double value = 65536;
    int good_steps = 0;  // steps without overflow since the value last changed
  };

  double value() const { return state_.value; }

  /// Updates the factor after a step's gradient has been computed. Returns false if the gradient
  /// overflowed and the step must be skipped. If the factor is already 1, the overflow is caused by
  /// the model itself, and true is returned.
  bool accept(bool finite) {
    constexpr int kStepsToGrow = 2000;
    if (finite) {
      if (++state_.good_steps == kStepsToGrow) state_ = {state_.value * 2, 0};
      return true;
    }
    if (state_.value <= 1) return true;
    state_ = {state_.value / 2, 0};
    return false;
  }

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace sequent
