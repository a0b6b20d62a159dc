#include "train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "core/name_pattern.h"
#include "sequent/error.h"
#include "train/fused_adam.h"

namespace sequent {

using kernels::UpdateRule;
using kernels::UpdateStep;

namespace {

constexpr std::int64_t kValuesPerTask = 1 << 15;

UpdateRule rule_of(const OptimizerSpec& spec) {
  if (std::holds_alternative<SgdSpec>(spec)) return UpdateRule::kSgd;
  if (std::holds_alternative<RmsPropSpec>(spec)) return UpdateRule::kRmsProp;
  return UpdateRule::kAdam;
}

/// Computes the scalars of one step.
struct StepMaker {
  double rate;
  std::int64_t number;  // from 1
  bool decays;

  template <class Spec>
  UpdateStep adam(const Spec& spec, double decay) const {
    const auto t = static_cast<double>(number);
    UpdateStep step;
    step.rate = static_cast<float>(rate);
    step.beta_1 = static_cast<float>(spec.beta_1);
    step.beta_2 = static_cast<float>(spec.beta_2);
    step.epsilon = static_cast<float>(spec.epsilon);
    step.correction_1 = static_cast<float>(1 - std::pow(spec.beta_1, t));
    step.correction_2 = static_cast<float>(std::sqrt(1 - std::pow(spec.beta_2, t)));
    step.decay = static_cast<float>(decays ? decay : 0);
    return step;
  }
  UpdateStep operator()(const AdamSpec& spec) const { return adam(spec, 0); }
  UpdateStep operator()(const AdamWSpec& spec) const { return adam(spec, spec.weight_decay); }
  UpdateStep operator()(const SgdSpec& spec) const {
    UpdateStep step;
    step.rate = static_cast<float>(rate);
    step.momentum = static_cast<float>(spec.momentum);
    step.nesterov = spec.nesterov;
    return step;
  }
  UpdateStep operator()(const RmsPropSpec& spec) const {
    UpdateStep step;
    step.rate = static_cast<float>(rate);
    step.beta_2 = static_cast<float>(spec.rho);
    step.epsilon = static_cast<float>(spec.epsilon);
    step.momentum = static_cast<float>(spec.momentum);
    return step;
  }
};

struct TensorRoot {
  torch::Tensor operator()(const torch::Tensor& value) const { return torch::sqrt(value); }
};

torch::Tensor apply_to_tensor(UpdateRule rule, const UpdateStep& step, const torch::Tensor& value,
                              const torch::Tensor& gradient, torch::Tensor& first,
                              torch::Tensor& second) {
  switch (rule) {
    case UpdateRule::kAdam:
      return kernels::AdamFormula::apply(step, TensorRoot(), value, gradient, first, second);
    case UpdateRule::kSgd:
      return kernels::SgdFormula::apply(step, TensorRoot(), value, gradient, first, second);
    case UpdateRule::kRmsProp:
      return kernels::RmsPropFormula::apply(step, TensorRoot(), value, gradient, first, second);
  }
  return value;
}

/// Returns the stored values of a gradient; for a sparse gradient, those of its rows.
torch::Tensor held_values(const torch::Tensor& gradient) {
  return gradient.is_sparse() ? gradient._values() : gradient;
}

}  // namespace

namespace {

void set_rate_factors(const Config& config, std::vector<TrainedParameter>& parameters) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const TrainedParameter& parameter : parameters) names.push_back(parameter.name);
  for (const auto& [pattern, factor] : config.training.rate_factors) {
    const std::vector<bool> matches =
        names_matching(pattern, names, config.in_file("/training/rate_factors"));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (matches[i]) parameters[i].rate_factor *= factor;
    }
  }
}

