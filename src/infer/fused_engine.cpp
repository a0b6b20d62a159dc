#include "infer/fused_engine.h"

#include <algorithm>
#include <concepts>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "core/parameter_names.h"
#include "infer/stages.h"
#include "infer/tag_decoder.h"
#include "infer/text_decoder.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::StepPlan;

}  // namespace

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

class FusedEngine::Impl {
 public:
  Impl(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : binary_(config.is_binary()),
        pairs_(config.config.reads_pairs()),
        base_channels_(config.config.base_channels()),
        made_(make_stages(config, weights, options)) {
    if (definition_of(config.config).target() == TargetKind::kTags) tags_.emplace(config, weights);
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

  /// Computes the logits of the token after the row's last; updates `states` from those before to
  /// those after it.
  void read(const InputRow& row, std::span<LayerStates> states, std::span<float> scores) const {
    run(
        {row},
        [&](const Flow& flow) {
          const float* last = flow.values + (flow.plan.tokens() - 1) * flow.width;
          const auto found = made_.head->score(last, /*count=*/1, flow.arena);
          std::ranges::copy(found.of(0), scores.begin());
        },
        kAllStages, states);
  }
  std::int64_t vocabulary_size() const { return made_.head->tokens(); }

  /// Returns the initial states of `rows` texts.
  std::vector<LayerStates> start(std::size_t rows) const {
    std::vector<LayerStates> result = made_.start;
    for (LayerStates& layer : result) {
      layer.hidden.resize(layer.hidden.size() * rows);
      layer.cells.resize(layer.cells.size() * rows);
    }
    return result;
  }

  std::vector<GeneratedRow> write(const std::vector<InputRow>& sources, std::int64_t beams) const {
    std::vector<GeneratedRow> result;
    run(sources, [&](const Flow& flow) { result = made_.decoder->write(flow, beams); });
    return result;
  }

  std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const {
    constexpr std::size_t kTokensTogether = 4096;  // products in memory at a time
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Rows that end first are last, so that the states of the other rows stay in place.
    std::ranges::stable_sort(order, std::ranges::greater(),
                             [&](std::size_t row) { return rows[row].ids.size(); });
    std::vector<ReadText> texts;
    texts.reserve(rows.size());
    for (const std::size_t row : order) texts.push_back(read_text(rows[row]));
    std::vector<LayerStates> states = start(rows.size());
    std::vector<double> sums(rows.size());
    std::size_t active = rows.size();
    for (std::size_t at = 0; active > 0;) {
      const std::size_t steps = std::max<std::size_t>(1, kTokensTogether / active);
      std::vector<InputRow> parts;
      for (std::size_t i = 0; i < active; ++i) {
        const auto part = std::span(texts[i].read).subspan(at);
        parts.push_back({part.first(std::min(steps, part.size())), {}, 0, rows[order[i]].words});
      }
      run(
          parts, [&](const Flow& flow) { add_log_probabilities(flow, texts, at, order, sums); },
          kAllStages, states);
      at += steps;
      while (active > 0 && texts[active - 1].read.size() <= at) --active;
    }
    return sums;
  }

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
        const std::size_t labels = flow.sequence_labels.size() / rows.size();
        const auto own =
            flow.sequence_labels.subspan(to_size(flow.plan.row(place)) * labels, labels);
        row.sequence_label.assign(own.begin(), own.end());
      }
    });
    return result;
  }

 private:
  /// For the steps from `at` on; the sum of text i is that of row order[i].
  void add_log_probabilities(const Flow& flow, const std::vector<ReadText>& texts, std::size_t at,
                             const std::vector<std::size_t>& order,
                             std::vector<double>& sums) const {
    const StepPlan& plan = flow.plan;
    std::vector<std::int32_t> targets;
    targets.reserve(to_size(plan.tokens()));
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        targets.push_back(texts[to_size(plan.row(place))].next[at + to_size(step)]);
      }
    }
    std::vector<double> found(targets.size());
    made_.head->log_probabilities(flow.values, targets, found.data(), flow.arena);
    const double* next = found.data();
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        sums[order[to_size(plan.row(place))]] += *next++;
      }
    }
  }

  /// Converts outputs relative to a window's last step to absolute forecasts.
  void add_base(const std::vector<InputRow>& rows, float* out) const {
    if (base_channels_.empty()) return;
    for (const InputRow& row : rows) {
      const std::span<const float> last = row.values.last(to_size(row.channels));
      for (const std::int64_t channel : base_channels_) *out++ += last[to_size(channel)];
    }
  }

  static constexpr std::size_t kAllStages = std::numeric_limits<std::size_t>::max();

  /// `use` reads the output of the last stage, which is released afterwards.
  template <class Use>
  void run(const std::vector<InputRow>& rows, const Use& use, std::size_t stages = kAllStages,
           std::span<LayerStates> carried = {}) const {
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    for (const InputRow& row : rows) lengths.push_back(row.length());
    const StepPlan plan(lengths);
    thread_local Arena arena;
    arena.reset();
    Flow flow{plan, arena, {}, {}, plan.mirrored()};
    flow.carried = carried;
    flow.inputs = rows;
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

bool FusedEngine::has_recurrent_layer(const Config& config) {
  return std::ranges::any_of(config.model.layers, [](const LayerSpec& layer) {
    return std::visit(
        []<class Spec>(const Spec&) { return std::derived_from<Spec, RecurrentSpec>; }, layer);
  });
}

WeightSource member_weights(const WeightSource& weights, const ResolvedConfig& config,
                            std::int64_t member) {
  if (config.members == 1) return weights;
  return [&weights, member](const std::string& name) {
    return weights(member_weight_name(member, name));
  };
}

FusedEngine::FusedEngine(const ResolvedConfig& config, const WeightSource& weights,
                         const FusedOptions& options)
    : outputs_(to_size(config.class_count)) {
  FusedOptions share = options;
  share.token_table_bytes /= config.members;
  members_.reserve(to_size(config.members));
  for (std::int64_t member = 0; member < config.members; ++member) {
    members_.push_back(
        std::make_unique<Impl>(config, member_weights(weights, config, member), share));
  }
}
FusedEngine::~FusedEngine() = default;

void FusedEngine::predict(const std::vector<InputRow>& rows, float* out) const {
  first().predict(rows, out);
  if (members_.size() == 1) return;
  const std::span<float> sums(out, rows.size() * outputs_);
  std::vector<float> found(sums.size());
  for (std::size_t member = 1; member < members_.size(); ++member) {
    members_[member]->predict(rows, found.data());
    std::ranges::transform(sums, found, sums.begin(), std::plus());
  }
  const auto count = static_cast<float>(members_.size());
  for (float& value : sums) value /= count;
}

void FusedEngine::embed(const std::vector<InputRow>& rows, float* out) const {
  first().embed(rows, out);
}
std::int64_t FusedEngine::vector_width() const { return first().vector_width(); }

std::vector<TaggedRow> FusedEngine::tag(const std::vector<InputRow>& rows) const {
  return first().tag(rows);
}

std::vector<GeneratedRow> FusedEngine::write(const std::vector<InputRow>& sources,
                                             std::int64_t beams) const {
  return first().write(sources, beams);
}

/// Contains the states of one text.
class FusedEngine::Reader : public TextReader {
 public:
  explicit Reader(const Impl& impl)
      : impl_(impl), states_(impl.start(1)), scores_(to_size(impl.vocabulary_size())) {}

  std::span<const float> read(std::span<const std::int32_t> ids) override {
    // The amount computed at once is bounded, as for scored texts.
    constexpr std::size_t kTogether = 4096;
    while (!ids.empty()) {
      const auto part = ids.first(std::min(ids.size(), kTogether));
      impl_.read({part, {}, 0, {}}, states_, scores_);
      ids = ids.subspan(part.size());
    }
    return scores_;
  }

 private:
  const Impl& impl_;
  std::vector<LayerStates> states_;
  std::vector<float> scores_;
};

std::unique_ptr<TextReader> FusedEngine::begin_text() const {
  return std::make_unique<Reader>(first());
}
std::vector<double> FusedEngine::log_probabilities(const std::vector<InputRow>& rows) const {
  return first().log_probabilities(rows);
}

}  // namespace sequent
