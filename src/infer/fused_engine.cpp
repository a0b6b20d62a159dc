#include "infer/fused_engine.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "infer/spelling.h"
#include "infer/stages.h"
#include "infer/tag_decoder.h"
#include "kernels/cell_kind.h"
#include "runtime/precision.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::StepPlan;

/// Makes the stages of a chain of layers.
class StageMaker {
 public:
  StageMaker(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : config_(config), weights_(weights), options_(options) {}

  StageChain make() {
    const auto& layers = config_.config.model.layers;
    for (index_ = 0; index_ < layers.size(); ++index_) {
      if (ends_vector()) {
        made_.before_vector = made_.stages.size();
        made_.vector_width = config_.inputs[index_].width;
      }
      std::visit([this](const auto& spec) { add(spec); }, layers[index_]);
    }
    return std::move(made_);
  }

 private:
  /// Whether the layers before give each text's own vector.
  bool ends_vector() const {
    const auto& layers = config_.config.model.layers;
    if (config_.config.reads_pairs()) return std::holds_alternative<PairSpec>(layers[index_]);
    return index_ + 1 == layers.size();
  }

  std::string prefix() const { return "layers." + std::to_string(index_) + "."; }

  // Dropout of any kind is not part of a finished model.
  void add(const WordDropoutSpec&) {}
  void add(const DropoutSpec&) {}

  void add(const SpatialDropoutSpec&) {}

  void add(const NormalizationSpec& spec) {
    made_.stages.push_back(normalization_stage(spec.relative, weights_(prefix() + "mean"),
                                               weights_(prefix() + "deviation")));
  }
  void add(const SelfAttentionSpec&) {}  // see not_served
  void add(const DecoderSpec&) {}        // see serves
  void add(const EmbeddingSpec& spec) {
    if (spec.characters() != nullptr) return add_spelled(spec);
    if (spec.has_ngrams()) {
      made_.stages.push_back(embedding_stage(tables_of(spec)));
      return;
    }
    const std::span<const float> table =
        spec.beside.empty() ? weights_(prefix() + "weight") : join_tables(spec);
    if (next_reads_tokens()) {
      embedding_ = table;
    } else {
      made_.stages.push_back(embedding_stage({{table, spec.width()}}));
    }
  }

  /// Without characters.
  std::vector<VectorTable> tables_of(const EmbeddingSpec& spec) const {
    std::vector<VectorTable> tables{{weights_(prefix() + "weight"), spec.output_dim}};
    for (std::size_t i = 0; i < spec.beside.size(); ++i) {
      tables.push_back({weights_(beside(i) + "weight"), output_dim(spec.beside[i])});
      const auto* ngrams = std::get_if<NgramsSpec>(&spec.beside[i]);
      if (ngrams != nullptr) tables.back().ngrams = NgramHash(*ngrams);
    }
    return tables;
  }

  /// The tables by token side by side as one, [rows, width].
  std::span<const float> join_tables(const EmbeddingSpec& spec) {
    const std::span<const float> first = weights_(prefix() + "weight");
    const std::size_t rows = first.size() / to_size(spec.output_dim);
    joined_.resize(rows * to_size(spec.width()));
    std::size_t column = 0;
    const auto add_table = [&](std::span<const float> table) {
      const std::size_t width = table.size() / rows;
      for (std::size_t row = 0; row < rows; ++row) {
        std::copy_n(table.data() + row * width, width,
                    joined_.data() + row * to_size(spec.width()) + column);
      }
      column += width;
    };
    add_table(first);
    for (std::size_t i = 0; i < spec.beside.size(); ++i) {
      const auto* characters = std::get_if<CharactersSpec>(&spec.beside[i]);
      if (characters == nullptr) {
        add_table(weights_(beside(i) + "weight"));
      } else {
        add_table(spelled_table(*characters, beside(i)));
      }
    }
    return joined_;
  }

  std::string beside(std::size_t part) const {
    return prefix() + "beside." + std::to_string(part) + ".";
  }

  /// What the vocabulary's own tokens are spelled like: computed once.
  std::vector<float> spelled_table(const CharactersSpec& spec, const std::string& own) const {
    const Spelling spelling(spec, own, weights_);
    const std::vector<std::string> words = words_of(weights_(own + "spellings"), spec.max_bytes);
    std::vector<float> table;
    constexpr std::size_t kTogether = 256;
    for (std::size_t begin = 0; begin < words.size(); begin += kTogether) {
      const std::size_t end = std::min(words.size(), begin + kTogether);
      const std::vector<std::string_view> some(words.begin() + static_cast<std::ptrdiff_t>(begin),
                                               words.begin() + static_cast<std::ptrdiff_t>(end));
      Arena arena;
      const float* vectors = spelling.encode(some, arena);
      table.insert(table.end(), vectors, vectors + to_size(spelling.width()) * some.size());
    }
    return table;
  }

  void add_spelled(const EmbeddingSpec& spec) {
    std::int64_t column = spec.output_dim;
    std::size_t part = 0;
    while (!std::holds_alternative<CharactersSpec>(spec.beside[part])) {
      column += output_dim(spec.beside[part++]);
    }
    made_.stages.push_back(spelled_embedding_stage(
        join_tables(spec), spec.width(),
        std::make_unique<Spelling>(*spec.characters(), beside(part), weights_), column));
  }

  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec>
  void add(const Spec& spec) {
    RecurrentShape shape;
    shape.kernels = &kernels_for(options_.precision, "precision");
    shape.size = {kernel_cell(cell_kind(spec)).value(), config_.inputs[index_].width, spec.units};
    shape.directions = spec.bidirectional ? 2 : 1;
    shape.residual = spec.residual;
    if (!spec.return_sequences) shape.result = Result::kLastVisited;
    const std::string own_prefix = prefix();
    if constexpr (std::is_same_v<Spec, LstmHiddenStateSpec>) {
      made_.stages.push_back(hidden_state_stage(shape, own_prefix, weights_));
      return;
    }
    const auto* pool = next_as<PoolSpec>();
    if (pool != nullptr && pool->modes().size() == 1 && spec.return_sequences && !spec.residual) {
      shape.result = Result::kPooled;
      shape.pool = pool->modes().front();
      index_ = next();  // the pool is part of this stage
    }
    const TokenInput tokens{std::exchange(embedding_, {}), options_.token_table_bytes};
    made_.stages.push_back(recurrent_stage(shape, own_prefix, weights_, tokens));
  }

  void add(const Conv1dSpec& spec) {
    made_.stages.push_back(conv1d_stage(spec, config_.inputs[index_].width,
                                        weights_(prefix() + "weight"),
                                        weights_(prefix() + "bias")));
  }
  void add(const LayerNormSpec& spec) {
    made_.stages.push_back(
        layer_norm_stage(spec.epsilon, weights_(prefix() + "weight"), weights_(prefix() + "bias")));
  }
  void add(const AttentionSpec&) {
    made_.stages.push_back(
        attention_stage(config_.inputs[index_].width, weights_(prefix() + "weight"),
                        weights_(prefix() + "bias"), weights_(prefix() + "query")));
  }
  void add(const RowLabelSpec& spec) {
    made_.stages.push_back(row_label_stage(spec.modes(), config_.inputs[index_].width,
                                           config_.row_class_count, weights_(prefix() + "weight"),
                                           weights_(prefix() + "bias")));
  }
  void add(const PairSpec& spec) { made_.stages.push_back(pair_stage(spec.features)); }
  void add(const PoolSpec& spec) { made_.stages.push_back(pool_stage(spec.modes())); }

  void add(const CrfSpec&) {
    made_.stages.push_back(dense_stage(config_.inputs[index_].width, config_.outputs[index_].width,
                                       Activation::kLinear, weights_(prefix() + "weight"),
                                       weights_(prefix() + "bias")));
  }

  void add(const OrdinalSpec&) {
    made_.stages.push_back(
        ordinal_stage(weights_(prefix() + "weight"), weights_(prefix() + "first").front(),
                      weights_(prefix() + "gaps"), weights_(prefix() + "ranks")));
  }

  void add(const DenseSpec& spec) {
    const std::int64_t input = config_.inputs[index_].width;
    const std::int64_t units = config_.outputs[index_].width;
    const std::span<const float> weight = weights_(prefix() + "weight");
    const std::span<const float> bias = weights_(prefix() + "bias");
    const bool is_head = index_ + 1 == config_.config.model.layers.size();
    if (!is_head || !config_.config.standardizes_targets()) {
      made_.stages.push_back(dense_stage(input, units, spec.activation, weight, bias));
      return;
    }
    // The way back to the targets' units is part of the product.
    const std::span<const float> mean = weights_(prefix() + "target_mean");
    const std::span<const float> deviation = weights_(prefix() + "target_deviation");
    std::vector<float> scaled(weight.begin(), weight.end());
    std::vector<float> shifted(bias.begin(), bias.end());
    for (std::size_t unit = 0; unit < shifted.size(); ++unit) {
      for (std::size_t i = 0; i < to_size(input); ++i) {
        scaled[unit * to_size(input) + i] *= deviation[unit];
      }
      shifted[unit] = shifted[unit] * deviation[unit] + mean[unit];
    }
    made_.stages.push_back(dense_stage(input, units, spec.activation, scaled, shifted));
  }

  /// The next layer that is not dropout.
  std::size_t next() const {
    const auto& layers = config_.config.model.layers;
    std::size_t i = index_ + 1;
    while (i < layers.size() && (std::holds_alternative<DropoutSpec>(layers[i]) ||
                                 std::holds_alternative<SpatialDropoutSpec>(layers[i]))) {
      ++i;
    }
    return i;
  }
  template <class Spec>
  const Spec* next_as() const {
    const auto& layers = config_.config.model.layers;
    return next() < layers.size() ? std::get_if<Spec>(&layers[next()]) : nullptr;
  }
  /// Whether a recurrent layer follows that takes its products from a table by token.
  bool next_reads_tokens() const {
    const auto& layers = config_.config.model.layers;
    if (next() >= layers.size()) return false;
    return std::visit(
        []<class Spec>(const Spec& spec) {
          if constexpr (std::derived_from<Spec, RecurrentSpec> &&
                        !std::is_same_v<Spec, LstmHiddenStateSpec>) {
            return !spec.residual;
          } else {
            return false;
          }
        },
        layers[next()]);
  }

  const ResolvedConfig& config_;
  const WeightSource& weights_;
  const FusedOptions& options_;
  std::size_t index_ = 0;
  std::span<const float> embedding_;  // waits for the recurrent layer that reads it
  std::vector<float> joined_;
  StageChain made_;
};

/// Puts what the rows hold into the plan's order.
void read_rows(const std::vector<InputRow>& rows, Flow& flow) {
  const StepPlan& plan = flow.plan;
  const std::int64_t channels = rows.empty() ? 0 : rows.front().channels;
  if (channels == 0) {
    flow.ids.reserve(to_size(plan.tokens()));
  } else {
    flow.values = flow.arena.take<float>(to_size(plan.tokens() * channels));
    flow.width = channels;
  }
  float* values = flow.values;
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    for (std::int64_t place = 0; place < plan.active(step); ++place) {
      const InputRow& row = rows[to_size(plan.row(place))];
      if (channels == 0) {
        std::int32_t id = row.ids[to_size(step)];
        if (id < 0) {
          flow.words.emplace_back(row.words[to_size(-id) - 1]);
          id = -static_cast<std::int32_t>(flow.words.size());
        }
        flow.ids.push_back(id);
      } else {
        values = std::copy_n(row.values.data() + step * channels, channels, values);
      }
    }
  }
}

}  // namespace

