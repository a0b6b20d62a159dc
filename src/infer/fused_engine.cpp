#include "infer/fused_engine.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "infer/token_table.h"
#include "kernels/recurrent.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::CellSize;
using kernels::PackedWeights;
using kernels::Pooling;
using kernels::StepPlan;

std::size_t to_size(std::int64_t n) { return static_cast<std::size_t>(n); }

/// What flows between stages: token ids, or values of the plan's tokens, or of the rows.
struct Flow {
  const StepPlan& plan;
  Arena& arena;
  std::vector<std::int32_t> ids;       // of the plan's tokens
  std::vector<std::int32_t> mirrored;  // see StepPlan
  float* values = nullptr;             // [tokens, width], or [rows, width] once it is a vector
  std::int64_t width = 0;
  bool is_sequence = true;

  std::int64_t count() const { return is_sequence ? plan.tokens() : plan.rows(); }
};

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;
  virtual void run(Flow& flow) const = 0;
};

/// Rows of the table for each token: where no recurrent layer follows.
class EmbeddingStage : public Stage {
 public:
  EmbeddingStage(std::span<const float> table, std::int64_t width)
      : table_(table.begin(), table.end()), width_(width) {}

  void run(Flow& flow) const override {
    flow.width = width_;
    flow.values = flow.arena.take<float>(to_size(flow.plan.tokens() * width_));
    for (std::int64_t i = 0; i < flow.plan.tokens(); ++i) {
      const float* from = table_.data() + flow.ids[to_size(i)] * width_;
      std::copy(from, from + width_, flow.values + i * width_);
    }
  }

 private:
  std::vector<float> table_;
  std::int64_t width_;
};

/// What becomes of a recurrent layer's states.
enum class Result { kSequence, kLastVisited, kPooled };

struct RecurrentShape {
  CellSize size;
  std::size_t directions = 1;
  Result result = Result::kSequence;
  PoolMode pool = PoolMode::kMax;
};

class RecurrentStage : public Stage {
 public:
  RecurrentStage(const RecurrentShape& shape, const std::string& prefix,
                 const WeightSource& weights)
      : shape_(shape) {
    for (std::size_t d = 0; d < shape.directions; ++d) {
      const std::string end = d == 0 ? "_l0" : "_l0_reverse";
      const auto weight = [&](const char* name) {
        std::string full = prefix;
        full += name;
        full += end;
        return weights(full).data();
      };
      const bool is_gru = shape.size.cell == kernels::Cell::kGru;
      packed_.push_back(
          kernels::kernels<float>().pack(shape.size,
                                         {weight("weight_ih"), weight("weight_hh"),
                                          weight("bias_ih"), is_gru ? weight("bias_hh") : nullptr},
                                         memory_));
    }
  }

  /// Reads token ids instead of values from now on.
  void read_tokens(std::span<const float> embedding, std::int64_t most_bytes) {
    embedding_.assign(embedding.begin(), embedding.end());
    tokens_.emplace(shape_.size, packed_, embedding_, most_bytes);
  }

  void run(Flow& flow) const override {
    const auto& k = kernels::kernels<float>();
    TokenTable::Products products;
    if (tokens_) products = tokens_->of(flow.ids, flow.arena);
    const std::int64_t units = shape_.size.units;
    const std::int64_t width = units * static_cast<std::int64_t>(shape_.directions);
    const bool sequence = shape_.result == Result::kSequence;
    const std::int64_t count = sequence ? flow.plan.tokens() : flow.plan.rows();
    auto* result = flow.arena.take<float>(to_size(count * width));
    for (std::size_t d = 0; d < shape_.directions; ++d) {
      const bool reversed = d == 1;
      kernels::Run<float> run;
      const auto own = token_rows(flow, products, reversed);
      run.table_row_of_token = own.data();
      run.table = tokens_ ? products.tables[d] : project(flow, d);
      float* begin = result + static_cast<std::int64_t>(d) * units;
      kernels::Output<float> output;
      std::vector<std::int32_t> targets;
      if (sequence) {
        targets = reversed ? flow.mirrored : identity(flow.plan.tokens());
        output = {begin, width, targets.data(), nullptr, 0};
      } else if (shape_.result == Result::kLastVisited) {
        output = {nullptr, 0, nullptr, begin, width};
      } else {
        run.pooling = pooling(reversed);
        run.pooled = begin;
        run.pooled_stride = width;
      }
      k.run(shape_.size, packed_[d], flow.plan, run, output, flow.arena);
    }
    if (shape_.result == Result::kPooled && shape_.pool == PoolMode::kMean) {
      divide_by_length(flow.plan, width, result);
    }
    flow.values = result;
    flow.width = width;
    flow.is_sequence = sequence;
  }

 private:
  static std::vector<std::int32_t> identity(std::int64_t count) {
    std::vector<std::int32_t> rows(to_size(count));
    for (std::int64_t i = 0; i < count; ++i) rows[to_size(i)] = static_cast<std::int32_t>(i);
    return rows;
  }

