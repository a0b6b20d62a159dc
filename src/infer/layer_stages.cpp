// The non-recurrent layers of the fused engine.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "infer/character_encoder.h"
#include "infer/dense_product.h"
#include "infer/normal_row.h"
#include "infer/stages.h"
#include "sequent/text.h"

namespace sequent {
namespace {

using kernels::StepPlan;

class EmbeddingStage : public Stage {
 public:
  explicit EmbeddingStage(const std::vector<VectorTable>& tables) {
    for (const VectorTable& table : tables) {
      tables_.push_back({{table.values.begin(), table.values.end()}, table.width, table.ngrams});
      width_ += table.width;
    }
  }

  void run(Flow& flow) const override {
    flow.width = width_;
    flow.values = flow.arena.take<float>(to_size(flow.plan.tokens() * width_));
    std::int64_t column = 0;
    for (const Table& table : tables_) {
      for (std::int64_t step = 0; step < flow.plan.steps(); ++step) {
        for (std::int64_t place = 0; place < flow.plan.active(step); ++place) {
          const std::int64_t token = flow.plan.first(step) + place;
          const std::int64_t row = table.ngrams ? run_ending_at(*table.ngrams, flow, step, place)
                                                : flow.ids[to_size(token)];
          std::copy_n(table.values.data() + row * table.width, table.width,
                      flow.values + token * width_ + column);
        }
      }
      column += table.width;
    }
  }

 private:
  static std::int64_t run_ending_at(const NgramHash& hash, const Flow& flow, std::int64_t step,
                                    std::int64_t place) {
    return hash.row([&](std::int64_t back) -> std::int64_t {
      return back > step ? Vocabulary::kPad
                         : flow.ids[to_size(flow.plan.first(step - back) + place)];
    });
  }

  struct Table {
    std::vector<float> values;
    std::int64_t width = 0;
    std::optional<NgramHash> ngrams;
  };
  std::vector<Table> tables_;
  std::int64_t width_ = 0;
};

class SpelledEmbeddingStage : public Stage {
 public:
  SpelledEmbeddingStage(const std::vector<VectorTable>& tables,
                        std::unique_ptr<CharacterEncoder> spelling, std::int64_t column)
      : known_(tables), spelling_(std::move(spelling)), column_(column) {}

  void run(Flow& flow) const override {
    std::vector<std::int32_t> spelled(flow.ids);
    for (std::int32_t& id : flow.ids) id = id < 0 ? Vocabulary::kUnknown : id;
    known_.run(flow);
    if (flow.words.empty()) return;
    const float* vectors = spelling_->encode(flow.words, flow.arena);
    for (std::size_t i = 0; i < spelled.size(); ++i) {
      if (spelled[i] >= 0) continue;
      const float* from = vectors + (-spelled[i] - 1) * spelling_->width();
      std::copy_n(from, spelling_->width(),
                  flow.values + static_cast<std::int64_t>(i) * flow.width + column_);
    }
  }

 private:
  EmbeddingStage known_;
  std::unique_ptr<CharacterEncoder> spelling_;
  std::int64_t column_;
};

class PoolStage : public Stage {
 public:
  explicit PoolStage(std::vector<PoolMode> modes) : modes_(std::move(modes)) {}

  void run(Flow& flow) const override {
    const StepPlan& plan = flow.plan;
    const std::int64_t width = flow.width * static_cast<std::int64_t>(modes_.size());
    auto* result = flow.arena.take<float>(to_size(plan.rows() * width));
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        float* to = result + plan.row(place) * width;
        for (std::size_t m = 0; m < modes_.size(); ++m) {
          add(modes_[m], flow, step, place, to + static_cast<std::int64_t>(m) * flow.width);
        }
      }
    }
    flow.values = result;
    flow.width = width;
    flow.is_sequence = false;
  }

 private:
  static void add(PoolMode mode, const Flow& flow, std::int64_t step, std::int64_t place,
                  float* to) {
    const float* from = flow.values + (flow.plan.first(step) + place) * flow.width;
    const auto length = static_cast<float>(flow.plan.length(place));
    const bool last = step + 1 == flow.plan.length(place);
    for (std::int64_t i = 0; i < flow.width; ++i) {
      switch (mode) {
        case PoolMode::kMax:
          to[i] = step == 0 ? from[i] : std::max(to[i], from[i]);
          break;
        case PoolMode::kMean:
          to[i] = (step == 0 ? 0 : to[i]) + from[i];
          if (last) to[i] /= length;
          break;
        case PoolMode::kLast:
          to[i] = from[i];
          break;
        case PoolMode::kFirst:
          if (step == 0) to[i] = from[i];
          break;
      }
    }
  }

