#include "infer/text_writer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "runtime/thread_setup.h"
#include "sequent/error.h"
#include "text/unicode_script.h"

namespace sequent {
namespace {

void check(const GenerateOptions& options) {
  const auto refuse = [](const char* option, const char* allowed) {
    throw Error(ErrorKind::kUsage, option, std::string("out of range; allowed is ") + allowed);
  };
  if (!(options.temperature >= 0) || !std::isfinite(options.temperature)) {
    refuse("temperature", "a number of at least 0");
  }
  if (!(options.top_p > 0 && options.top_p <= 1)) refuse("top_p", "above 0 and at most 1");
  if (options.top_k < 0) refuse("top_k", "at least 0");
  if (options.length < 0) refuse("length", "at least 0");
  if (options.lines < 0) refuse("lines", "at least 0");
}

/// Draws a token. `scores` [V]: softmax gives the probabilities; <pad> and <unk> are never drawn.
std::int64_t draw(std::span<const float> scores, const GenerateOptions& options, double uniform) {
  std::vector<std::int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::erase_if(
      order, [](std::int64_t id) { return id == Vocabulary::kPad || id == Vocabulary::kUnknown; });
  const auto score = [&](std::int64_t id) { return scores[static_cast<std::size_t>(id)]; };
  const auto before = [&](std::int64_t a, std::int64_t b) {
    return score(a) != score(b) ? score(a) > score(b) : a < b;
  };
  if (options.temperature == 0) return *std::min_element(order.begin(), order.end(), before);
  if (options.top_k > 0 && static_cast<std::size_t>(options.top_k) < order.size()) {
    std::nth_element(order.begin(), order.begin() + options.top_k, order.end(), before);
    order.resize(static_cast<std::size_t>(options.top_k));
  }
  // In one order, whatever the selection above left: equal seeds draw equal tokens.
  std::sort(order.begin(), order.end(), before);
  std::vector<double> weights;
  weights.reserve(order.size());
  const double greatest = score(order.front());
  for (const std::int64_t id : order) {
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

constexpr std::string_view kNoSpaceBefore = ".,;:!?%)]}'\"";
constexpr std::string_view kNoSpaceAfter = "([{$";

/// The last character of a text, in bytes.
std::string_view last_character(std::string_view text) {
  std::size_t begin = text.size();
  constexpr unsigned char kMask = 0xC0;
  constexpr unsigned char kContinuation = 0x80;
  while (begin > 0) {
    --begin;
    if ((static_cast<unsigned char>(text[begin]) & kMask) != kContinuation) break;
  }
  return text.substr(begin);
}

}  // namespace

double TextLikelihood::perplexity() const {
  return tokens == 0 ? 1 : std::exp(-log_probability / static_cast<double>(tokens));
}

std::string TokenJoiner::next(std::string_view before, std::string_view token) const {
  const std::string piece(token);
  if (std::holds_alternative<CharactersTokenizer>(tokenizer_)) return piece;
  if (before.empty() || before.back() == '\n') return piece;
  if (std::holds_alternative<WhitespaceTokenizer>(tokenizer_)) return " " + piece;
  const std::string_view last = last_character(before);
  const bool ends_open = last.size() == 1 && kNoSpaceAfter.find(last) != std::string_view::npos;
  const bool begins_closed = kNoSpaceBefore.find(token.front()) != std::string_view::npos;
  const bool joined = writes_without_spaces(last) || writes_without_spaces(token);
  return ends_open || begins_closed || joined ? piece : " " + piece;
}

std::vector<std::int64_t> TextWriter::read_prompt(std::string_view prompt) const {
  std::vector<std::int64_t> ids{Vocabulary::kLineEnd};
  const EncodedText text = encoder_.encode_lines(prompt);
  const std::int64_t tokens = text.token_count - std::count(prompt.begin(), prompt.end(), '\n');
  if (tokens > 0 && text.unknown_count == tokens) {
    throw Error(ErrorKind::kData, "the prompt",
                "the model knows none of its " + std::to_string(tokens) +
                    " tokens; expected is text as in training");
  }
  if (!text.empty) ids.insert(ids.end(), text.ids.begin(), text.ids.end());
  return ids;
}

std::string TextWriter::generate(std::string_view prompt, const GenerateOptions& options,
                                 const std::function<bool(std::string_view)>& use) const {
  check(options);
  const ComputeScope scope;
  const std::vector<std::int64_t> ids = read_prompt(prompt);
  std::vector<torch::Tensor> states = engine_.start(1);
  torch::Tensor scores =
      engine_.advance(torch::tensor(ids, torch::kInt64).unsqueeze(0), states).select(1, -1);
  const RandomStream random(options.seed, RandomPurpose::kGenerate);
  std::string text;
  std::string end(prompt);  // of all that stands so far, as far as joining needs it
  std::int64_t lines = 0;
  for (std::int64_t i = 0; i < options.length; ++i) {
    const torch::Tensor row = scores.contiguous();
    const std::span<const float> of_tokens(row.data_ptr<float>(),
                                           static_cast<std::size_t>(row.numel()));
    constexpr double kSteps = 0x1p-53;
    const double uniform =
        static_cast<double>(random.bits(static_cast<std::uint64_t>(i)) >> 11U) * kSteps;
    const std::int64_t token = draw(of_tokens, options, uniform);
    const bool ends_line = token == Vocabulary::kLineEnd;
    const std::string piece =
        ends_line ? "\n" : joiner_.next(end, encoder_.vocabulary().token(token));
    text += piece;
    end = last_character(piece);
    if (use && !use(piece)) break;
    lines += ends_line ? 1 : 0;
    if (options.lines > 0 && lines == options.lines) break;
    scores = engine_.advance(torch::full({1, 1}, token, torch::kInt64), states).select(1, -1);
  }
  return text;
}

std::vector<double> TextWriter::score(const EncodedRows& rows) const {
  constexpr std::int64_t kWindow = 64;  // steps whose scores are in memory at a time
  const c10::InferenceMode no_gradient;
  std::int64_t longest = 0;
  for (const InputRow& row : rows) longest = std::max(longest, row.length() + 1);
  const auto count = static_cast<std::int64_t>(rows.size());
  torch::Tensor read = torch::zeros({count, longest}, torch::kInt64);
  torch::Tensor next = torch::zeros({count, longest}, torch::kInt64);
  torch::Tensor outside = torch::ones({count, longest}, torch::kBool);
  for (std::int64_t row = 0; row < count; ++row) {
    const auto ids = rows[static_cast<std::size_t>(row)].ids;
    auto* of_read = read.data_ptr<std::int64_t>() + row * longest;
    auto* of_next = next.data_ptr<std::int64_t>() + row * longest;
    of_read[0] = Vocabulary::kLineEnd;
    std::copy(ids.begin(), ids.end(), of_read + 1);
    std::copy(ids.begin(), ids.end(), of_next);
    of_next[ids.size()] = Vocabulary::kLineEnd;
    outside[row].narrow(0, 0, static_cast<std::int64_t>(ids.size()) + 1).fill_(false);
  }
  std::vector<torch::Tensor> states = engine_.start(count);
  torch::Tensor sums = torch::zeros({count}, torch::kFloat64);
  for (std::int64_t at = 0; at < longest; at += kWindow) {
    const std::int64_t steps = std::min(kWindow, longest - at);
    const torch::Tensor scores = engine_.advance(read.narrow(1, at, steps), states);
    const torch::Tensor found = torch::log_softmax(scores, 2)
                                    .gather(2, next.narrow(1, at, steps).unsqueeze(2))
                                    .squeeze(2)
                                    .to(torch::kFloat64);
    sums += found.masked_fill(outside.narrow(1, at, steps), 0).sum(1);
  }
  return {sums.data_ptr<double>(), sums.data_ptr<double>() + count};
}

}  // namespace sequent
