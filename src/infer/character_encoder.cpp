#include "infer/character_encoder.h"

#include <algorithm>
#include <memory>

#include "kernels/recurrent.h"

namespace sequent {
namespace {

std::vector<StagePointer> stages_of(const CharactersSpec& spec, const std::string& prefix,
                                    const WeightSource& weights) {
  const std::span<const float> bytes = weights(prefix + "bytes");
  std::vector<StagePointer> stages;
  if (spec.encoder == CharacterEncoderType::kLstm) {
    RecurrentShape shape;
    shape.kernels = &kernels::kernels<float>();
    shape.size = {kernels::Cell::kLstm, spec.byte_dim, spec.output_dim / 2};
    shape.directions = 2;
    shape.result = Result::kLastVisited;
    const auto table = std::make_shared<const std::vector<float>>(bytes.begin(), bytes.end());
    stages.push_back(recurrent_stage(shape, prefix + "lstm.", weights,
                                     {table, FusedOptions{}.token_table_bytes}));
    return stages;
  }
  Conv1dSpec convolution;
  convolution.filters = spec.output_dim;
  convolution.kernel_size = spec.kernel_size;
  stages.push_back(embedding_stage({{bytes, spec.byte_dim}}));
  stages.push_back(conv1d_stage(convolution, spec.byte_dim, weights(prefix + "cnn.weight"),
                                weights(prefix + "cnn.bias")));
  stages.push_back(pool_stage({PoolMode::kMax}));
  return stages;
}

}  // namespace

CharacterEncoder::CharacterEncoder(const CharactersSpec& spec, const std::string& prefix,
                                   const WeightSource& weights)
    : spec_(spec), stages_(stages_of(spec, prefix, weights)) {}

const float* CharacterEncoder::encode(const std::vector<std::string_view>& words,
                                      kernels::Arena& arena) const {
  std::vector<std::int64_t> lengths;
  lengths.reserve(words.size());
  for (const std::string_view word : words) {
    // A word without bytes has a single one: 0.
    lengths.push_back(std::clamp<std::int64_t>(std::ssize(word), 1, spec_.max_bytes));
  }
  const kernels::StepPlan plan(lengths);
  Flow flow{plan, arena, {}, {}, plan.mirrored()};
  flow.ids.reserve(to_size(plan.tokens()));
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    for (std::int64_t place = 0; place < plan.active(step); ++place) {
      const std::string_view word = words[to_size(plan.row(place))];
      flow.ids.push_back(word.empty() ? 0 : static_cast<unsigned char>(word[to_size(step)]));
    }
  }
  for (const StagePointer& stage : stages_) stage->run(flow);
  return flow.values;
}

std::vector<std::string> words_of(std::span<const float> spellings, std::int64_t max_bytes) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < spellings.size(); begin += to_size(max_bytes)) {
    std::string& word = words.emplace_back();
    for (const float letter : spellings.subspan(begin, to_size(max_bytes))) {
      if (letter != 0) word += static_cast<char>(static_cast<unsigned char>(letter));
    }
  }
  return words;
}

}  // namespace sequent
