#include "train/optimizer.h"

#include <cmath>

namespace sequent {
namespace {

float root(float value) { return std::sqrt(value); }
torch::Tensor root(const torch::Tensor& value) { return torch::sqrt(value); }

// Each rule updates one value, or a whole tensor of them: Value is float or torch::Tensor. The two
// slots are what the rule remembers; a rule that needs fewer leaves them.

struct AdamRule {
  float rate, beta_1, beta_2, epsilon, correction_1, correction_2, decay;

  template <class Value>
  Value operator()(const Value& value, const Value& gradient, Value& mean, Value& square) const {
    mean = mean * beta_1 + gradient * (1 - beta_1);
    square = square * beta_2 + gradient * gradient * (1 - beta_2);
    const Value divisor = root(square) / correction_2 + epsilon;
    return value * (1 - rate * decay) - mean / divisor * (rate / correction_1);
  }
};

struct SgdRule {
  float rate, momentum;
  bool nesterov;

  template <class Value>
  Value operator()(const Value& value, const Value& gradient, Value& velocity, Value&) const {
    velocity = velocity * momentum + gradient;
    if (nesterov) return value - (gradient + velocity * momentum) * rate;
    return value - velocity * rate;
  }
};

struct RmsPropRule {
  float rate, rho, epsilon, momentum;

  template <class Value>
  Value operator()(const Value& value, const Value& gradient, Value& square,
                   Value& velocity) const {
    square = square * rho + gradient * gradient * (1 - rho);
    velocity = velocity * momentum + gradient / (root(square) + epsilon);
    return value - velocity * rate;
  }
};

template <class Rule>
void apply_to_memory(const Rule& rule, std::int64_t count, float* value, const float* gradient,
                     float scale, float* first, float* second) {
  for (std::int64_t i = 0; i < count; ++i) {
    float a = first[i];
    float b = second[i];
    value[i] = rule(value[i], gradient[i] * scale, a, b);
    first[i] = a;
    second[i] = b;
  }
}

template <class Rule>
void apply(const Rule& rule, torch::Tensor& value, double scale, torch::Tensor& first,
           torch::Tensor& second) {
  const torch::Tensor gradient = value.grad().contiguous();
  if (value.device().is_cpu()) {
    apply_to_memory(rule, value.numel(), value.data_ptr<float>(), gradient.data_ptr<float>(),
                    static_cast<float>(scale), first.data_ptr<float>(), second.data_ptr<float>());
    return;
  }
  torch::Tensor a = first;
  torch::Tensor b = second;
  const torch::Tensor scaled = gradient * scale;
  value.copy_(rule(value.detach(), scaled, a, b));
  first.copy_(a);
  second.copy_(b);
}

/// Makes the rule of one step.
struct RuleMaker {
  float rate;
  std::int64_t step;
  bool decays;

  template <class Spec>
  AdamRule adam(const Spec& spec, double decay) const {
    const auto t = static_cast<double>(step);
    return {rate,
            static_cast<float>(spec.beta_1),
            static_cast<float>(spec.beta_2),
            static_cast<float>(spec.epsilon),
            static_cast<float>(1 - std::pow(spec.beta_1, t)),
            static_cast<float>(std::sqrt(1 - std::pow(spec.beta_2, t))),
            static_cast<float>(decays ? decay : 0)};
  }
  AdamRule operator()(const AdamSpec& spec) const { return adam(spec, 0); }
  AdamRule operator()(const AdamWSpec& spec) const { return adam(spec, spec.weight_decay); }
  SgdRule operator()(const SgdSpec& spec) const {
    return {rate, static_cast<float>(spec.momentum), spec.nesterov};
  }
  RmsPropRule operator()(const RmsPropSpec& spec) const {
    return {rate, static_cast<float>(spec.rho), static_cast<float>(spec.epsilon),
            static_cast<float>(spec.momentum)};
  }
};

}  // namespace

std::vector<TrainedParameter> trained_parameters(const SequenceModelImpl& model) {
  std::vector<TrainedParameter> result;
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    const LayerImpl& layer = *model.layers()[i];
    // An embedding's table is a matrix too, but most of its rows are in no batch.
    const bool is_table = layer.kind() == EmbeddingSpec::kType;
    for (const auto& named : layer.named_parameters()) {
      if (!named.value().requires_grad()) continue;
      const bool is_matrix = named.value().dim() > 1;
      result.push_back({"layers." + std::to_string(i) + "." + named.key(), named.value(), is_matrix,
                        is_matrix && !is_table});
    }
  }
  return result;
}

void add_penalty_gradients(std::vector<TrainedParameter>& parameters, double l1, double l2) {
  if (l1 == 0 && l2 == 0) return;
  const torch::NoGradGuard no_gradient;
  for (TrainedParameter& parameter : parameters) {
    torch::Tensor gradient = parameter.value.grad();
    if (!parameter.penalized || !gradient.defined()) continue;
    if (l1 != 0) gradient.add_(parameter.value.sign(), l1);
    if (l2 != 0) gradient.add_(parameter.value, 2 * l2);
  }
}

double gradient_norm(const std::vector<TrainedParameter>& parameters) {
  double sum = 0;
  for (const TrainedParameter& parameter : parameters) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    const auto norm = gradient.norm().item<double>();
    sum += norm * norm;
  }
  return std::sqrt(sum);
}

Optimizer::Optimizer(const OptimizerSpec& spec, std::vector<TrainedParameter> parameters)
    : spec_(spec), parameters_(std::move(parameters)) {
  for (const TrainedParameter& parameter : parameters_) {
    slots_.push_back(
        {torch::zeros_like(parameter.value.detach()), torch::zeros_like(parameter.value.detach())});
    state_.emplace_back("optimizer.first." + parameter.name, slots_.back().first);
    state_.emplace_back("optimizer.second." + parameter.name, slots_.back().second);
  }
}

void Optimizer::step(double learning_rate, double gradient_scale) {
  const torch::NoGradGuard no_gradient;
  ++step_count_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    TrainedParameter& parameter = parameters_[i];
    if (!parameter.value.grad().defined()) continue;
    const RuleMaker maker{static_cast<float>(learning_rate), step_count_, parameter.decays};
    std::visit(
        [&](const auto& spec) {
          apply(maker(spec), parameter.value, gradient_scale, slots_[i].first, slots_[i].second);
        },
        spec_);
  }
}

double Optimizer::learning_rate() const {
  return std::visit([](const auto& spec) { return spec.learning_rate; }, spec_);
}

}  // namespace sequent
