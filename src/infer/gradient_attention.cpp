// Attention, and the comparison of two vectors, with gradients.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "infer/gradient_layers.h"
#include "infer/stages.h"

namespace sequent {
namespace {

/// Replaces scores by their softmax.
void to_shares(std::vector<double>& scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - most);
  for (double& score : scores) score /= sum;
}

/// Replaces the gradients of shares by those of the scores.
void retreat_shares(const std::vector<double>& shares, std::vector<double>& gradient) {
  const double mean = std::inner_product(shares.begin(), shares.end(), gradient.begin(), 0.0);
  for (std::size_t i = 0; i < shares.size(); ++i) gradient[i] = shares[i] * (gradient[i] - mean);
}

double dot(const double* a, const double* b, std::int64_t width) {
  return std::inner_product(a, a + width, b, 0.0);
}

void add_scaled(const double* from, double factor, std::int64_t width, double* to) {
  for (std::int64_t i = 0; i < width; ++i) to[i] += factor * from[i];
}

/// See AttentionSpec.
class AttentionGradient : public GradientLayer {
 public:
  AttentionGradient(std::int64_t input, std::span<const float> weight, std::span<const float> bias,
                    std::span<const float> query)
      : product_(input, doubles(weight), doubles(bias)), query_(doubles(query)) {}

  GradientPass run(StepValues input) const override {
    StepValues seen(input.steps, input.rows, product_.units());
    seen.values = product_.of(input.values.data(), input.count());
    for (double& value : seen.values) value = std::tanh(value);
    StepValues y(1, input.rows, input.width);
    std::vector<std::vector<double>> shares;
    for (std::int64_t row = 0; row < input.rows; ++row) {
      std::vector<double>& own = shares.emplace_back();
      for (std::int64_t t = 0; t < input.steps; ++t) {
        own.push_back(dot(seen.at(t, row), query_.data(), seen.width));
      }
      to_shares(own);
      for (std::int64_t t = 0; t < input.steps; ++t) {
        add_scaled(input.at(t, row), own[to_size(t)], input.width, y.at(0, row));
      }
    }
    return {std::move(y), [this, input, seen, shares](const StepValues& gradient) {
              return backward(input, seen, shares, gradient);
            }};
  }

 private:
  StepValues backward(const StepValues& x, const StepValues& seen,
                      const std::vector<std::vector<double>>& shares,
                      const StepValues& gradient) const {
    StepValues of_sums(seen.steps, seen.rows, seen.width);
    for (std::int64_t row = 0; row < x.rows; ++row) {
      std::vector<double> of_scores;
      for (std::int64_t t = 0; t < x.steps; ++t) {
        of_scores.push_back(dot(x.at(t, row), gradient.at(0, row), x.width));
      }
      retreat_shares(shares[to_size(row)], of_scores);
      for (std::int64_t t = 0; t < x.steps; ++t) {
        for (std::int64_t u = 0; u < seen.width; ++u) {
          const double value = seen.at(t, row)[u];
          of_sums.at(t, row)[u] = of_scores[to_size(t)] * query_[to_size(u)] * (1 - value * value);
        }
      }
    }
    StepValues result(x.steps, x.rows, x.width);
    result.values = product_.backward(of_sums.values.data(), of_sums.count());
    for (std::int64_t row = 0; row < x.rows; ++row) {
      for (std::int64_t t = 0; t < x.steps; ++t) {
        add_scaled(gradient.at(0, row), shares[to_size(row)][to_size(t)], x.width,
                   result.at(t, row));
      }
    }
    return result;
  }

  GradientProduct product_;
  std::vector<double> query_;
};

/// Where a step has the query, key and value of each head: all queries, all keys, then all values.
struct HeadLayout {
  std::int64_t width = 0;  // of the heads together
  std::int64_t heads = 1;

  std::int64_t head_width() const { return width / heads; }

  template <class Values>
  auto query(Values& parts, std::int64_t t, std::int64_t row, std::int64_t head) const {
    return parts.at(t, row) + head * head_width();
  }
  template <class Values>
  auto key(Values& parts, std::int64_t t, std::int64_t row, std::int64_t head) const {
    return query(parts, t, row, head) + width;
  }
  template <class Values>
  auto value(Values& parts, std::int64_t t, std::int64_t row, std::int64_t head) const {
    return query(parts, t, row, head) + 2 * width;
  }

