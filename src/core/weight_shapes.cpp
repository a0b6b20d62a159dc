#include "core/weight_shapes.h"

#include <concepts>
#include <utility>

#include "core/parameter_names.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Sizes = std::vector<std::int64_t>;

/// Lists the weights of a layer. A layer type without an overload does not compile.
class ShapeLister {
 public:
  explicit ShapeLister(const ResolvedConfig& config) : config_(config) {}

  std::vector<WeightShape> list() {
    const auto& layers = config_.config.model.layers;
    const LayerRange second = config_.config.second_encoder();
    for (index_ = 0; index_ < layers.size(); ++index_) {
      for (const bool of_second : {false, true}) {
        if (of_second && !second.contains(index_)) continue;
        prefix_ = layer_prefix(index_, of_second);
        std::visit([this](const auto& spec) { add_layer(spec); }, layers[index_]);
      }
    }
    return std::move(shapes_);
  }

 private:
  void add_layer(const WordDropoutSpec&) {}
  void add_layer(const DropoutSpec&) {}
  void add_layer(const SpatialDropoutSpec&) {}
  void add_layer(const PoolSpec&) {}
  void add_layer(const PairSpec&) {}

  void add_layer(const EmbeddingSpec& spec) {
    const std::int64_t rows = spec.input_dim.value_or(config_.vocabulary_size);
    add("weight", {rows, spec.output_dim});
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      const std::string part = "concat." + std::to_string(i) + ".";
      if (const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i])) {
        add_characters(*characters, part, rows);
      } else if (const auto* ngrams = std::get_if<NgramsSpec>(&spec.concat[i])) {
        add(part + "weight", {ngrams->buckets, ngrams->output_dim});
      } else {
        add(part + "weight", {rows, output_dim(spec.concat[i])});
      }
    }
  }

  void add_characters(const CharactersSpec& spec, const std::string& part, std::int64_t rows) {
    constexpr std::int64_t kBytes = 256;
    add(part + "spellings", {rows, spec.max_bytes}, /*is_bytes=*/true);
    add(part + "bytes", {kBytes, spec.byte_dim});
    if (spec.encoder == CharacterEncoderType::kLstm) {
      LstmSpec lstm;
      lstm.units = spec.output_dim / 2;
      lstm.bidirectional = true;
      add_recurrent(lstm, part + "lstm.", spec.byte_dim);
    } else {
      add_weight_and_bias(part + "cnn.", {spec.output_dim, spec.byte_dim, spec.kernel_size});
    }
  }

  void add_layer(const NormalizationSpec&) {
    add("mean", {input()});
    add("deviation", {input()});
  }

  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec>
  void add_layer(const Spec& spec) { add_recurrent(spec, "", input()); }

  template <class Spec>
  void add_recurrent(const Spec& spec, const std::string& part, std::int64_t inputs) {
    const CellFacts facts = cell_facts(cell_kind(spec));
    const std::int64_t units = spec.units;
    const std::int64_t rows = facts.gates * units;
    for (const char* direction : {"", "_reverse"}) {
      if (*direction != '\0' && !spec.bidirectional) break;
      const auto add_one = [&](const char* name, Sizes sizes) {
        add(part + name + "_l0" + direction, std::move(sizes));
      };
      add_one("weight_ih", {rows, inputs});
      if (facts.recurrent_matrix) add_one("weight_hh", {rows, units});
      add_one("bias_ih", {rows});
      if (facts.recurrent_bias) add_one("bias_hh", {rows});
      if (facts.peepholes > 0) {
        add_one("weight_peephole",
                {facts.peepholes * (has_full_peephole(spec) ? units : 1), units});
      }
      if (spec.layer_norm) {
        add_one("norm_ih", {rows});
        if (facts.recurrent_matrix) add_one("norm_hh", {rows});
        if (facts.cell_state) add_one("norm_cell", {units});
        if (facts.cell_state) add_one("norm_cell_bias", {units});
      }
      if (spec.learned_initial_state) {
        if (reads_hidden_state(cell_kind(spec))) add_one("initial_h", {units});
        if (facts.cell_state) add_one("initial_c", {units});
      }
    }
  }

  void add_layer(const Conv1dSpec& spec) {
    add_weight_and_bias("", {spec.filters, input(), spec.kernel_size});
  }
  void add_layer(const LayerNormSpec&) { add_weight_and_bias("", {input()}); }
  void add_layer(const FeaturesSpec& spec) {
    const std::vector<FeatureSpec>& features = features_of(config_.config.input);
    for (std::size_t i = 0; i < features.size(); ++i) {
      const auto* category = std::get_if<CategoryFeature>(&features[i]);
      if (category == nullptr) continue;
      add("category_" + std::to_string(i),
          {std::ssize(category->values) + kFirstCategory, spec.output_dim});
    }
  }
  void add_layer(const AttentionSpec& spec) {
    const std::int64_t units = spec.units.value_or(input());
    add_weight_and_bias("", {units, input()});
    add("query", {units});
  }
  void add_layer(const SelfAttentionSpec&) {
    add("in_proj_weight", {3 * input(), input()});
    add("in_proj_bias", {3 * input()});
    add("out_proj_weight", {input(), input()});
    add("out_proj_bias", {input()});
  }
  void add_layer(const SequenceLabelSpec& spec) {
    const auto modes = static_cast<std::int64_t>(spec.modes().size());
    add_weight_and_bias("", {config_.sequence_class_count, input() * modes});
  }
  void add_layer(const DenseSpec& spec) {
    if (spec.tied) return add("bias", {output()});
    add_weight_and_bias("", {output(), input()});
    const bool is_last = index_ + 1 == config_.config.model.layers.size();
    if (is_last && definition_of(config_.config).target() == TargetKind::kNumbers &&
        config_.config.standardizes_targets()) {
      add("target_mean", {output()});
      add("target_deviation", {output()});
    }
  }
  void add_layer(const CrfSpec&) {
    const std::int64_t tags = output();
    add_weight_and_bias("", {tags, input()});
    for (const char* kind : {"", "forbidden_"}) {
      add(std::string(kind) + "start", {tags});
      add(std::string(kind) + "transitions", {tags, tags});
      add(std::string(kind) + "end", {tags});
    }
  }
  void add_layer(const OrdinalSpec&) {
    add("weight", {1, input()});
    add("first", {1});
    add("gaps", {output() - 2});
    add("ranks", {output()});
  }
  void add_layer(const DecoderSpec& spec) {
    const std::int64_t tokens = output();
    LstmSpec cell;
    cell.units = spec.units;
    add("table", {tokens, spec.output_dim});
    add("attention", {spec.units, input()});
    add("combine_weight", {spec.units, input() + spec.units});
    add("combine_bias", {spec.units});
    add_weight_and_bias("", {tokens, spec.units});
    add_recurrent(cell, "cell.", spec.output_dim + input());
  }

  void add_weight_and_bias(const std::string& part, const Sizes& weight) {
    add(part + "weight", weight);
    add(part + "bias", {weight[0]});
  }

  void add(const std::string& name, Sizes sizes, bool is_bytes = false) {
    shapes_.push_back({prefix_ + name, std::move(sizes), is_bytes});
  }

  std::int64_t input() const { return config_.inputs[index_].width; }
  std::int64_t output() const { return config_.outputs[index_].width; }

  const ResolvedConfig& config_;
  std::size_t index_ = 0;
  std::string prefix_;  // of the names of the layer's weights
  std::vector<WeightShape> shapes_;
};

}  // namespace

std::vector<WeightShape> weight_shapes(const ResolvedConfig& config) {
  std::vector<WeightShape> one = ShapeLister(config).list();
  if (config.members == 1) return one;
  std::vector<WeightShape> all;
  all.reserve(one.size() * static_cast<std::size_t>(config.members));
  for (std::int64_t member = 0; member < config.members; ++member) {
    for (const WeightShape& weight : one) {
      all.push_back({member_weight_name(member, weight.name), weight.shape, weight.is_bytes});
    }
  }
  return all;
}

}  // namespace sequent