  /// The row of the table that each token reads, in the order in which this direction visits them.
  std::vector<std::int32_t> token_rows(const Flow& flow, const TokenTable::Products& products,
                                       bool reversed) const {
    if (!tokens_) return reversed ? flow.mirrored : identity(flow.plan.tokens());
    if (!reversed) return products.row_of;
    std::vector<std::int32_t> rows;
    rows.reserve(flow.mirrored.size());
    for (const std::int32_t token : flow.mirrored) {
      rows.push_back(products.row_of[static_cast<std::size_t>(token)]);
    }
    return rows;
  }

  const float* project(const Flow& flow, std::size_t direction) const {
    const auto& k = kernels::kernels<float>();
    auto* table = flow.arena.take<float>(to_size(flow.plan.tokens() * k.gate_stride(shape_.size)));
    k.project(shape_.size, packed_[direction], flow.values, flow.width, flow.plan.tokens(), table);
    return table;
  }

  /// The text's last step is the first that the backward direction visits.
  Pooling pooling(bool reversed) const {
    switch (shape_.pool) {
      case PoolMode::kMax:
        return Pooling::kMax;
      case PoolMode::kMean:
        return Pooling::kSum;
      case PoolMode::kLast:
        return reversed ? Pooling::kFirst : Pooling::kLast;
      case PoolMode::kFirst:
        return reversed ? Pooling::kLast : Pooling::kFirst;
    }
    return Pooling::kMax;
  }

  static void divide_by_length(const StepPlan& plan, std::int64_t width, float* values) {
    for (std::int64_t place = 0; place < plan.rows(); ++place) {
      float* row = values + plan.row(place) * width;
      const auto length = static_cast<float>(plan.length(place));
      for (std::int64_t i = 0; i < width; ++i) row[i] /= length;
    }
  }

  RecurrentShape shape_;
  Arena memory_;
  std::vector<PackedWeights<float>> packed_;
  std::vector<float> embedding_;
  std::optional<TokenTable> tokens_;
};

class PoolStage : public Stage {
 public:
  explicit PoolStage(PoolMode mode) : mode_(mode) {}