/// Gradual unfreezing: the last layer is trained first; every `every` epochs, the layer before it
/// is added.
void set_first_epochs(std::int64_t every, std::vector<TrainedParameter>& parameters,
                      const std::vector<std::size_t>& layers) {
  std::int64_t epoch = 1;
  for (std::size_t i = parameters.size(); i-- > 0;) {
    if (i + 1 < parameters.size() && layers[i] != layers[i + 1]) epoch += every;
    parameters[i].first_epoch = epoch;
  }
}

}  // namespace

std::vector<TrainedParameter> trained_parameters(const SequenceModelImpl& model) {
  std::vector<TrainedParameter> result;
  std::vector<std::size_t> layers;  // the layer of each parameter
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    const LayerImpl& layer = *model.layers()[i];
    const auto* embedding = model.layer_as<EmbeddingImpl>(i);
    for (const auto& named : layer.named_parameters()) {
      if (!named.value().requires_grad()) continue;
      // An embedding table is also a matrix, but a batch reads few of its rows.
      const NgramsSpec* ngrams =
          embedding == nullptr ? nullptr : embedding->ngrams_of(named.value());
      const bool is_table =
          ngrams != nullptr || (embedding != nullptr && !embedding->uses_dense_gradients() &&
                                embedding->has_table(named.value()));
      const bool is_matrix = named.value().dim() > 1;
      result.push_back({"layers." + std::to_string(i) + "." + named.key(), named.value(), is_matrix,
                        is_matrix && !is_table, is_table,
                        ngrams == nullptr ? std::nullopt : std::optional(NgramHash(*ngrams))});
      layers.push_back(i);
    }
  }
  const Config& config = model.config().config;
  if (result.empty()) {
    throw Error(ErrorKind::kConfig, config.in_file("/training/freeze"),
                "leaves no weight to train");
  }
  set_rate_factors(config, result);
  if (config.training.unfreeze_every) {
    set_first_epochs(*config.training.unfreeze_every, result, layers);
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

double gradient_norm(const std::vector<TrainedParameter>& parameters, std::int64_t epoch) {
  std::vector<torch::Tensor> norms;
  for (const TrainedParameter& parameter : parameters) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined() || parameter.rate_in(epoch) == 0) continue;
    norms.push_back(held_values(gradient).norm());
  }
  if (norms.empty()) return 0;
  // Transfer a single number from the device, regardless of the number of weights.
  return torch::stack(norms).to(torch::kFloat64).norm().item<double>();
}

bool gradients_are_finite(const std::vector<TrainedParameter>& parameters) {
  std::vector<torch::Tensor> norms;
  for (const TrainedParameter& parameter : parameters) {
    const torch::Tensor gradient = parameter.value.grad();
    if (gradient.defined()) norms.push_back(held_values(gradient).norm());
  }
  return norms.empty() || torch::stack(norms).isfinite().all().item<bool>();
}

bool has_rows_behind(const torch::Tensor& last_steps, std::int64_t step, bool decays) {
  const torch::Tensor behind = last_steps < step;
  return (decays ? behind : behind & (last_steps >= 0)).any().item<bool>();
}

void clip_gradient_values(std::vector<TrainedParameter>& parameters, double limit) {
  const torch::NoGradGuard no_gradient;
  for (TrainedParameter& parameter : parameters) {
    const torch::Tensor gradient = parameter.value.grad();
    if (gradient.defined()) held_values(gradient).clamp_(-limit, limit);
  }
}

Optimizer::Optimizer(const OptimizerSpec& spec, std::vector<TrainedParameter> parameters,
                     AveragedWeights* average)
    : spec_(spec), rule_(rule_of(spec)), parameters_(std::move(parameters)), average_(average) {
  for (const TrainedParameter& parameter : parameters_) {
    Slots slots;
    slots.first = torch::zeros_like(parameter.value.detach());
    slots.second = torch::zeros_like(parameter.value.detach());
    if (average_ != nullptr) slots.average = average_->of(parameter.name);
    state_.emplace_back("optimizer.first." + parameter.name, slots.first);
    state_.emplace_back("optimizer.second." + parameter.name, slots.second);
    if (parameter.is_table) {
      if (parameter.value.device().is_cpu()) {
        slots.delayed.emplace(rule_, parameter.value.detach(), slots.first, slots.second,
                              slots.average);
        slots.last_steps = slots.delayed->last_steps();
      } else {
        slots.last_steps = torch::full({parameter.value.size(0)}, -1, torch::kInt64);
      }
      state_.emplace_back("optimizer.last_step." + parameter.name, slots.last_steps);
    }
    slots_.push_back(std::move(slots));
  }
}