  std::vector<PoolMode> modes_;
};

/// Combines the two vectors of each pair, which follow each other, into one.
class PairStage : public Stage {
 public:
  explicit PairStage(std::vector<PairFeature> features) : spec_{std::move(features)} {}

  void run(Flow& flow) const override {
    const std::int64_t width = spec_.width(flow.width);
    flow.rows /= 2;
    auto* result = flow.arena.take<float>(to_size(flow.rows * width));
    float* to = result;
    for (std::int64_t row = 0; row < flow.rows; ++row) {
      const float* u = flow.values + 2 * row * flow.width;
      for (const PairFeature feature : spec_.features) {
        to = add(feature, u, u + flow.width, flow.width, to);
      }
    }
    flow.values = result;
    flow.width = width;
  }

 private:
  /// Returns the position of the next feature.
  static float* add(PairFeature feature, const float* u, const float* v, std::int64_t width,
                    float* to) {
    switch (feature) {
      case PairFeature::kFirst:
        return std::copy(u, u + width, to);
      case PairFeature::kSecond:
        return std::copy(v, v + width, to);
      case PairFeature::kDifference:
        return std::transform(u, u + width, v, to,
                              [](float a, float b) { return std::abs(a - b); });
      case PairFeature::kProduct:
        return std::transform(u, u + width, v, to, std::multiplies<>());
      case PairFeature::kCosine: {
        const auto dot = [width](const float* a, const float* b) {
          return std::inner_product(a, a + width, b, 0.0);
        };
        const double squares = std::max(dot(u, u) * dot(v, v), PairSpec::kLeastSquare);
        *to = static_cast<float>(dot(u, v) / std::sqrt(squares));
        return to + 1;
      }
    }
    return to;
  }

  PairSpec spec_;
};

class FeaturesStage : public Stage {
 public:
  explicit FeaturesStage(FeatureVectors vectors) : vectors_(std::move(vectors)) {}

  void run(Flow& flow) const override {
    const std::int64_t width = flow.width + vectors_.width();
    auto* result = flow.arena.take<float>(to_size(flow.rows * width));
    for (std::int64_t row = 0; row < flow.rows; ++row) {
      float* to = std::copy_n(flow.values + row * flow.width, flow.width, result + row * width);
      vectors_.write(flow.inputs[to_size(row)].features, to);
    }
    flow.values = result;
    flow.width = width;
  }

 private:
  FeatureVectors vectors_;
};

class DenseStage : public Stage {
 public:
  DenseStage(std::int64_t input, std::int64_t units, Activation activation, const float* weight,
             const float* bias)
      : product_(input, units, activation, weight, bias) {}

  void run(Flow& flow) const override {
    flow.values = product_.of(flow.values, flow.count(), flow.arena);
    flow.width = product_.units();
  }

 private:
  DenseProduct product_;
};

/// A dense product of each token's window.
class Conv1dStage : public Stage {
 public:
  Conv1dStage(const Conv1dSpec& spec, std::int64_t input, std::span<const float> weight,
              std::span<const float> bias)
      : spec_(spec),
        product_(input * spec.kernel_size, spec.filters, spec.activation,
                 by_step(weight, spec, input).data(), bias.data()) {}

  void run(Flow& flow) const override {
    const StepPlan& plan = flow.plan;
    const std::int64_t width = flow.width;
    auto* windows = flow.arena.take<float>(to_size(plan.tokens() * spec_.kernel_size * width));
    float* to = windows;
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        for (std::int64_t k = 0; k < spec_.kernel_size; ++k, to += width) {
          const std::int64_t seen = step + k - spec_.steps_before();
          if (seen < 0 || seen >= plan.length(place)) {
            std::fill(to, to + width, 0.0F);
          } else {
            const float* from = flow.values + (plan.first(seen) + place) * width;
            std::copy(from, from + width, to);
          }
        }
      }
    }
    flow.values = product_.of(windows, plan.tokens(), flow.arena);
    flow.width = spec_.filters;
  }

 private:
  Conv1dSpec spec_;
  DenseProduct product_;
};

