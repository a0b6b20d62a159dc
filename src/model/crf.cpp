// The crf layer: runs kernels/crf.h on each row, with derivatives.
#include "kernels/crf.h"

#include <vector>

#include "model/initial_weights.h"
#include "sequent/model.h"

namespace sequent {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Returns the values as a contiguous double tensor on the CPU, without gradient.
torch::Tensor plain(const torch::Tensor& values) {
  return values.detach().to(torch::kCPU, torch::kFloat64).contiguous();
}

/// Gives access to the emissions of each row of a batch.
class Rows {
 public:
  Rows(const torch::Tensor& emissions, const torch::Tensor& lengths)
      : emissions_(plain(emissions)), lengths_(lengths.to(torch::kCPU).contiguous()) {}

  std::int64_t count() const { return emissions_.size(0); }
  std::int64_t length(std::int64_t row) const { return lengths_.data_ptr<std::int64_t>()[row]; }
  const double* of(std::int64_t row) const { return emissions_.data_ptr<double>() + offset(row); }
  std::int64_t offset(std::int64_t row) const {
    return row * emissions_.size(1) * emissions_.size(2);
  }
  const torch::Tensor& values() const { return emissions_; }

 private:
  torch::Tensor emissions_;
  torch::Tensor lengths_;
};

/// The CRF parameters in the form that the kernels read.
class PlainCrf {
 public:
  PlainCrf(const torch::Tensor& start, const torch::Tensor& transitions, const torch::Tensor& end)
      : start_(plain(start)),
        transitions_(plain(transitions)),
        end_(plain(end)),
        crf_(start_.numel(), start_.data_ptr<double>(), transitions_.data_ptr<double>(),
             end_.data_ptr<double>()) {}

  const kernels::Crf* operator->() const { return &crf_; }

 private:
  torch::Tensor start_;
  torch::Tensor transitions_;
  torch::Tensor end_;
  kernels::Crf crf_;
};

/// ln p of each row's tags, with gradient.
class Likelihood : public torch::autograd::Function<Likelihood> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& emissions,
                               const torch::Tensor& start, const torch::Tensor& transitions,
                               const torch::Tensor& end, const torch::Tensor& tags,
                               const torch::Tensor& lengths) {
    context->save_for_backward({emissions, start, transitions, end, tags, lengths});
    const PlainCrf crf(start, transitions, end);
    const Rows rows(emissions, lengths);
    const torch::Tensor paths = tags.to(torch::kCPU).contiguous();
    torch::Tensor result = torch::empty({rows.count()}, torch::kFloat64);
    for (std::int64_t row = 0; row < rows.count(); ++row) {
      result.data_ptr<double>()[row] = crf->log_likelihood(
          rows.of(row), rows.length(row), paths.data_ptr<std::int64_t>() + row * paths.size(1));
    }
    return result.to(emissions.options());
  }

  static variable_list backward(AutogradContext* context, const variable_list& slopes) {
    const variable_list saved = context->get_saved_variables();
    const PlainCrf crf(saved[1], saved[2], saved[3]);
    const Rows rows(saved[0], saved[5]);
    const torch::Tensor paths = saved[4].to(torch::kCPU).contiguous();
    const torch::Tensor weights = plain(slopes[0]);
    torch::Tensor of_emissions = torch::zeros_like(rows.values());
    torch::Tensor of_start = torch::zeros_like(plain(saved[1]));
    torch::Tensor of_pairs = torch::zeros_like(plain(saved[2]));
    torch::Tensor of_end = torch::zeros_like(plain(saved[3]));
    for (std::int64_t row = 0; row < rows.count(); ++row) {
      const kernels::CrfGradient gradient{of_emissions.data_ptr<double>() + rows.offset(row),
                                          of_start.data_ptr<double>(), of_pairs.data_ptr<double>(),
                                          of_end.data_ptr<double>()};
      crf->add_gradient(rows.of(row), rows.length(row),
                        paths.data_ptr<std::int64_t>() + row * paths.size(1),
                        weights.data_ptr<double>()[row], gradient);
    }
    return {of_emissions.to(saved[0].options()),
            of_start.to(saved[1].options()),
            of_pairs.to(saved[2].options()),
            of_end.to(saved[3].options()),
            torch::Tensor(),
            torch::Tensor()};
  }
};

}  // namespace

