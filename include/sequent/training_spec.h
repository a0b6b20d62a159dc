// The config's "training": how the weights are found.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"

namespace sequent {

enum class Loss {
  kCategoricalCrossentropy,
  kBinaryCrossentropy,
  kMeanSquaredError,
  kMeanAbsoluteError,
  kHuber,  // Huber 1964, with its bend at 1
};
template <>
struct EnumNames<Loss> {
  static constexpr std::array<std::string_view, 5> values{
      "categorical_crossentropy", "binary_crossentropy", "mean_squared_error",
      "mean_absolute_error", "huber"};
};

enum class BalancedWeights { kBalanced };
template <>
struct EnumNames<BalancedWeights> {
  static constexpr std::array<std::string_view, 1> values{"balanced"};
};

/// `"balanced"` (rows / (classes * rows of the class), as scikit-learn), or a weight per label.
using ClassWeights = std::variant<BalancedWeights, std::map<std::string, double>>;

/// Adam (Kingma and Ba 2015), as torch::optim::Adam.
struct AdamSpec {
  static constexpr std::string_view kType = "adam";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  bool operator==(const AdamSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("beta_1", self.beta_1, "Decay of the mean of gradients.", between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay of the mean of squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
  }
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch::optim::AdamW.
struct AdamWSpec {
  static constexpr std::string_view kType = "adamw";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
  bool operator==(const AdamWSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("beta_1", self.beta_1, "Decay of the mean of gradients.", between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay of the mean of squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
    visit("weight_decay", self.weight_decay,
          "Each step shrinks weight matrices (not biases) by learning rate times this.",
          at_least(0));
  }
};

/// Stochastic gradient descent with momentum, as torch::optim::SGD without dampening.
struct SgdSpec {
  static constexpr std::string_view kType = "sgd";
  double learning_rate = 0.1;
  double momentum = 0.0;
  bool nesterov = false;
  bool operator==(const SgdSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("momentum", self.momentum, "Share of the last step kept.", between(0, 1).open_above());
    visit("nesterov", self.nesterov, "Look ahead along the momentum (Nesterov); needs momentum.");
  }
};

/// RMSprop (Tieleman and Hinton 2012), as torch::optim::RMSprop, with Keras' name for the decay.
struct RmsPropSpec {
  static constexpr std::string_view kType = "rmsprop";
  double learning_rate = 0.001;
  double rho = 0.9;
  double epsilon = 1e-7;
  double momentum = 0.0;
  bool operator==(const RmsPropSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("rho", self.rho, "Decay of the mean of squared gradients.", between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
    visit("momentum", self.momentum, "Share of the last step kept.", between(0, 1).open_above());
  }
};

using OptimizerSpec = std::variant<AdamSpec, AdamWSpec, SgdSpec, RmsPropSpec>;

struct ConstantSchedule {
  static constexpr std::string_view kType = "constant";
  std::int64_t warmup_steps = 0;
  bool operator==(const ConstantSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
  }
};

/// Half a cosine from the learning rate down to `final` times it (Loshchilov and Hutter 2017).
struct CosineSchedule {
  static constexpr std::string_view kType = "cosine";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const CosineSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
    visit("final", self.final, "Share of the learning rate left at the last step.", between(0, 1));
  }
};

struct LinearSchedule {
  static constexpr std::string_view kType = "linear";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const LinearSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
    visit("final", self.final, "Share of the learning rate left at the last step.", between(0, 1));
  }
};

/// Rises to the learning rate and falls again, from and to 1 / ratio of it (Howard and Ruder 2018).
struct SlantedTriangular {
  static constexpr std::string_view kType = "slanted_triangular";
  double rise = 0.1;
  double ratio = 32;
  bool operator==(const SlantedTriangular&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rise", self.rise, "Share of the steps over which the rate rises.",
          between(0, 1).open_below().open_above());
    visit("ratio", self.ratio, "The learning rate divided by the lowest rate.", at_least(1));
  }
};

/// The quantities that schedules and early stopping can watch, all on validation data.
enum class Monitor { kLoss, kAccuracy, kMacroF1, kMeanAbsoluteError, kR2, kF1 };
template <>
struct EnumNames<Monitor> {
  static constexpr std::array<std::string_view, 6> values{"loss", "accuracy", "macro_f1",
                                                          "mae",  "r2",       "f1"};
};

struct ReduceOnPlateau {
  static constexpr std::string_view kType = "reduce_on_plateau";
  Monitor monitor = Monitor::kLoss;
  double factor = 0.5;
  std::int64_t patience = 2;
  double min_learning_rate = 0.0;
  bool operator==(const ReduceOnPlateau&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("monitor", self.monitor, "The validation metric watched.");
    visit("factor", self.factor, "The rate is multiplied by this.",
          between(0, 1).open_below().open_above());
    visit("patience", self.patience, "Epochs without a better value that are let pass.",
          between(0, 1000000));
    visit("min_learning_rate", self.min_learning_rate, "The rate never falls below this.",
          at_least(0));
  }
};

using ScheduleSpec = std::variant<ConstantSchedule, CosineSchedule, LinearSchedule,
                                  SlantedTriangular, ReduceOnPlateau>;

struct EarlyStopping {
  std::optional<Monitor> monitor;
  std::int64_t patience = 3;
  double min_delta = 0.0;
  bool operator==(const EarlyStopping&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("monitor", self.monitor,
          "The validation metric that says which epoch is best; its weights are the result. Not "
          "set: accuracy; of regression and language_model the loss, of tagging f1, of multi_label "
          "macro_f1.");
    visit("patience", self.patience, "Epochs without a better value before training stops.",
          between(1, 1000000));
    visit("min_delta", self.min_delta, "What counts as better.", at_least(0));
  }
};

struct WeightAverage {
  double decay = 0.999;
  bool operator==(const WeightAverage&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("decay", self.decay,
          "Share of the average kept at each step; early steps use min(decay, (1+t)/(10+t)).",
          between(0, 1).open_above());
  }
};

/// A batch's size in tokens: short rows come many at a time, long ones few.
struct TokenBudget {
  std::int64_t tokens = 4096;
  bool operator==(const TokenBudget&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokens", self.tokens, "Tokens per step, to about one row; padding does not count.",
          required, between(1, 1000000000));
  }
};

/// Rows per step, or tokens per step.
using BatchSize = std::variant<std::int64_t, TokenBudget>;

struct TrainingSpec {
  std::optional<Loss> loss;
  double label_smoothing = 0.0;
  std::optional<ClassWeights> class_weights;
  OptimizerSpec optimizer = AdamSpec{};
  ScheduleSpec schedule = ConstantSchedule{};
  BatchSize batch_size = std::int64_t{32};
  std::int64_t epochs = 10;
  std::optional<std::int64_t> max_steps;
  std::optional<double> max_seconds;
  std::optional<double> clip_norm;
  std::optional<double> clip_value;
  double l1 = 0.0;
  double l2 = 0.0;
  std::optional<WeightAverage> ema;
  std::optional<EarlyStopping> early_stopping;
  std::optional<std::string> init_from;
  std::vector<std::string> freeze;
  std::map<std::string, double> rate_factors;
  std::optional<std::int64_t> unfreeze_every;
  std::int64_t seed = 1;
  bool operator==(const TrainingSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("loss", self.loss,
          "What is minimized. Not set: by the last layer, categorical_crossentropy for softmax, "
          "binary_crossentropy for sigmoid; mean_squared_error for regression.");
    visit("label_smoothing", self.label_smoothing,
          "Share of each target spread evenly over the classes.", between(0, 1).open_above());
    visit("class_weights", self.class_weights,
          "Weight of each label's rows in the loss: \"balanced\", or an object of numbers.");
    visit("optimizer", self.optimizer, "The update rule.");
    visit("schedule", self.schedule, "The learning rate's way over the steps.");
    visit("batch_size", self.batch_size, "Rows per step, or tokens per step: {\"tokens\": 4096}.",
          between(1, 1000000));
    visit("epochs", self.epochs, "Greatest number of passes over the training rows.",
          between(1, 1000000));
    visit("max_steps", self.max_steps, "Stop after this many steps.", between(1, 1e12));
    visit("max_seconds", self.max_seconds, "Stop after this much training time.", above(0));
    visit("clip_norm", self.clip_norm, "Greatest L2 norm of the whole gradient.", above(0));
    visit("clip_value", self.clip_value, "Greatest absolute value in the gradient.", above(0));
    visit("l1", self.l1, "Weight of the sum of absolute weights of dense and recurrent matrices.",
          at_least(0));
    visit("l2", self.l2, "Weight of the sum of squared weights of dense and recurrent matrices.",
          at_least(0));
    visit("ema", self.ema, "Validate and keep an exponential moving average of the weights.");
    visit("early_stopping", self.early_stopping, "Stop when validation no longer improves.");
    visit("init_from", self.init_from,
          "Run folder to start from, relative to this config file: its vocabulary is extended, and "
          "its weights are taken as far as the layers are alike.");
    visit("freeze", self.freeze,
          "Names of weights that stay as they are, such as \"layers.1.*\" (* for any letters).");
    visit("rate_factors", self.rate_factors,
          "Factor of the learning rate by names of weights, such as {\"layers.1.*\": 0.1}; where "
          "several fit, their product.",
          at_least(0));
    visit("unfreeze_every", self.unfreeze_every,
          "Gradual unfreezing (Howard and Ruder 2018): first the last layer with weights learns "
          "alone; after every so many epochs the one before it joins.",
          between(1, 1000000));
    visit("seed", self.seed, "Start of every random stream: weights, order, dropout.",
          between(0, 9007199254740991.0));
  }
};

}  // namespace sequent