UpdateStep Optimizer::make_step(double learning_rate, const TrainedParameter& parameter) const {
  UpdateStep step = std::visit(
      StepMaker{learning_rate * parameter.rate_in(epoch_), step_count_, parameter.decays}, spec_);
  if (average_ != nullptr) step.average_share = static_cast<float>(average_->share(step_count_));
  return step;
}

void Optimizer::catch_up(const RowsRead& rows_read, const TaskRunner& run) {
  constexpr std::size_t kRowsPerTask = 32;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    Slots& slots = slots_[index];
    if (!slots.delayed) continue;
    const std::vector<std::int64_t>& ids = rows_read(parameters_[index].ngrams);
    run((ids.size() + kRowsPerTask - 1) / kRowsPerTask, [&](std::size_t task) {
      const std::size_t end = std::min(ids.size(), (task + 1) * kRowsPerTask);
      for (std::size_t i = task * kRowsPerTask; i < end; ++i) {
        slots.delayed->take(ids[i], nullptr, 1);
      }
    });
  }
}

void Optimizer::flush(const TaskRunner& run) {
  constexpr std::int64_t kRowsPerTask = 256;
  for (Slots& slots : slots_) {
    if (!slots.delayed) continue;
    const std::int64_t rows = slots.delayed->rows();
    run(static_cast<std::size_t>((rows + kRowsPerTask - 1) / kRowsPerTask), [&](std::size_t task) {
      const auto begin = static_cast<std::int64_t>(task) * kRowsPerTask;
      for (std::int64_t row = begin; row < std::min(rows, begin + kRowsPerTask); ++row) {
        slots.delayed->take(row, nullptr, 1);
      }
    });
    slots.delayed->forget();
  }
}

/// Applies the newest step to the rows in the gradient; a dense gradient contains all rows.
void Optimizer::add_table_tasks(std::size_t index, float scale, Tasks& tasks) {
  constexpr std::int64_t kRowsPerTask = 128;
  const torch::Tensor gradient = parameters_[index].value.grad();
  const torch::Tensor values = held_values(gradient).contiguous();
  const torch::Tensor ids = gradient.is_sparse() ? gradient._indices()[0].contiguous()
                                                 : torch::arange(values.size(0), torch::kInt64);
  DelayedSteps& delayed = *slots_[index].delayed;
  for (std::int64_t begin = 0; begin < ids.numel(); begin += kRowsPerTask) {
    tasks.emplace_back([=, &delayed] {
      const std::int64_t end = std::min(ids.numel(), begin + kRowsPerTask);
      for (std::int64_t i = begin; i < end; ++i) {
        delayed.take(ids.data_ptr<std::int64_t>()[i], values.data_ptr<float>() + i * values.size(1),
                     scale);
      }
    });
  }
}

void Optimizer::add_memory_tasks(std::size_t index, const UpdateStep& step, float scale,
                                 Tasks& tasks) {
  const torch::Tensor& value = parameters_[index].value;
  const Slots& slots = slots_[index];
  const torch::Tensor gradient = value.grad().contiguous();
  for (std::int64_t at = 0; at < value.numel(); at += kValuesPerTask) {
    tasks.emplace_back([=, this, &value, &slots] {
      const auto place = [&](const torch::Tensor& tensor) {
        return tensor.defined() ? tensor.data_ptr<float>() + at : nullptr;
      };
      kernels::update(
          rule_, &step, 1,
          {std::min(kValuesPerTask, value.numel() - at), place(value), place(slots.first),
           place(slots.second), place(slots.average), place(gradient), scale});
    });
  }
}