class LayerNormStage : public Stage {
 public:
  LayerNormStage(double epsilon, std::span<const float> weight, std::span<const float> bias)
      : epsilon_(epsilon), weight_(weight.begin(), weight.end()), bias_(bias.begin(), bias.end()) {}

  void run(Flow& flow) const override {
    const std::int64_t width = flow.width;
    auto* result = flow.arena.take<float>(to_size(flow.count() * width));
    for (std::int64_t row = 0; row < flow.count(); ++row) {
      const float* from = flow.values + row * width;
      float* to = result + row * width;
      normalize_row(from, width, epsilon_, to);
      for (std::int64_t i = 0; i < width; ++i)
        to[i] = to[i] * weight_[to_size(i)] + bias_[to_size(i)];
    }
    flow.values = result;
  }

 private:
  double epsilon_;
  std::vector<float> weight_;
  std::vector<float> bias_;
};

class NormalizationStage : public Stage {
 public:
  NormalizationStage(bool relative, std::span<const float> mean, std::span<const float> deviation)
      : relative_(relative),
        mean_(mean.begin(), mean.end()),
        deviation_(deviation.begin(), deviation.end()) {}

  void run(Flow& flow) const override {
    const std::int64_t width = flow.width;
    const StepPlan& plan = flow.plan;
    auto* result = flow.arena.take<float>(to_size(flow.count() * width));
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        const std::int64_t at = (plan.first(step) + place) * width;
        const float* last = flow.values + (plan.first(plan.length(place) - 1) + place) * width;
        for (std::int64_t channel = 0; channel < width; ++channel) {
          const float from =
              relative_ ? flow.values[at + channel] - last[channel] : flow.values[at + channel];
          result[at + channel] = (from - mean_[to_size(channel)]) / deviation_[to_size(channel)];
        }
      }
    }
    flow.values = result;
  }

 private:
  bool relative_;
  std::vector<float> mean_;
  std::vector<float> deviation_;
};

class SequenceLabelStage : public Stage {
 public:
  SequenceLabelStage(StagePointer pool, StagePointer dense)
      : pool_(std::move(pool)), dense_(std::move(dense)) {}

  void run(Flow& flow) const override {
    Flow own{flow.plan, flow.arena, {}, {}, {}, flow.values, flow.width};
    pool_->run(own);
    dense_->run(own);
    flow.sequence_labels = {own.values, to_size(own.rows * own.width)};
  }

 private:
  StagePointer pool_;
  StagePointer dense_;
};

class OrdinalStage : public Stage {
 public:
  OrdinalStage(std::span<const float> weight, float first, std::span<const float> gaps,
               std::span<const float> ranks)
      : weight_(weight.begin(), weight.end()), thresholds_{first} {
    for (const float gap : gaps) {
      // softplus, approximated by the gap itself where e^gap would overflow
      constexpr double kLinear = 20;
      const double step = gap > kLinear ? gap : std::log1p(std::exp(static_cast<double>(gap)));
      thresholds_.push_back(thresholds_.back() + step);
    }
    for (const float rank : ranks) ranks_.push_back(static_cast<std::size_t>(rank));
  }

  void run(Flow& flow) const override {
    const auto classes = static_cast<std::int64_t>(ranks_.size());
    auto* result = flow.arena.take<float>(to_size(flow.rows * classes));
    std::vector<double> up_to(ranks_.size() + 1, 0.0);
    for (std::int64_t row = 0; row < flow.rows; ++row) {
      const float* from = flow.values + row * flow.width;
      const double score = std::inner_product(weight_.begin(), weight_.end(), from, 0.0);
      for (std::size_t i = 0; i < thresholds_.size(); ++i) {
        up_to[i + 1] = 1 / (1 + std::exp(score - thresholds_[i]));
      }
      up_to.back() = 1;
      for (std::size_t label = 0; label < ranks_.size(); ++label) {
        const std::size_t rank = ranks_[label];
        result[to_size(row * classes) + label] = static_cast<float>(up_to[rank + 1] - up_to[rank]);
      }
    }
    flow.values = result;
    flow.width = classes;
  }