  void run(Flow& flow) const override {
    const StepPlan& plan = flow.plan;
    auto* result = flow.arena.take<float>(to_size(plan.rows() * flow.width));
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        add(flow, step, place, result + plan.row(place) * flow.width);
      }
    }
    flow.values = result;
    flow.is_sequence = false;
  }

 private:
  void add(const Flow& flow, std::int64_t step, std::int64_t place, float* to) const {
    const float* from = flow.values + (flow.plan.first(step) + place) * flow.width;
    const auto length = static_cast<float>(flow.plan.length(place));
    const bool last = step + 1 == flow.plan.length(place);
    for (std::int64_t i = 0; i < flow.width; ++i) {
      switch (mode_) {
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

  PoolMode mode_;
};

/// Applies f to a row of `width` values.
void activate(Activation f, std::int64_t width, float* row) {
  switch (f) {
    case Activation::kLinear:
      return;
    case Activation::kRelu:
      // NaN is not less than 0 and stays.
      for (std::int64_t i = 0; i < width; ++i) row[i] = row[i] < 0 ? 0 : row[i];
      return;
    case Activation::kTanh:
      for (std::int64_t i = 0; i < width; ++i) row[i] = std::tanh(row[i]);
      return;
    case Activation::kSigmoid:
      for (std::int64_t i = 0; i < width; ++i) row[i] = 1 / (1 + std::exp(-row[i]));
      return;
    case Activation::kSoftmax: {
      const float most = *std::max_element(row, row + width);
      float sum = 0;
      for (std::int64_t i = 0; i < width; ++i) sum += row[i] = std::exp(row[i] - most);
      for (std::int64_t i = 0; i < width; ++i) row[i] /= sum;
      return;
    }
  }
}

/// A dense layer is the input product of an RNN without its recurrence.
class DenseStage : public Stage {
 public:
  DenseStage(std::int64_t input, std::int64_t units, Activation activation,
             std::span<const float> weight, std::span<const float> bias)
      : size_{kernels::Cell::kRnnTanh, input, units}, activation_(activation) {
    packed_ = kernels::kernels<float>().pack(size_, {weight.data(), nullptr, bias.data(), nullptr},
                                             memory_);
  }

  void run(Flow& flow) const override {
    const auto& k = kernels::kernels<float>();
    const std::int64_t count = flow.count();
    const std::int64_t stride = k.gate_stride(size_);
    auto* sums = flow.arena.take<float>(to_size(count * stride));
    auto* result = flow.arena.take<float>(to_size(count * size_.units));
    k.project(size_, packed_, flow.values, flow.width, count, sums);
    for (std::int64_t i = 0; i < count; ++i) {
      float* row = result + i * size_.units;
      std::copy(sums + i * stride, sums + i * stride + size_.units, row);
      activate(activation_, size_.units, row);
    }
    flow.values = result;
    flow.width = size_.units;
  }

 private:
  CellSize size_;
  Activation activation_;
  Arena memory_;
  PackedWeights<float> packed_;
};

/// Makes the stages of a chain of layers.
class StageMaker {
 public:
  StageMaker(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : config_(config), weights_(weights), options_(options) {}

  std::vector<std::unique_ptr<Stage>> make() {
    const auto& layers = config_.config.model.layers;
    for (index_ = 0; index_ < layers.size(); ++index_) {
      std::visit([this](const auto& spec) { add(spec); }, layers[index_]);
    }
    return std::move(stages_);
  }

 private:
  std::string prefix() const { return "layers." + std::to_string(index_) + "."; }

  // Dropout of any kind is not part of a finished model.
  void add(const WordDropoutSpec&) {}
  void add(const DropoutSpec&) {}

  void add(const EmbeddingSpec& spec) {
    embedding_ = weights_(prefix() + "weight");
    if (!next_is_recurrent()) {
      stages_.push_back(std::make_unique<EmbeddingStage>(embedding_, spec.output_dim));
      embedding_ = {};
    }
  }

  void add(const LstmSpec& spec) { add_recurrent(kernels::Cell::kLstm, spec); }
  void add(const GruSpec& spec) { add_recurrent(kernels::Cell::kGru, spec); }
  void add(const RnnSpec& spec) {
    const bool relu = spec.activation == RnnActivation::kRelu;
    add_recurrent(relu ? kernels::Cell::kRnnRelu : kernels::Cell::kRnnTanh, spec);
  }

  template <class Spec>
  void add_recurrent(kernels::Cell cell, const Spec& spec) {
    RecurrentShape shape;
    shape.size = {cell, config_.inputs[index_].width, spec.units};
    shape.directions = spec.bidirectional ? 2 : 1;
    if (!spec.return_sequences) shape.result = Result::kLastVisited;
    const std::string own_prefix = prefix();
    if (const auto* pool = next_as<PoolSpec>(); pool != nullptr && spec.return_sequences) {
      shape.result = Result::kPooled;
      shape.pool = pool->mode;
      index_ = next();  // the pool is part of this stage
    }
    auto stage = std::make_unique<RecurrentStage>(shape, own_prefix, weights_);
    if (!embedding_.empty()) {
      stage->read_tokens(embedding_, options_.token_table_bytes);
      embedding_ = {};
    }
    stages_.push_back(std::move(stage));
  }

  void add(const PoolSpec& spec) { stages_.push_back(std::make_unique<PoolStage>(spec.mode)); }

  void add(const DenseSpec& spec) {
    stages_.push_back(std::make_unique<DenseStage>(
        config_.inputs[index_].width, config_.outputs[index_].width, spec.activation,
        weights_(prefix() + "weight"), weights_(prefix() + "bias")));
  }

  /// The next layer that is not dropout.
  std::size_t next() const {
    const auto& layers = config_.config.model.layers;
    std::size_t i = index_ + 1;
    while (i < layers.size() && std::holds_alternative<DropoutSpec>(layers[i])) ++i;
    return i;
  }
  template <class Spec>
  const Spec* next_as() const {
    const auto& layers = config_.config.model.layers;
    return next() < layers.size() ? std::get_if<Spec>(&layers[next()]) : nullptr;
  }
  bool next_is_recurrent() const {
    return next_as<LstmSpec>() != nullptr || next_as<GruSpec>() != nullptr ||
           next_as<RnnSpec>() != nullptr;
  }

  const ResolvedConfig& config_;
  const WeightSource& weights_;
  const FusedOptions& options_;
  std::size_t index_ = 0;
  std::span<const float> embedding_;  // waits for the recurrent layer that reads it
  std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace

class FusedEngine::Impl {
 public:
  Impl(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : binary_(config.is_binary()), stages_(StageMaker(config, weights, options).make()) {}

  void probabilities(const std::vector<std::span<const std::int32_t>>& rows, float* out) const {
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    for (const auto& row : rows) lengths.push_back(static_cast<std::int64_t>(row.size()));
    const StepPlan plan(lengths);
    thread_local Arena arena;
    arena.reset();
    Flow flow{plan, arena, {}, plan.mirrored()};
    flow.ids.reserve(to_size(plan.tokens()));
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        flow.ids.push_back(rows[to_size(plan.row(place))][to_size(step)]);
      }
    }
    for (const auto& stage : stages_) stage->run(flow);
    if (!binary_) {
      std::copy(flow.values, flow.values + plan.rows() * flow.width, out);
      return;
    }
    for (std::int64_t row = 0; row < plan.rows(); ++row) {
      out[2 * row] = 1 - flow.values[row];
      out[2 * row + 1] = flow.values[row];
    }
  }

 private:
  bool binary_;
  std::vector<std::unique_ptr<Stage>> stages_;
};

FusedEngine::FusedEngine(const ResolvedConfig& config, const WeightSource& weights,
                         const FusedOptions& options)
    : impl_(std::make_unique<Impl>(config, weights, options)) {}
FusedEngine::~FusedEngine() = default;

void FusedEngine::probabilities(const std::vector<std::span<const std::int32_t>>& rows,
                                float* out) const {
  impl_->probabilities(rows, out);
}

}  // namespace sequent
