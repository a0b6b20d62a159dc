#include "infer/text_decoder.h"

#include <algorithm>
#include <array>

namespace sequent {
namespace {

using kernels::Arena;
using kernels::StepPlan;

/// Returns columns [begin, begin + count) of a matrix [rows, width].
std::vector<float> columns_of(std::span<const float> matrix, std::int64_t width, std::int64_t begin,
                              std::int64_t count) {
  std::vector<float> part;
  part.reserve(matrix.size() / to_size(width) * to_size(count));
  for (std::size_t row = 0; row < matrix.size(); row += to_size(width)) {
    const auto from = matrix.subspan(row + to_size(begin), to_size(count));
    part.insert(part.end(), from.begin(), from.end());
  }
  return part;
}

/// Computes several sums in parallel, so that compilers vectorize them.
float dot(const float* a, const float* b, std::int64_t count) {
  constexpr std::int64_t kSums = 16;
  std::array<float, kSums> sums{};
  std::int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (std::int64_t lane = 0; lane < kSums; ++lane) {
      sums[to_size(lane)] += a[i + lane] * b[i + lane];
    }
  }
  float sum = 0;
  for (const float part : sums) sum += part;
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

/// The texts that are generated for one source.
struct TextDecoder::Search {
  struct Beam {
    std::vector<std::int32_t> tokens;  // including the end token, once it is done
    double total = 0;                  // ln p
    bool done = false;
    std::size_t place = 0;  // its row in the states, until it is done

    double per_token() const { return total / static_cast<double>(tokens.size()); }
  };
  struct Candidate {
    double total;
    std::size_t beam;
    std::int32_t token;  // kPad: the beam was already done
  };

  std::vector<Beam> beams{Beam{}};
  std::vector<Candidate> candidates;

  bool done() const { return std::ranges::all_of(beams, &Beam::done); }

  /// Keeps the best `most`. Ties keep the first.
  void offer(const Candidate& candidate, std::int64_t most) {
    const auto before = [](const Candidate& a, const Candidate& b) { return a.total > b.total; };
    if (static_cast<std::int64_t>(candidates.size()) == most &&
        !before(candidate, candidates.back())) {
      return;
    }
    candidates.insert(std::ranges::upper_bound(candidates, candidate, before), candidate);
    if (static_cast<std::int64_t>(candidates.size()) > most) candidates.pop_back();
  }

  void offer_tokens(std::size_t beam, std::span<const float> scores, double log_sum,
                    std::int64_t most) {
    // <pad> and <unk> are never generated.
    for (auto token = static_cast<std::size_t>(Vocabulary::kLineEnd); token < scores.size();
         ++token) {
      const double total = beams[beam].total + (static_cast<double>(scores[token]) - log_sum);
      offer({total, beam, static_cast<std::int32_t>(token)}, most);
    }
  }

  /// Adds one token.
  void go_on(const NextTokenHead::Scores& scores, std::int64_t most) {
    for (std::size_t b = 0; b < beams.size(); ++b) {
      const Beam& beam = beams[b];
      if (beam.done) {
        offer({beam.total, b, static_cast<std::int32_t>(Vocabulary::kPad)}, most);
      } else {
        offer_tokens(b, scores.of(beam.place), scores.log_sums[beam.place], most);
      }
    }
    take_candidates();
  }

  /// Replaces the beams with the best candidates.
  void take_candidates() {
    std::vector<Beam> next;
    next.reserve(candidates.size());
    for (const Candidate& candidate : candidates) {
      Beam beam = beams[candidate.beam];
      beam.total = candidate.total;
      if (!beam.done) {
        beam.tokens.push_back(candidate.token);
        beam.done = candidate.token == Vocabulary::kLineEnd;
      }
      next.push_back(std::move(beam));
    }
    beams = std::move(next);
    candidates.clear();
  }