 private:
  std::vector<float> weight_;
  std::vector<double> thresholds_;
  std::vector<std::size_t> ranks_;  // of each class
};

class AttentionStage : public Stage {
 public:
  AttentionStage(std::int64_t input, std::span<const float> weight, std::span<const float> bias,
                 std::span<const float> query)
      : product_(input, static_cast<std::int64_t>(query.size()), Activation::kTanh, weight.data(),
                 bias.data()),
        query_(query.begin(), query.end()) {}

  void run(Flow& flow) const override {
    const StepPlan& plan = flow.plan;
    const float* seen = product_.of(flow.values, plan.tokens(), flow.arena);
    auto* result = flow.arena.take<float>(to_size(plan.rows() * flow.width));
    std::vector<float> shares;
    for (std::int64_t place = 0; place < plan.rows(); ++place) {
      const std::int64_t length = plan.length(place);
      shares.assign(to_size(length), 0);
      for (std::int64_t t = 0; t < length; ++t) {
        const float* row = seen + (plan.first(t) + place) * product_.units();
        for (std::size_t u = 0; u < query_.size(); ++u) shares[to_size(t)] += row[u] * query_[u];
      }
      activate(Activation::kSoftmax, length, shares.data());
      float* to = result + plan.row(place) * flow.width;
      std::fill(to, to + flow.width, 0.0F);
      for (std::int64_t t = 0; t < length; ++t) {
        const float* from = flow.values + (plan.first(t) + place) * flow.width;
        for (std::int64_t i = 0; i < flow.width; ++i) to[i] += shares[to_size(t)] * from[i];
      }
    }
    flow.values = result;
    flow.is_sequence = false;
  }

 private:
  DenseProduct product_;
  std::vector<float> query_;
};

}  // namespace

StagePointer embedding_stage(const std::vector<VectorTable>& tables) {
  return std::make_unique<EmbeddingStage>(tables);
}
StagePointer spelled_embedding_stage(const std::vector<VectorTable>& tables,
                                     std::unique_ptr<CharacterEncoder> spelling,
                                     std::int64_t spelling_column) {
  return std::make_unique<SpelledEmbeddingStage>(tables, std::move(spelling), spelling_column);
}
StagePointer features_stage(FeatureVectors vectors) {
  return std::make_unique<FeaturesStage>(std::move(vectors));
}
StagePointer pair_stage(const std::vector<PairFeature>& features) {
  return std::make_unique<PairStage>(features);
}
StagePointer sequence_label_stage(const std::vector<PoolMode>& modes, std::int64_t input,
                                  std::int64_t labels, std::span<const float> weight,
                                  std::span<const float> bias) {
  const auto width = input * static_cast<std::int64_t>(modes.size());
  return std::make_unique<SequenceLabelStage>(
      pool_stage(modes), dense_stage(width, labels, Activation::kSoftmax, weight, bias));
}
StagePointer pool_stage(const std::vector<PoolMode>& modes) {
  return std::make_unique<PoolStage>(modes);
}
StagePointer dense_stage(std::int64_t input, std::int64_t units, Activation activation,
                         std::span<const float> weight, std::span<const float> bias) {
  return std::make_unique<DenseStage>(input, units, activation, weight.data(), bias.data());
}
StagePointer conv1d_stage(const Conv1dSpec& spec, std::int64_t input, std::span<const float> weight,
                          std::span<const float> bias) {
  return std::make_unique<Conv1dStage>(spec, input, weight, bias);
}
StagePointer layer_norm_stage(double epsilon, std::span<const float> weight,
                              std::span<const float> bias) {
  return std::make_unique<LayerNormStage>(epsilon, weight, bias);
}
StagePointer ordinal_stage(std::span<const float> weight, float first, std::span<const float> gaps,
                           std::span<const float> ranks) {
  return std::make_unique<OrdinalStage>(weight, first, gaps, ranks);
}
StagePointer normalization_stage(bool relative, std::span<const float> mean,
                                 std::span<const float> deviation) {
  return std::make_unique<NormalizationStage>(relative, mean, deviation);
}

StagePointer attention_stage(std::int64_t input, std::span<const float> weight,
                             std::span<const float> bias, std::span<const float> query) {
  return std::make_unique<AttentionStage>(input, weight, bias, query);
}

}  // namespace sequent