  template <class Use>
  void for_each_query(const StepValues& parts, const Use& use) const {
    for (std::int64_t row = 0; row < parts.rows; ++row) {
      for (std::int64_t head = 0; head < heads; ++head) {
        for (std::int64_t t = 0; t < parts.steps; ++t) use(row, head, t);
      }
    }
  }
};

/// See SelfAttentionSpec.
class SelfAttentionGradient : public GradientLayer {
 public:
  SelfAttentionGradient(const SelfAttentionSpec& spec, std::int64_t input,
                        const std::string& prefix, const WeightSource& weights)
      : spec_(spec),
        at_{input, spec.heads},
        scale_(1 / std::sqrt(static_cast<double>(at_.head_width()))),
        in_(input, doubles(weights(prefix + "in_proj_weight")),
            doubles(weights(prefix + "in_proj_bias"))),
        out_(input, doubles(weights(prefix + "out_proj_weight")),
             doubles(weights(prefix + "out_proj_bias"))) {}

  GradientPass run(StepValues input) const override {
    StepValues parts(input.steps, input.rows, 3 * at_.width);
    parts.values = in_.of(input.values.data(), input.count());
    StepValues read(input.steps, input.rows, at_.width);
    at_.for_each_query(parts, [&](std::int64_t row, std::int64_t head, std::int64_t t) {
      const std::vector<double> shares = shares_of(parts, row, head, t);
      for (std::int64_t s = 0; s < parts.steps; ++s) {
        add_scaled(at_.value(parts, s, row, head), shares[to_size(s)], at_.head_width(),
                   read.at(t, row) + head * at_.head_width());
      }
    });
    StepValues y(input.steps, input.rows, at_.width);
    y.values = out_.of(read.values.data(), read.count());
    if (spec_.residual) add_scaled(input.values.data(), 1, std::ssize(y.values), y.values.data());
    return {std::move(y),
            [this, parts](const StepValues& gradient) { return backward(parts, gradient); }};
  }

 private:
  std::vector<double> shares_of(const StepValues& parts, std::int64_t row, std::int64_t head,
                                std::int64_t t) const {
    std::vector<double> shares;
    for (std::int64_t s = 0; s < parts.steps; ++s) {
      shares.push_back(scale_ * dot(at_.query(parts, t, row, head), at_.key(parts, s, row, head),
                                    at_.head_width()));
    }
    to_shares(shares);
    return shares;
  }

  StepValues backward(const StepValues& parts, const StepValues& gradient) const {
    StepValues of_read(parts.steps, parts.rows, at_.width);
    of_read.values = out_.backward(gradient.values.data(), gradient.count());
    StepValues of_parts(parts.steps, parts.rows, 3 * at_.width);
    at_.for_each_query(parts, [&](std::int64_t row, std::int64_t head, std::int64_t t) {
      const std::vector<double> shares = shares_of(parts, row, head, t);
      const double* of_sum = of_read.at(t, row) + head * at_.head_width();
      std::vector<double> of_scores;
      for (std::int64_t s = 0; s < parts.steps; ++s) {
        of_scores.push_back(dot(at_.value(parts, s, row, head), of_sum, at_.head_width()));
        add_scaled(of_sum, shares[to_size(s)], at_.head_width(), at_.value(of_parts, s, row, head));
      }
      retreat_shares(shares, of_scores);
      for (std::int64_t s = 0; s < parts.steps; ++s) {
        const double factor = scale_ * of_scores[to_size(s)];
        add_scaled(at_.key(parts, s, row, head), factor, at_.head_width(),
                   at_.query(of_parts, t, row, head));
        add_scaled(at_.query(parts, t, row, head), factor, at_.head_width(),
                   at_.key(of_parts, s, row, head));
      }
    });
    StepValues result(parts.steps, parts.rows, at_.width);
    result.values = in_.backward(of_parts.values.data(), of_parts.count());
    if (spec_.residual) {
      add_scaled(gradient.values.data(), 1, std::ssize(result.values), result.values.data());
    }
    return result;
  }