class FusedEngine::Impl {
 public:
  Impl(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : binary_(config.is_binary()),
        pairs_(config.config.reads_pairs()),
        base_channels_(config.config.base_channels()),
        made_(StageMaker(config, weights, options).make()) {
    if (config.config.is_tagging()) tags_.emplace(config, weights);
  }

  void predict(const std::vector<InputRow>& rows, float* out) const {
    run(pairs_ ? texts_of_pairs(rows) : rows, [&](const Flow& flow) {
      if (!binary_) {
        std::copy(flow.values, flow.values + flow.rows * flow.width, out);
        add_base(rows, out);
        return;
      }
      for (std::int64_t row = 0; row < flow.rows; ++row) {
        out[2 * row] = 1 - flow.values[row];
        out[2 * row + 1] = flow.values[row];
      }
    });
  }

  void embed(const std::vector<InputRow>& rows, float* out) const {
    run(
        rows,
        [&](const Flow& flow) {
          std::copy(flow.values, flow.values + flow.rows * flow.width, out);
        },
        made_.before_vector);
  }
  std::int64_t vector_width() const { return made_.vector_width; }

  std::vector<TaggedRow> tag(const std::vector<InputRow>& rows) const {
    std::vector<TaggedRow> result(rows.size());
    run(rows, [&](const Flow& flow) {
      std::vector<double> values;
      for (std::int64_t place = 0; place < flow.plan.rows(); ++place) {
        values.clear();
        const std::int64_t steps = flow.plan.length(place);
        for (std::int64_t t = 0; t < steps; ++t) {
          const float* from = flow.values + (flow.plan.first(t) + place) * flow.width;
          values.insert(values.end(), from, from + flow.width);
        }
        TaggedRow& row = result[to_size(flow.plan.row(place))];
        row = tags_->decode(values, steps);
        const std::size_t labels = flow.row_labels.size() / rows.size();
        const auto own = flow.row_labels.subspan(to_size(flow.plan.row(place)) * labels, labels);
        row.row_label.assign(own.begin(), own.end());
      }
    });
    return result;
  }

 private:
  /// To forecasts that are distances from their window's last step.
  void add_base(const std::vector<InputRow>& rows, float* out) const {
    if (base_channels_.empty()) return;
    for (const InputRow& row : rows) {
      const std::span<const float> last = row.values.last(to_size(row.channels));
      for (const std::int64_t channel : base_channels_) *out++ += last[to_size(channel)];
    }
  }

  static constexpr std::size_t kAllStages = std::numeric_limits<std::size_t>::max();

  /// `use` reads what the last of the stages gives; it is gone afterwards.
  template <class Use>
  void run(const std::vector<InputRow>& rows, const Use& use,
           std::size_t stages = kAllStages) const {
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    for (const InputRow& row : rows) lengths.push_back(row.length());
    const StepPlan plan(lengths);
    thread_local Arena arena;
    arena.reset();
    Flow flow{plan, arena, {}, {}, plan.mirrored()};
    read_rows(rows, flow);
    for (std::size_t i = 0; i < std::min(stages, made_.stages.size()); ++i) {
      made_.stages[i]->run(flow);
    }
    use(flow);
  }

  bool binary_;
  bool pairs_;
  std::vector<std::int64_t> base_channels_;
  StageChain made_;
  std::optional<TagDecoder> tags_;
};

std::string FusedEngine::not_served(const ResolvedConfig& config) {
  for (std::size_t i = 0; i < config.config.model.layers.size(); ++i) {
    const std::string reason = std::visit(
        []<class Spec>(const Spec& spec) -> std::string {
          if constexpr (std::derived_from<Spec, RecurrentSpec>) {
            return missing_kernel(spec);
          } else if constexpr (std::is_same_v<Spec, SelfAttentionSpec>) {
            return "self-attention";
          } else if constexpr (std::is_same_v<Spec, EmbeddingSpec>) {
            const CharactersSpec* characters = spec.characters();
            const bool lstm =
                characters != nullptr && characters->encoder == SpellingEncoder::kLstm;
            if (characters != nullptr && spec.has_ngrams()) return "ngrams beside spellings";
            return lstm ? "an LSTM over spellings" : "";
          } else {
            return "";
          }
        },
        config.config.model.layers[i]);
    if (!reason.empty()) return "layer " + std::to_string(i) + " has " + reason;
  }
  return "";
}

bool FusedEngine::has_recurrent_kernel(const Config& config) {
  return std::any_of(config.model.layers.begin(), config.model.layers.end(),
                     [](const LayerSpec& layer) {
                       return std::visit(
                           []<class Spec>(const Spec& spec) {
                             if constexpr (std::derived_from<Spec, RecurrentSpec>) {
                               return missing_kernel(spec).empty();
                             } else {
                               return false;
                             }
                           },
                           layer);
                     });
}

FusedEngine::FusedEngine(const ResolvedConfig& config, const WeightSource& weights,
                         const FusedOptions& options)
    : impl_(std::make_unique<Impl>(config, weights, options)) {}
FusedEngine::~FusedEngine() = default;

void FusedEngine::predict(const std::vector<InputRow>& rows, float* out) const {
  impl_->predict(rows, out);
}

void FusedEngine::embed(const std::vector<InputRow>& rows, float* out) const {
  impl_->embed(rows, out);
}
std::int64_t FusedEngine::vector_width() const { return impl_->vector_width(); }

std::vector<TaggedRow> FusedEngine::tag(const std::vector<InputRow>& rows) const {
  return impl_->tag(rows);
}

}  // namespace sequent
