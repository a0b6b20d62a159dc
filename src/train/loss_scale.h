// Keeps small gradients above float16's least number.
#pragma once

namespace sequent {

/// A factor of the loss that falls when a gradient overflows and rises after many that did not
/// (Micikevicius et al. 2018); the numbers are those of torch.cuda.amp.GradScaler.
class LossScale {
 public:
  struct State {
    double value = 65536;
    int good_steps = 0;  // since the value last changed
  };

  double value() const { return state_.value; }

  /// After a step's gradient. False: it overflowed, and the step is not to be taken.
  /// Once the value is 1, an overflow is the model's own and true is returned.
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