  GeneratedRow best() const {
    const auto found = std::ranges::max_element(beams, {}, &Beam::per_token);
    GeneratedRow row{found->tokens, found->total};
    if (found->done) row.tokens.pop_back();
    return row;
  }
};

TextDecoder::TextDecoder(const kernels::Kernels<float>& kernels, const DecoderSpec& spec,
                         std::int64_t input, std::int64_t most_tokens, const std::string& prefix,
                         const WeightSource& weights)
    : kernels_(kernels),
      input_(input),
      units_(spec.units),
      most_tokens_(most_tokens),
      token_cell_{kernels::Cell::kLstm, spec.output_dim, spec.units},
      summary_cell_{kernels::Cell::kLstm, input, spec.units} {
  const std::span<const float> weight_ih = weights(prefix + "cell.weight_ih_l0");
  const std::int64_t width = spec.output_dim + input;
  const auto of_tokens = columns_of(weight_ih, width, 0, spec.output_dim);
  const auto of_summary = columns_of(weight_ih, width, spec.output_dim, input);
  const std::span<const float> bias = weights(prefix + "cell.bias_ih_l0");
  const std::vector<float> no_bias(bias.size());
  cell_ = kernels.pack(token_cell_,
                       {of_tokens.data(), weights(prefix + "cell.weight_hh_l0").data(), bias.data(),
                        nullptr, nullptr},
                       memory_);
  summary_ = kernels.pack(summary_cell_,
                          {of_summary.data(), nullptr, no_bias.data(), nullptr, nullptr}, memory_);
  const std::span<const float> table = weights(prefix + "table");
  const auto tokens = static_cast<std::int64_t>(table.size()) / spec.output_dim;
  token_products_ = memory_.take<float>(to_size(tokens * kernels.gate_stride(token_cell_)));
  kernels.project(token_cell_, cell_, table.data(), spec.output_dim, tokens, token_products_);
  const std::vector<float> none(to_size(units_));
  keys_.emplace(input, units_, Activation::kLinear, weights(prefix + "attention").data(),
                none.data());
  combine_.emplace(input + units_, units_, Activation::kTanh,
                   weights(prefix + "combine_weight").data(),
                   weights(prefix + "combine_bias").data());
  head_.emplace(kernels, units_, weights(prefix + "weight"), weights(prefix + "bias"));
}

TextDecoder::Sources TextDecoder::read(const Flow& flow) const {
  const StepPlan& plan = flow.plan;
  const float* keys = keys_->of(flow.values, plan.tokens(), flow.arena);
  Sources sources;
  sources.first.assign(to_size(plan.rows()) + 1, 0);
  for (std::int64_t place = 0; place < plan.rows(); ++place) {
    sources.first[to_size(plan.row(place)) + 1] = plan.length(place);
  }
  for (std::size_t i = 1; i < sources.first.size(); ++i) sources.first[i] += sources.first[i - 1];
  sources.keys.resize(to_size(plan.tokens() * units_));
  sources.values.resize(to_size(plan.tokens() * input_));
  auto* means = flow.arena.take<float>(to_size(plan.rows() * input_));
  std::fill(means, means + plan.rows() * input_, 0.0F);
  for (std::int64_t place = 0; place < plan.rows(); ++place) {
    const std::int64_t row = plan.row(place);
    float* mean = means + row * input_;
    for (std::int64_t step = 0; step < plan.length(place); ++step) {
      const std::int64_t from = plan.first(step) + place;
      const std::int64_t to = sources.first[to_size(row)] + step;
      const float* value = flow.values + from * input_;
      std::copy_n(keys + from * units_, units_, sources.keys.data() + to * units_);
      std::copy_n(value, input_, sources.values.data() + to * input_);
      for (std::int64_t i = 0; i < input_; ++i) mean[i] += value[i];
    }
    const auto length = static_cast<float>(plan.length(place));
    for (std::int64_t i = 0; i < input_; ++i) mean[i] /= length;
  }
  auto* products =
      flow.arena.take<float>(to_size(plan.rows() * kernels_.gate_stride(summary_cell_)));
  kernels_.project(summary_cell_, summary_, means, input_, plan.rows(), products);
  sources.summaries = products;
  return sources;
}

/// Decodes one token.
void TextDecoder::advance(const Sources& sources, Active& active, Arena& arena) const {
  const std::int64_t stride = kernels_.gate_stride(token_cell_);
  const auto count = static_cast<std::int64_t>(active.rows.size());
  auto* products = arena.take<float>(to_size(count * stride));
  std::vector<std::int32_t> order(active.rows.size());
  for (std::int64_t i = 0; i < count; ++i) {
    order[to_size(i)] = static_cast<std::int32_t>(i);
    const float* of_token = token_products_ + active.tokens[to_size(i)] * stride;
    const float* of_source = sources.summaries + active.rows[to_size(i)] * stride;
    float* to = products + i * stride;
    for (std::int64_t g = 0; g < stride; ++g) to[g] = of_token[g] + of_source[g];
  }
  const std::vector<std::int64_t> lengths(active.rows.size(), 1);
  const StepPlan plan(lengths);
  kernels::Run<float> run;
  run.table = products;
  run.table_row_of_token = order.data();
  run.start = {active.states.hidden.data(), active.states.cells.data()};
  kernels::Output<float> output;
  output.last = active.states.hidden.data();
  output.last_stride = units_;
  output.last_cells = active.states.cells.data();
  kernels_.run(token_cell_, cell_, plan, run, output, arena);
}

/// Returns the mean of a source's values, weighted by attention.
void TextDecoder::see(const Sources& sources, std::int64_t row, const float* hidden, float* seen,
                      std::vector<float>& shares) const {
  const std::int64_t first = sources.first[to_size(row)];
  const std::int64_t steps = sources.first[to_size(row) + 1] - first;
  shares.resize(to_size(steps));
  for (std::int64_t t = 0; t < steps; ++t) {
    shares[to_size(t)] = dot(sources.keys.data() + (first + t) * units_, hidden, units_);
  }
  activate(Activation::kSoftmax, steps, shares.data());
  std::fill(seen, seen + input_, 0.0F);
  for (std::int64_t t = 0; t < steps; ++t) {
    const float* value = sources.values.data() + (first + t) * input_;
    const float share = shares[to_size(t)];
    for (std::int64_t i = 0; i < input_; ++i) seen[i] += share * value[i];
  }
}

/// Returns the input of the head. Shapes: -> [beams, units].
const float* TextDecoder::attend(const Sources& sources, const Active& active, Arena& arena) const {
  const auto count = static_cast<std::int64_t>(active.rows.size());
  const std::int64_t width = input_ + units_;
  auto* both = arena.take<float>(to_size(count * width));
  std::vector<float> shares;
  for (std::int64_t i = 0; i < count; ++i) {
    const float* own = active.states.hidden.data() + i * units_;
    see(sources, active.rows[to_size(i)], own, both + i * width, shares);
    std::copy_n(own, units_, both + i * width + input_);
  }
  return combine_->of(both, count, arena);
}

/// Returns the beams that are not done, with their states taken from `before`, and sets their new
/// offsets.
TextDecoder::Active TextDecoder::active_beams(std::vector<Search>& searches,
                                              const States& before) const {
  Active active;
  for (std::size_t row = 0; row < searches.size(); ++row) {
    if (searches[row].done()) continue;
    for (Search::Beam& beam : searches[row].beams) {
      if (beam.done) continue;
      const auto from = static_cast<std::ptrdiff_t>(beam.place) * units_;
      const auto append = [&](std::vector<float>& to, const std::vector<float>& all) {
        to.insert(to.end(), all.begin() + from, all.begin() + from + units_);
      };
      append(active.states.hidden, before.hidden);
      append(active.states.cells, before.cells);
      beam.place = active.rows.size();
      active.rows.push_back(static_cast<std::int64_t>(row));
      active.tokens.push_back(beam.tokens.empty() ? static_cast<std::int32_t>(Vocabulary::kLineEnd)
                                                  : beam.tokens.back());
    }
  }
  return active;
}

std::vector<GeneratedRow> TextDecoder::write(const Flow& flow, std::int64_t beams) const {
  const Sources sources = read(flow);
  std::vector<Search> searches(to_size(flow.plan.rows()));
  States states{std::vector<float>(searches.size() * to_size(units_)), {}};
  states.cells = states.hidden;
  for (std::size_t row = 0; row < searches.size(); ++row) searches[row].beams[0].place = row;
  for (std::int64_t t = 0; t < most_tokens_; ++t) {
    const Arena::Scope scope(flow.arena);
    Active active = active_beams(searches, states);
    if (active.rows.empty()) break;
    advance(sources, active, flow.arena);
    const float* seen = attend(sources, active, flow.arena);
    const NextTokenHead::Scores scores =
        head_->score(seen, static_cast<std::int64_t>(active.rows.size()), flow.arena);
    states = std::move(active.states);
    for (Search& search : searches) {
      if (!search.done()) search.go_on(scores, beams);
    }
  }
  std::vector<GeneratedRow> result;
  result.reserve(searches.size());
  for (const Search& search : searches) result.push_back(search.best());
  return result;
}

}  // namespace sequent
