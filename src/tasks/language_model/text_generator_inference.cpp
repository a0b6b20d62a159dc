#include "tasks/language_model/text_generator_inference.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "core/random.h"
#include "infer/finite_outputs.h"
#include "sequent/error.h"

namespace sequent {
namespace {

void check_generate_options(const GenerateOptions& options) {
  const auto refuse = [](const char* option, const char* allowed) {
    throw Error(ErrorKind::kUsage, option, std::string("out of range; expected ") + allowed);
  };
  if (!(options.temperature >= 0) || !std::isfinite(options.temperature)) {
    refuse("temperature", "a number of at least 0");
  }
  if (!(options.top_p > 0 && options.top_p <= 1)) refuse("top_p", "above 0 and at most 1");
  if (options.top_k < 0) refuse("top_k", "at least 0");
  if (options.length < 0) refuse("length", "at least 0");
  if (options.lines < 0) refuse("lines", "at least 0");
}

/// Errors: Numeric if a score is not finite.
void check_scores(std::span<const float> scores) {
  FiniteOutputs finite(1);
  finite.check(0, scores);
  finite.throw_if_any();
}

/// Samples a token. `scores` [V] are logits; <pad> and <unk> are never sampled.
std::int32_t draw_token(std::span<const float> scores, const GenerateOptions& options,
                        double uniform) {
  std::vector<std::int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(
      order, [](std::int32_t id) { return id == Vocabulary::kPad || id == Vocabulary::kUnknown; });
  const auto score = [&](std::int32_t id) { return scores[static_cast<std::size_t>(id)]; };
  const auto before = [&](std::int32_t a, std::int32_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  };
  if (options.temperature == 0) return *std::min_element(order.begin(), order.end(), before);
  if (options.top_k > 0 && static_cast<std::size_t>(options.top_k) < order.size()) {
    std::nth_element(order.begin(), order.begin() + options.top_k, order.end(), before);
    order.resize(static_cast<std::size_t>(options.top_k));
  }
  // Sorted, so that equal seeds sample equal tokens regardless of the selection above.
  std::sort(order.begin(), order.end(), before);
  std::vector<double> weights;
  weights.reserve(order.size());
  const double greatest = score(order.front());
  for (const std::int32_t id : order) {
    weights.push_back(std::exp((score(id) - greatest) / options.temperature));
  }
  double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (options.top_p < 1) {
    double reached = 0;
    std::size_t kept = 0;
    while (kept < weights.size() && reached < options.top_p * sum) reached += weights[kept++];
    weights.resize(kept);
    sum = reached;
  }
  double left = uniform * sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return order[i];
  }
  return order[weights.size() - 1];
}

}  // namespace

std::vector<std::int32_t> TextGenerator::read_prompt(std::string_view prompt) const {
  std::vector<std::int32_t> ids{static_cast<std::int32_t>(Vocabulary::kLineEnd)};
  const EncodedText text = encoder_.encode_lines(prompt);
  const std::int64_t tokens = text.token_count - std::count(prompt.begin(), prompt.end(), '\n');
  if (tokens > 0 && text.unknown_count == tokens) {
    throw Error(ErrorKind::kData, "the prompt",
                "the model does not know any of its " + std::to_string(tokens) +
                    " tokens; expected text as in training");
  }
  if (!text.empty) ids.insert(ids.end(), text.ids.begin(), text.ids.end());
  return ids;
}

std::string TextGenerator::generate(std::string_view prompt, const GenerateOptions& options,
                                    const std::function<bool(std::string_view)>& use) const {
  check_generate_options(options);
  const std::unique_ptr<TextReader> reader = model_.begin_text();
  std::span<const float> scores = reader->read(read_prompt(prompt));
  const RandomStream random(options.seed, RandomPurpose::kGenerate);
  std::string text;
  std::string end(prompt);  // the end of the text so far, as far as joining needs it
  std::int64_t lines = 0;
  for (std::int64_t i = 0; i < options.length; ++i) {
    constexpr double kSteps = 0x1p-53;
    const double uniform =
        static_cast<double>(random.bits(static_cast<std::uint64_t>(i)) >> 11U) * kSteps;
    check_scores(scores);
    const std::int32_t token = draw_token(scores, options, uniform);
    const bool ends_line = token == Vocabulary::kLineEnd;
    const std::string piece =
        ends_line ? "\n" : joiner_.next(end, encoder_.vocabulary().token(token));
    text += piece;
    end = last_character(piece);
    if (use && !use(piece)) break;
    lines += ends_line ? 1 : 0;
    if (options.lines > 0 && lines == options.lines) break;
    scores = reader->read(std::span(&token, 1));
  }
  return text;
}

}  // namespace sequent
