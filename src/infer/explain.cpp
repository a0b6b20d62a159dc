#include "infer/explain.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>

#include "infer/stages.h"
#include "sequent/error.h"

namespace sequent {
namespace {

using Outputs = std::vector<std::vector<float>>;  // of each row

RowTokens row_tokens(const LoadedModel& model, const std::string& text, const InputRow& row) {
  RowTokens result;
  auto offsets = token_offsets(model.tokenizer(), text);
  const bool is_empty = offsets.empty();
  add_row_tokens(model.text_input(), is_empty, std::move(offsets), row, result);
  return result;
}

RowTokens row_tokens(const LoadedModel& model, const TextWithFeatures& input, const InputRow& row) {
  return row_tokens(model, input.text, row);
}

RowTokens row_tokens(const LoadedModel& model, const TextPair& pair, const InputRow& row) {
  RowTokens result;
  const auto [first, second] = row.pair();
  for (const auto& [text, own] : {std::pair(&pair.first, first), std::pair(&pair.second, second)}) {
    auto offsets = token_offsets(model.tokenizer(), *text);
    const bool is_empty = offsets.empty();
    add_row_tokens(model.text_input(), is_empty, std::move(offsets), own, result);
  }
  return result;
}

Outputs predict_all(const LoadedModel& model, const EncodedRows& rows) {
  Outputs outputs(rows.size());
  FiniteOutputs finite(rows.size());
  model.predict(rows, [&](std::size_t row, std::span<const float> found) {
    finite.check(row, found);
    outputs[row].assign(found.begin(), found.end());
  });
  finite.throw_if_any();
  return outputs;
}

/// A sigmoid unit gives the probability of the second class.
ExplainedNumber number_of_output(const LoadedModel& model, std::int64_t output, double offset) {
  if (!model.is_binary()) return {{{0, output, 1}}, offset};
  return output == 1 ? ExplainedNumber{{{0, 0, 1}}, offset}
                     : ExplainedNumber{{{0, 0, -1}}, offset + 1};
}

double offset_of(const std::vector<double>& offsets, std::int64_t output) {
  return offsets.empty() ? 0 : offsets[to_size(output)];
}

/// The ids of a row without one of its tokens, as the encoder would complete them.
std::vector<std::int32_t> without(const LoadedModel& model, const RowTokens& row,
                                  const RowTokens::Token& token) {
  const auto is_of_text = [&](const RowTokens::Token& other) { return other.text == token.text; };
  const bool is_only_one = std::ranges::count_if(row.tokens, is_of_text) == 1;
  const std::optional<Side>& padding = model.text_input().padding;
  std::vector<std::int32_t> ids;
  for (std::size_t i = 0; i < row.texts.size(); ++i) {
    std::vector<std::int32_t> own(row.texts[i].ids.begin(), row.texts[i].ids.end());
    if (std::cmp_equal(i, token.text) && is_only_one) {
      own[to_size(token.position)] = static_cast<std::int32_t>(Vocabulary::kEmpty);
    } else if (std::cmp_equal(i, token.text)) {
      own.erase(own.begin() + token.position);
      if (padding) {
        own.insert(*padding == Side::kPre ? own.begin() : own.end(),
                   static_cast<std::int32_t>(Vocabulary::kPad));
      }
    }
    if (i > 0) ids.push_back(static_cast<std::int32_t>(Vocabulary::kPairBreak));
    ids.insert(ids.end(), own.begin(), own.end());
  }
  return ids;
}

/// Computes how much each of the outputs falls without each token.
std::vector<Explanation> occlude(const LoadedModel& model, const RowTokens& row,
                                 const std::vector<float>& outputs,
                                 const std::vector<std::int64_t>& chosen,
                                 const std::vector<double>& offsets) {
  constexpr std::size_t kTogether = 256;  // bounds the memory
  std::vector<Explanation> result;
  for (const std::int64_t output : chosen) {
    Explanation& explanation = result.emplace_back();
    explanation.output = output;
    explanation.value = outputs[to_size(output)] + offset_of(offsets, output);
  }
  for (std::size_t begin = 0; begin < row.tokens.size(); begin += kTogether) {
    const std::size_t count = std::min(kTogether, row.tokens.size() - begin);
    std::vector<std::vector<std::int32_t>> ids;
    EncodedRows rows;
    ids.reserve(count);  // rows refer to it
    for (std::size_t i = begin; i < begin + count; ++i) {
      ids.push_back(without(model, row, row.tokens[i]));
      rows.push_back({ids.back(), {}, 0, row.texts.front().words, row.texts.front().features});
    }
    const Outputs found = predict_all(model, rows);
    for (Explanation& explanation : result) {
      const std::size_t output = to_size(explanation.output);
      for (std::size_t i = 0; i < count; ++i) {
        const RowTokens::Token& token = row.tokens[begin + i];
        explanation.tokens.push_back({token.text, token.offsets.begin, token.offsets.end,
                                      static_cast<double>(outputs[output]) - found[i][output]});
      }
    }
  }
  return result;
}

}  // namespace

double Explanation::gap_share() const {
  const double difference = std::abs(value - baseline_value);
  return difference > 0 ? gap / difference : 0;
}

void add_row_tokens(const TextInput& input, bool is_empty, std::vector<TokenOffsets> offsets,
                    const InputRow& row, RowTokens& tokens) {
  const auto text = static_cast<std::int64_t>(tokens.texts.size());
  tokens.texts.push_back(row);
  if (is_empty) return;
  const auto limit = std::min(std::ssize(offsets), input.max_length);
  const auto unread = std::ssize(offsets) - limit;
  const auto first_read = input.truncating == Side::kPre ? unread : 0;
  const bool padded_before = input.padding && *input.padding == Side::kPre;
  const std::int64_t before = padded_before ? row.length() - limit : 0;
  for (std::int64_t i = 0; i < limit; ++i) {
    tokens.tokens.push_back({text, before + i, offsets[to_size(first_read + i)]});
  }
}

void check_explain_options(const ExplainOptions& options, std::int64_t outputs) {
  const auto refuse = [](const std::string& where, const std::string& message) {
    throw Error(ErrorKind::kUsage, where, message);
  };
  constexpr std::int64_t kLeastSteps = 16;
  constexpr std::int64_t kMostSteps = 65536;
  if (!(options.most_gap > 0)) {
    refuse("ExplainOptions::most_gap",
           "found " + std::to_string(options.most_gap) + "; expected a number above 0");
  }
  if (options.most_steps < kLeastSteps || options.most_steps > kMostSteps) {
    refuse("ExplainOptions::most_steps",
           "found " + std::to_string(options.most_steps) + "; expected 16 to 65536");
  }
  for (const std::int64_t label : options.labels) {
    if (label >= 0 && label < outputs) continue;
    refuse("ExplainOptions::labels", "found the index " + std::to_string(label) +
                                         "; expected 0 to " + std::to_string(outputs - 1));
  }
}

Explanation explain_with_gradients(std::span<const GradientModel> models, const RowTokens& row,
                                   const ExplainedNumber& number, std::int64_t output,
                                   const ExplainOptions& options) {
  const RowAttributions found =
      integrate_gradients(models, row.texts, number, {options.most_gap, options.most_steps});
  Explanation result;
  result.output = output;
  result.value = found.value;
  result.baseline_value = found.baseline_value;
  result.gap = found.gap;
  result.steps = found.steps;
  result.other = std::accumulate(found.of_tokens.begin(), found.of_tokens.end(), 0.0);
  for (const RowTokens::Token& token : row.tokens) {
    const double attribution = found.of_tokens[row.place(token)];
    result.tokens.push_back({token.text, token.offsets.begin, token.offsets.end, attribution});
    result.other -= attribution;
  }
  // What is left of the sum if every id is a token is rounding.
  std::size_t ids = 0;
  for (const InputRow& text : row.texts) ids += text.ids.size();
  if (ids == row.tokens.size()) result.other = 0;
  return result;
}

template <class Input>
std::vector<std::vector<Explanation>> explain_inputs(const LoadedModel& model,
                                                     std::span<const Input> inputs,
                                                     const ExplainOptions& options,
                                                     const ChooseOutputs& choose,
                                                     const std::vector<double>& offsets) {
  check_explain_options(options, std::ssize(model.labels()));
  if constexpr (std::is_same_v<Input, Series>) {
    throw Error(ErrorKind::kUsage, model.name(),
                "the model reads sequences of numbers; only predictions for texts are explained");
  } else {
    const bool occludes = options.method == ExplainMethod::kOcclusion;
    const std::span<const GradientModel> gradients =
        occludes ? std::span<const GradientModel>() : model.gradient_models();
    const EncodedInputs encoded = model.encode(inputs);
    const Outputs outputs = predict_all(model, encoded.rows);
    std::vector<std::vector<Explanation>> result(inputs.size());
    const auto explain_one = [&](std::size_t i) {
      const RowTokens row = row_tokens(model, inputs[i], encoded.rows[i]);
      const auto chosen = options.labels.empty() ? choose(outputs[i]) : options.labels;
      if (occludes) {
        result[i] = occlude(model, row, outputs[i], chosen, offsets);
        return;
      }
      for (const std::int64_t output : chosen) {
        const ExplainedNumber number = number_of_output(model, output, offset_of(offsets, output));
        result[i].push_back(explain_with_gradients(gradients, row, number, output, options));
      }
    };
    if (occludes) {
      // The variants of a row are spread over the threads.
      for (std::size_t i = 0; i < inputs.size(); ++i) explain_one(i);
    } else {
      // The points of a row's path are computed together, and rows on many threads.
      model.run_batches(encoded.rows, /*batch_tokens=*/1,
                        [&](const std::vector<std::size_t>& numbers, const EncodedRows&) {
                          std::ranges::for_each(numbers, explain_one);
                        });
    }
    return result;
  }
}

#define SEQUENT_EXPLAIN(Input)                                                                 \
  template std::vector<std::vector<Explanation>> explain_inputs(                               \
      const LoadedModel&, std::span<const Input>, const ExplainOptions&, const ChooseOutputs&, \
      const std::vector<double>&);
SEQUENT_EXPLAIN(std::string)
SEQUENT_EXPLAIN(TextPair)
SEQUENT_EXPLAIN(Series)
SEQUENT_EXPLAIN(TextWithFeatures)
#undef SEQUENT_EXPLAIN

}  // namespace sequent
