// The config's "training": loss, optimizer, schedule and stopping criteria.
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
  kHuber,  // Huber 1964, with delta 1
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

/// `"balanced"` (examples / (classes * examples of the class), as scikit-learn), or a weight per
/// label.
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
    visit("learning_rate", self.learning_rate, "Learning rate, before the schedule is applied.",
          above(0));
    visit("beta_1", self.beta_1, "Decay rate of the running mean of the gradients.",
          between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay rate of the running mean of the squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Small constant added to the denominator.", above(0));
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
    visit("learning_rate", self.learning_rate, "Learning rate, before the schedule is applied.",
          above(0));
    visit("beta_1", self.beta_1, "Decay rate of the running mean of the gradients.",
          between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay rate of the running mean of the squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Small constant added to the denominator.", above(0));
    visit("weight_decay", self.weight_decay,
          "Decoupled weight decay: each step shrinks the weight matrices (not the biases) by "
          "learning_rate * weight_decay.",
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
    visit("learning_rate", self.learning_rate, "Learning rate, before the schedule is applied.",
          above(0));
    visit("momentum", self.momentum, "Momentum: fraction of the previous update that is kept.",
          between(0, 1).open_above());
    visit("nesterov", self.nesterov, "Use Nesterov momentum; requires momentum.");
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
    visit("learning_rate", self.learning_rate, "Learning rate, before the schedule is applied.",
          above(0));
    visit("rho", self.rho, "Decay rate of the running mean of the squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Small constant added to the denominator.", above(0));
    visit("momentum", self.momentum, "Momentum: fraction of the previous update that is kept.",
          between(0, 1).open_above());
  }
};

using OptimizerSpec = std::variant<AdamSpec, AdamWSpec, SgdSpec, RmsPropSpec>;

struct ConstantSchedule {
  static constexpr std::string_view kType = "constant";
  std::int64_t warmup_steps = 0;
  bool operator==(const ConstantSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps,
          "Number of steps over which the learning rate rises from 0.", between(0, 1000000000));
  }
};

/// Half a cosine from the learning rate down to `final` times the learning rate (Loshchilov and
/// Hutter 2017).
struct CosineSchedule {
  static constexpr std::string_view kType = "cosine";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const CosineSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps,
          "Number of steps over which the learning rate rises from 0.", between(0, 1000000000));
    visit("final", self.final,
          "Learning rate at the last step, as a fraction of the base learning rate.",
          between(0, 1));
  }
};

struct LinearSchedule {
  static constexpr std::string_view kType = "linear";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const LinearSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps,
          "Number of steps over which the learning rate rises from 0.", between(0, 1000000000));
    visit("final", self.final,
          "Learning rate at the last step, as a fraction of the base learning rate.",
          between(0, 1));
  }
};

/// Rises linearly from 1 / ratio of the learning rate to the full rate, then falls back (Howard and
/// Ruder 2018).
struct SlantedTriangular {
  static constexpr std::string_view kType = "slanted_triangular";
  double rise = 0.1;
  double ratio = 32;
  bool operator==(const SlantedTriangular&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rise", self.rise, "Fraction of the steps over which the learning rate rises.",
          between(0, 1).open_below().open_above());
    visit("ratio", self.ratio, "Ratio of the highest to the lowest learning rate.", at_least(1));
  }
};

/// Validation metrics that schedules and early stopping can monitor.
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
    visit("monitor", self.monitor, "Validation metric to monitor.");
    visit("factor", self.factor, "Factor by which the learning rate is multiplied.",
          between(0, 1).open_below().open_above());
    visit("patience", self.patience,
          "Number of epochs without improvement that are tolerated before the rate is reduced.",
          between(0, 1000000));
    visit("min_learning_rate", self.min_learning_rate, "Lower bound of the learning rate.",
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
          "Validation metric that selects the best epoch, whose weights are kept. The default is "
          "accuracy; loss for regression and language_model; f1 for tagging; macro_f1 for "
          "multi_label.");
    visit("patience", self.patience, "Number of epochs without improvement before training stops.",
          between(1, 1000000));
    visit("min_delta", self.min_delta, "Smallest change that counts as an improvement.",
          at_least(0));
  }
};

struct WeightAverage {
  double decay = 0.999;
  bool operator==(const WeightAverage&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("decay", self.decay,
          "Fraction of the average that is kept at each step. Early steps use min(decay, "
          "(1+t)/(10+t)).",
          between(0, 1).open_above());
  }
};

/// Batch size in tokens: a batch holds many short examples or a few long ones.
struct TokenBudget {
  std::int64_t tokens = 4096;
  bool operator==(const TokenBudget&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokens", self.tokens,
          "Number of tokens per step, accurate to about one example; padding does not count.",
          required, between(1, 1000000000));
  }
};

/// Examples per step, or tokens per step.
using BatchSize = std::variant<std::int64_t, TokenBudget>;

