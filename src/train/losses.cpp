#include "train/losses.h"

#include <map>

#include "core/nearest.h"
#include "sequent/error.h"
#include "sequent/model.h"

namespace sequent {
namespace {

torch::Tensor categorical(const torch::Tensor& logits, const torch::Tensor& targets,
                          double smoothing) {
  const torch::Tensor log_probabilities = torch::log_softmax(logits, 1);
  const torch::Tensor of_target = -log_probabilities.gather(1, targets.unsqueeze(1)).squeeze(1);
  if (smoothing == 0) return of_target;
  return of_target * (1 - smoothing) - log_probabilities.mean(1) * smoothing;
}

/// Shapes: logits and targets alike -> the same.
torch::Tensor binary(const torch::Tensor& logits, const torch::Tensor& targets, double smoothing) {
  const torch::Tensor wanted = targets.to(logits.scalar_type()) * (1 - smoothing) + smoothing / 2;
  return torch::binary_cross_entropy_with_logits(logits, wanted, {}, {}, at::Reduction::None);
}

/// Multiplies crossentropies -ln p by (1 - p)^gamma.
torch::Tensor focal(const torch::Tensor& losses, double gamma) {
  if (gamma == 0) return losses;
  constexpr double kLeast = 1e-12;  // keeps the gradient of a power below 1 finite
  return losses * (-torch::expm1(-losses)).clamp_min(kLeast).pow(gamma);
}

torch::Tensor regression(const torch::Tensor& values, const torch::Tensor& targets,
                         const LossOptions& options) {
  torch::Tensor wanted = targets;
  if (options.target_mean.defined()) {
    wanted = (targets - options.target_mean) / options.target_deviation;
  }
  wanted = wanted.to(values.scalar_type());
  constexpr auto kNone = at::Reduction::None;
  switch (options.kind) {
    case Loss::kMeanAbsoluteError:
      return torch::l1_loss(values, wanted, kNone).mean(1);
    case Loss::kHuber:
      return torch::huber_loss(values, wanted, kNone, /*delta=*/1.0).mean(1);
    default:
      return torch::mse_loss(values, wanted, kNone).mean(1);
  }
}

std::vector<float> balanced_weights(const LabelSet& labels,
                                    const std::vector<std::int32_t>& training_labels) {
  std::vector<float> weights(static_cast<std::size_t>(labels.size()), 0.0F);
  for (const std::int32_t label : training_labels) weights[static_cast<std::size_t>(label)] += 1;
  const auto rows = static_cast<float>(training_labels.size());
  const auto classes = static_cast<float>(labels.size());
  for (float& weight : weights) weight = rows / (classes * weight);
  return weights;
}

std::vector<float> given_weights(const std::map<std::string, double>& given,
                                 const LabelSet& labels) {
  std::vector<float> weights(static_cast<std::size_t>(labels.size()), 1.0F);
  std::vector<Issue> issues;
  for (const auto& [name, weight] : given) {
    const std::string where = "/training/class_weights/" + name;
    const auto index = labels.find(name);
    if (!index) {
      issues.push_back(
          {where, "the training data has no such label" + did_you_mean(name, labels.names())});
    } else {
      weights[static_cast<std::size_t>(*index)] = static_cast<float>(weight);
    }
  }
  if (!issues.empty()) throw Error(ErrorKind::kConfig, issues);
  return weights;
}

}  // namespace

LossOptions plain_loss(const SequenceModelImpl& model) {
  LossOptions loss;
  loss.kind = model.config().config.loss();
  if (const auto* head = model.head<DenseImpl>()) {
    loss.target_mean = head->target_mean;
    loss.target_deviation = head->target_deviation;
  }
  return loss;
}

torch::Tensor row_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                         const LossOptions& options) {
  if (targets.dim() == 2 && options.kind == Loss::kBinaryCrossentropy) {
    return focal(binary(logits, targets, options.label_smoothing), options.focal_gamma)
        .mean(1);  // over the labels, as in Keras
  }
  if (targets.dim() == 2) return regression(logits, targets, options);
  const torch::Tensor plain = options.kind == Loss::kCategoricalCrossentropy
                                  ? categorical(logits, targets, options.label_smoothing)
                                  : binary(logits.squeeze(1), targets, options.label_smoothing);
  const torch::Tensor losses = focal(plain, options.focal_gamma);
  if (!options.class_weights.defined()) return losses;
  return losses * options.class_weights.index_select(0, targets);
}

torch::Tensor token_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                           const torch::Tensor& lengths, double smoothing) {
  const torch::Tensor losses =
      categorical(logits.flatten(0, 1), targets.flatten(), smoothing).view_as(targets);
  const torch::Tensor steps = torch::arange(targets.size(1), lengths.options()).unsqueeze(0);
  return losses.masked_fill(steps >= lengths.unsqueeze(1), 0).sum(1);
}

torch::Tensor make_class_weights(const Config& config, const LabelSet& labels,
                                 const std::vector<std::int32_t>& training_labels) {
  if (!config.training.class_weights) return {};
  const auto* given = std::get_if<std::map<std::string, double>>(&*config.training.class_weights);
  const std::vector<float> weights =
      given != nullptr ? given_weights(*given, labels) : balanced_weights(labels, training_labels);
  return torch::tensor(weights);
}

}  // namespace sequent