  SelfAttentionSpec spec_;
  HeadLayout at_;
  double scale_;
  GradientProduct in_;
  GradientProduct out_;
};

/// Adds the gradients of the cosine of u and v to those of u and v.
void retreat_cosine(const double* u, const double* v, std::int64_t width, double gradient,
                    double* of_u, double* of_v) {
  const double uu = dot(u, u, width);
  const double vv = dot(v, v, width);
  const double uv = dot(u, v, width);
  if (uu * vv <= PairSpec::kLeastSquare) {
    // The denominator is the constant lower bound.
    const double factor = gradient / std::sqrt(PairSpec::kLeastSquare);
    add_scaled(v, factor, width, of_u);
    add_scaled(u, factor, width, of_v);
    return;
  }
  const double factor = gradient / std::sqrt(uu * vv);
  add_scaled(v, factor, width, of_u);
  add_scaled(u, -factor * uv / uu, width, of_u);
  add_scaled(u, factor, width, of_v);
  add_scaled(v, -factor * uv / vv, width, of_v);
}

void write_features(const std::vector<PairFeature>& features, const double* u, const double* v,
                    std::int64_t width, double* to) {
  for (const PairFeature feature : features) {
    switch (feature) {
      case PairFeature::kFirst:
        to = std::copy_n(u, width, to);
        break;
      case PairFeature::kSecond:
        to = std::copy_n(v, width, to);
        break;
      case PairFeature::kDifference:
        for (std::int64_t i = 0; i < width; ++i) *to++ = std::abs(u[i] - v[i]);
        break;
      case PairFeature::kProduct:
        for (std::int64_t i = 0; i < width; ++i) *to++ = u[i] * v[i];
        break;
      case PairFeature::kCosine:
        *to++ = dot(u, v, width) /
                std::sqrt(std::max(dot(u, u, width) * dot(v, v, width), PairSpec::kLeastSquare));
        break;
    }
  }
}

void retreat_features(const std::vector<PairFeature>& features, const double* u, const double* v,
                      std::int64_t width, const double* gradient, double* of_u, double* of_v) {
  for (const PairFeature feature : features) {
    switch (feature) {
      case PairFeature::kFirst:
        add_scaled(gradient, 1, width, of_u);
        break;
      case PairFeature::kSecond:
        add_scaled(gradient, 1, width, of_v);
        break;
      case PairFeature::kDifference:
        for (std::int64_t i = 0; i < width; ++i) {
          const double sign = u[i] > v[i] ? 1 : (u[i] < v[i] ? -1 : 0);
          of_u[i] += sign * gradient[i];
          of_v[i] -= sign * gradient[i];
        }
        break;
      case PairFeature::kProduct:
        for (std::int64_t i = 0; i < width; ++i) {
          of_u[i] += v[i] * gradient[i];
          of_v[i] += u[i] * gradient[i];
        }
        break;
      case PairFeature::kCosine:
        retreat_cosine(u, v, width, *gradient, of_u, of_v);
        gradient += 1;
        continue;
    }
    gradient += width;
  }
}

}  // namespace

GradientLayerPointer gradient_attention(std::int64_t input, const std::string& prefix,
                                        const WeightSource& weights) {
  return std::make_unique<AttentionGradient>(input, weights(prefix + "weight"),
                                             weights(prefix + "bias"), weights(prefix + "query"));
}

GradientLayerPointer gradient_self_attention(const SelfAttentionSpec& spec, std::int64_t input,
                                             const std::string& prefix,
                                             const WeightSource& weights) {
  return std::make_unique<SelfAttentionGradient>(spec, input, prefix, weights);
}

GradientPairPass gradient_pair(const std::vector<PairFeature>& features, StepValues first,
                               StepValues second) {
  StepValues y(1, first.rows, PairSpec{features}.width(first.width));
  for (std::int64_t row = 0; row < y.rows; ++row) {
    write_features(features, first.at(0, row), second.at(0, row), first.width, y.at(0, row));
  }
  return {std::move(y), [features, first, second](const StepValues& gradient) {
            std::pair result(StepValues(1, first.rows, first.width),
                             StepValues(1, first.rows, first.width));
            for (std::int64_t row = 0; row < first.rows; ++row) {
              retreat_features(features, first.at(0, row), second.at(0, row), first.width,
                               gradient.at(0, row), result.first.at(0, row),
                               result.second.at(0, row));
            }
            return result;
          }};
}

}  // namespace sequent