/// What to do when the loss or a gradient is not finite.
enum class Divergence { kStop, kRollback };
template <>
struct EnumNames<Divergence> {
  static constexpr std::array<std::string_view, 2> values{"stop", "rollback"};
};

/// How an epoch draws the training examples.
enum class Sampling { kShuffled, kBalanced };
template <>
struct EnumNames<Sampling> {
  static constexpr std::array<std::string_view, 2> values{"shuffled", "balanced"};
};

/// How predicted probabilities are calibrated on the validation examples.
enum class Calibration { kAuto, kNone, kTemperature };
template <>
struct EnumNames<Calibration> {
  static constexpr std::array<std::string_view, 3> values{"auto", "none", "temperature"};
};

struct TrainingSpec {
  std::optional<Loss> loss;
  double label_smoothing = 0.0;
  double focal_gamma = 0.0;
  std::optional<ClassWeights> class_weights;
  Sampling sampling = Sampling::kShuffled;
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
  Divergence divergence = Divergence::kStop;
  Calibration calibration = Calibration::kAuto;
  std::int64_t seed = 1;
  bool operator==(const TrainingSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("loss", self.loss,
          "Loss to minimize. By default, it is inferred: mean_squared_error for regression; "
          "otherwise categorical_crossentropy if the last layer is softmax and binary_crossentropy "
          "if it is sigmoid.");
    visit("label_smoothing", self.label_smoothing,
          "Fraction of each target that is spread evenly over the classes.",
          between(0, 1).open_above());
    visit(
        "focal_gamma", self.focal_gamma,
        "For classification and multi_label: focal loss (Lin et al. 2017). Each example's loss is "
        "multiplied by (1 - p)^gamma, where p is the probability of its true class; 0 is the "
        "plain loss.",
        between(0, 10));
    visit("class_weights", self.class_weights,
          "Weight of each label's examples in the loss: \"balanced\", or an object with a number "
          "per label.");
    visit("sampling", self.sampling,
          "For classification: how an epoch draws the training examples. shuffled: each example "
          "once. balanced: as many examples as there are, each label equally often; examples of "
          "rare labels are drawn several times.");
    visit("optimizer", self.optimizer, "Optimization algorithm.");
    visit("schedule", self.schedule, "Learning-rate schedule.");
    visit("batch_size", self.batch_size,
          "Examples per step, or tokens per step: {\"tokens\": 4096}.", between(1, 1000000));
    visit("epochs", self.epochs, "Maximum number of passes over the training examples.",
          between(1, 1000000));
    visit("max_steps", self.max_steps, "Stop after this many steps.", between(1, 1e12));
    visit("max_seconds", self.max_seconds, "Stop after this much training time.", above(0));
    visit("clip_norm", self.clip_norm,
          "Maximum L2 norm of the whole gradient; larger gradients are scaled down.", above(0));
    visit("clip_value", self.clip_value,
          "Maximum absolute value of each element of the gradient; larger values are clipped.",
          above(0));
    visit(
        "l1", self.l1,
        "L1 penalty: weight of the sum of the absolute values of the dense and recurrent matrices.",
        at_least(0));
    visit(
        "l2", self.l2,
        "L2 penalty: weight of the sum of the squared values of the dense and recurrent matrices.",
        at_least(0));
    visit("ema", self.ema,
          "Keep an exponential moving average of the weights, and validate and save the average.");
    visit("early_stopping", self.early_stopping,
          "Stop when the validation metric no longer improves.");
    visit("init_from", self.init_from,
          "Run folder to start from, relative to this config file. Its vocabulary is extended, and "
          "its weights are reused for the layers that match.");
    visit("freeze", self.freeze,
          "Name patterns of weights that are not trained, such as \"layers.1.*\" (* matches any "
          "characters).");
    visit("rate_factors", self.rate_factors,
          "Learning-rate factors by name pattern of weights, such as {\"layers.1.*\": 0.1}. If "
          "several patterns match a weight, their factors are multiplied.",
          at_least(0));
    visit("unfreeze_every", self.unfreeze_every,
          "Gradual unfreezing (Howard and Ruder 2018): at first, only the last layer with weights "
          "is trained; each time this number of epochs has passed, the layer before it is added.",
          between(1, 1000000));
    visit(
        "divergence", self.divergence,
        "What to do when the loss or a gradient is not finite. stop: end the run with an error. "
        "rollback: return to the start of the epoch, halve the learning rate and go on, at most 5 "
        "times.");
    visit("calibration", self.calibration,
          "For classification: how the model's probabilities are calibrated on the validation "
          "examples after training (Guo et al. 2017). temperature: the logits are divided by one "
          "number, so that the predicted label never changes. auto: temperature if there are at "
          "least 100 validation examples and it lowers their loss. none: keep the probabilities "
          "of the last layer.");
    visit("seed", self.seed,
          "Seed of all random streams: weight initialization, order of the examples, dropout.",
          between(0, 9007199254740991.0));
  }
};

}  // namespace sequent