void Optimizer::step_tensor(std::size_t index, const UpdateStep& step, double scale) {
  torch::Tensor& value = parameters_[index].value;
  Slots& slots = slots_[index];
  torch::Tensor first = slots.first;
  torch::Tensor second = slots.second;
  value.copy_(apply_to_tensor(rule_, step, value.detach(), value.grad() * scale, first, second));
  slots.first.copy_(first);
  slots.second.copy_(second);
  if (slots.average.defined()) slots.average.lerp_(value.detach(), step.average_share);
}

void Optimizer::step_fused(double learning_rate, double gradient_scale) {
  std::map<std::pair<float, float>, AdamGroup> groups;  // by rate and decay
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    // Before LibTorch 2.1, lists that end with an empty tensor are not updated.
    if (!parameters_[i].value.grad().defined() || parameters_[i].value.numel() == 0) continue;
    const UpdateStep step = make_step(learning_rate, parameters_[i]);
    AdamGroup& group = groups[{step.rate, step.decay}];
    group.weights.push_back(parameters_[i].value.detach());
    group.gradients.push_back(parameters_[i].value.grad());
    group.first.push_back(slots_[i].first);
    group.second.push_back(slots_[i].second);
    if (average_ != nullptr) group.averages.push_back(slots_[i].average);
  }
  for (auto& [key, group] : groups) {
    UpdateStep step = make_step(learning_rate, parameters_[0]);
    std::tie(step.rate, step.decay) = key;
    fused_adam(group, step, step_count_, gradient_scale);
  }
}

void Optimizer::step(double learning_rate, double gradient_scale, const TaskRunner& run) {
  const torch::NoGradGuard no_gradient;
  ++step_count_;
  const auto scale = static_cast<float>(gradient_scale);
  Tasks tasks;
  const bool fuses = rule_ == UpdateRule::kAdam && parameters_[0].value.is_cuda();
  if (fuses) return step_fused(learning_rate, gradient_scale);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const UpdateStep step = make_step(learning_rate, parameters_[i]);
    if (slots_[i].delayed) slots_[i].delayed->add(step);
    if (!parameters_[i].value.grad().defined()) continue;
    if (slots_[i].delayed) {
      add_table_tasks(i, scale, tasks);
    } else if (parameters_[i].value.device().is_cpu()) {
      add_memory_tasks(i, step, scale, tasks);
    } else {
      step_tensor(i, step, gradient_scale);
    }
  }
  run(tasks.size(), [&](std::size_t i) { tasks[i](); });
}

void Optimizer::recall_step(double learning_rate) {
  ++step_count_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (slots_[i].delayed) {
      slots_[i].delayed->add(make_step(learning_rate, parameters_[i]));
    }
  }
}

void Optimizer::note_steps() {
  for (Slots& slots : slots_) {
    if (slots.last_steps.defined() && !slots.delayed) slots.last_steps.fill_(step_count_);
  }
}

bool Optimizer::has_rows_behind(std::int64_t step) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].last_steps.defined() || slots_[i].delayed) continue;
    const bool decays = make_step(learning_rate(), parameters_[i]).decay != 0;
    if (sequent::has_rows_behind(slots_[i].last_steps, step, decays)) return true;
  }
  return false;
}

void Optimizer::set_step_count(std::int64_t count) {
  step_count_ = count;
  for (Slots& slots : slots_) {
    if (slots.delayed) slots.delayed->start_at(count);
  }
}

double Optimizer::learning_rate() const {
  return std::visit([](const auto& spec) { return spec.learning_rate; }, spec_);
}

}  // namespace sequent