CrfImpl::CrfImpl(std::int64_t input_size, std::int64_t tags) {
  weight = register_parameter("weight", torch::zeros({tags, input_size}));
  bias = register_parameter("bias", torch::zeros({tags}));
  start = register_parameter("start", torch::zeros({tags}));
  transitions = register_parameter("transitions", torch::zeros({tags, tags}));
  end = register_parameter("end", torch::zeros({tags}));
  const auto fixed = [&](const char* name, const torch::Tensor& like) {
    return register_parameter(name, torch::zeros_like(like.detach()), /*requires_grad=*/false);
  };
  forbidden_start = fixed("forbidden_start", start);
  forbidden_transitions = fixed("forbidden_transitions", transitions);
  forbidden_end = fixed("forbidden_end", end);
}

torch::Tensor CrfImpl::forward(const torch::Tensor& input, const LayerContext&) {
  return torch::linear(input, weight, bias);
}

void CrfImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) {
    const double bound = 1 / std::sqrt(static_cast<double>(weight.size(1)));
    weight.uniform_(-bound, bound, generator);
    bias.uniform_(-bound, bound, generator);
  } else {
    glorot_uniform(weight, generator);
    bias.zero_();
  }
  for (torch::Tensor* scores : {&start, &transitions, &end}) {
    scores->uniform_(-0.1, 0.1, generator);
  }
}

CrfImpl::Scores CrfImpl::scores() const {
  constexpr double kScore = kernels::kForbiddenScore;
  return {start + kScore * forbidden_start, transitions + kScore * forbidden_transitions,
          end + kScore * forbidden_end};
}

torch::Tensor CrfImpl::log_likelihoods(const torch::Tensor& emissions, const torch::Tensor& tags,
                                       const torch::Tensor& lengths) const {
  const Scores all = scores();
  return Likelihood::apply(emissions, all.start, all.transitions, all.end, tags, lengths);
}

torch::Tensor CrfImpl::marginals(const torch::Tensor& emissions,
                                 const torch::Tensor& lengths) const {
  const Scores all = scores();
  const PlainCrf crf(all.start, all.transitions, all.end);
  const Rows rows(emissions, lengths);
  torch::Tensor result = torch::zeros_like(rows.values());
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    const std::vector<double> found = crf->marginals(rows.of(row), rows.length(row));
    std::copy(found.begin(), found.end(), result.data_ptr<double>() + rows.offset(row));
  }
  return result.to(emissions.options());
}

torch::Tensor CrfImpl::best_paths(const torch::Tensor& emissions,
                                  const torch::Tensor& lengths) const {
  const Scores all = scores();
  const PlainCrf crf(all.start, all.transitions, all.end);
  const Rows rows(emissions, lengths);
  torch::Tensor result = torch::zeros({rows.count(), emissions.size(1)}, torch::kInt64);
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    const std::vector<std::int64_t> path = crf->best_path(rows.of(row), rows.length(row));
    std::copy(path.begin(), path.end(), result.data_ptr<std::int64_t>() + row * emissions.size(1));
  }
  return result.to(emissions.device());
}

void CrfImpl::forbid(const TagSet& tags) {
  const torch::NoGradGuard no_gradient;
  const auto count = static_cast<std::int32_t>(tags.size());
  for (std::int32_t from = 0; from < count; ++from) {
    forbidden_start[from] = tags.may_follow(TagSet::kEdge, from) ? 0 : 1;
    forbidden_end[from] = tags.may_follow(from, TagSet::kEdge) ? 0 : 1;
    for (std::int32_t to = 0; to < count; ++to) {
      forbidden_transitions[from][to] = tags.may_follow(from, to) ? 0 : 1;
    }
  }
}

}  // namespace sequent
