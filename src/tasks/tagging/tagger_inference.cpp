#include <algorithm>
#include <memory>
#include <utility>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/inference.h"
#include "sequent/tags.h"
#include "text/code_points.h"

namespace sequent {
namespace {

/// A text split into tokens.
struct SplitText {
  std::vector<std::string> tokens;
  std::vector<std::pair<std::int64_t, std::int64_t>> offsets;  // of each token, in code points
};

SplitText split_text(const TokenizerSpec& tokenizer, std::string_view text) {
  SplitText result;
  const CodePoints points(text);
  for (const PlacedToken& token : place_tokens(tokenizer, text)) {
    result.tokens.emplace_back(text.substr(token.begin, token.end - token.begin));
    result.offsets.emplace_back(points.before(token.begin), points.before(token.end));
  }
  return result;
}

/// Computes the offsets of the tokens in the text that joins them with single spaces.
SplitText joined_tokens(const std::vector<std::string>& tokens) {
  SplitText result{tokens, {}};
  std::int64_t at = 0;
  for (const std::string& token : tokens) {
    const std::int64_t length = CodePoints(token).count();
    result.offsets.emplace_back(at, at + length);
    at += length + 1;
  }
  return result;
}

/// Removes the offsets of truncated tokens: the model reads only `count` of them.
void drop_unread(SplitText& text, std::size_t count, Side cut) {
  const auto unread = static_cast<std::ptrdiff_t>(text.offsets.size() - count);
  const auto from = cut == Side::kPre ? text.offsets.begin() : text.offsets.end() - unread;
  text.offsets.erase(from, from + unread);
}

/// Shapes: as many offsets in `text` as tags in `row`.
void fill_tagged(TaggedText& result, const SplitText& text, const TaggedRow& row,
                 const TagSet& tags) {
  if (!row.sequence_label.empty()) {
    const auto best = std::max_element(row.sequence_label.begin(), row.sequence_label.end());
    result.sequence_label = best - row.sequence_label.begin();
    result.sequence_probability = *best;
  }
  for (std::size_t t = 0; t < row.tags.size(); ++t) {
    const auto [begin, end] = text.offsets[t];
    result.tokens.push_back({begin, end, row.tags[t], row.probabilities[t]});
  }
  for (const TagSpan& span : tags.spans(row.tags)) {
    const auto first = static_cast<std::size_t>(span.begin);
    const auto last = static_cast<std::size_t>(span.end) - 1;
    const auto from = row.probabilities.begin();
    result.spans.push_back({text.offsets[first].first, text.offsets[last].second, span.begin,
                            span.end, tags.types()[static_cast<std::size_t>(span.type)],
                            *std::min_element(from + span.begin, from + span.end)});
  }
}

/// `split(i)` returns the tokens of the i-th text.
template <class Split>
std::vector<TaggedText> tag_texts(const LoadedModel& model, const TagSet& tags, std::size_t count,
                                  const Split& split) {
  std::vector<SplitText> texts(count);
  const EncodedInputs inputs = model.encode_each(count, [&](std::size_t i) {
    texts[i] = split(i);
    return model.encoder().encode(texts[i].tokens);
  });
  std::vector<TaggedText> result(count);
  FiniteOutputs finite(count);
  EncodedRows rows;
  std::vector<std::size_t> row_text;  // indices of the texts that have tokens
  for (std::size_t i = 0; i < count; ++i) {
    result[i].truncated = inputs.facts[i].truncated;
    result[i].unknown_share = inputs.facts[i].unknown_share;
    if (inputs.facts[i].empty) continue;
    drop_unread(texts[i], inputs.rows[i].ids.size(), model.text_input().truncating);
    rows.push_back(inputs.rows[i]);
    row_text.push_back(i);
  }
  model.run_batches(rows, model.options().batch_tokens,
                    [&](const std::vector<std::size_t>& numbers, const EncodedRows& chosen) {
                      const std::vector<TaggedRow> found = model.tag(chosen);
                      for (std::size_t i = 0; i < numbers.size(); ++i) {
                        const std::size_t text = row_text[numbers[i]];
                        finite.check(text, found[i].probabilities);
                        finite.check(text, found[i].sequence_label);
                        fill_tagged(result[text], texts[text], found[i], tags);
                      }
                    });
  finite.throw_if_any();
  return result;
}

/// The mean logit of the tags of a span's tokens.
ExplainedNumber number_of_span(const TaggedText& found, const TaggedSpan& span,
                               const RowTokens& row) {
  ExplainedNumber number;
  const double weight = 1.0 / static_cast<double>(span.end_token - span.first_token);
  for (std::int64_t t = span.first_token; t < span.end_token; ++t) {
    const auto token = static_cast<std::size_t>(t);
    number.terms.push_back({row.tokens[token].position, found.tokens[token].tag, weight});
  }
  return number;
}

/// Explains a number by replacing each token with <unk>.
Explanation occlude_tokens(const GradientModel& model, const RowTokens& row,
                           const ExplainedNumber& number) {
  Explanation result;
  result.value = number_of(model, row.texts, number);
  for (const RowTokens::Token& token : row.tokens) {
    std::vector<std::int32_t> ids(row.texts[0].ids.begin(), row.texts[0].ids.end());
    ids[row.place(token)] = static_cast<std::int32_t>(Vocabulary::kUnknown);
    const double rest = number_of(model, {{ids, {}, 0, row.texts[0].words}}, number);
    result.tokens.push_back({0, token.offsets.begin, token.offsets.end, result.value - rest});
  }
  return result;
}

/// Explains the spans of each text; `split(i)` returns the tokens of the i-th text.
template <class Split>
std::vector<std::vector<Explanation>> explain_spans(const LoadedModel& model, const TagSet& tags,
                                                    std::size_t count, const Split& split,
                                                    const ExplainOptions& options) {
  check_explain_options(options, std::ssize(model.labels()));
  const std::vector<GradientModel>& gradients = model.gradient_models();
  const std::vector<TaggedText> found = tag_texts(model, tags, count, split);
  const EncodedInputs inputs = model.encode_each(
      count, [&](std::size_t i) { return model.encoder().encode(split(i).tokens); });
  std::vector<std::vector<Explanation>> result(count);
  const auto explain_one = [&](std::size_t i) {
    std::vector<TokenOffsets> offsets;
    for (const auto& [begin, end] : split(i).offsets) offsets.push_back({begin, end});
    RowTokens row;
    const bool is_empty = inputs.facts[i].empty;
    add_row_tokens(model.text_input(), is_empty, std::move(offsets), inputs.rows[i], row);
    for (const TaggedSpan& span : found[i].spans) {
      const ExplainedNumber number = number_of_span(found[i], span, row);
      const auto index = std::ssize(result[i]);
      result[i].push_back(options.method == ExplainMethod::kOcclusion
                              ? occlude_tokens(gradients.front(), row, number)
                              : explain_with_gradients(gradients, row, number, index, options));
      result[i].back().output = index;
    }
  };
  model.run_batches(inputs.rows, /*batch_tokens=*/1,
                    [&](const std::vector<std::size_t>& numbers, const EncodedRows&) {
                      std::ranges::for_each(numbers, explain_one);
                    });
  return result;
}

}  // namespace

Tagger::Tagger(const Model& model) : model_(model) {
  require_view(model, "Tagger");
  tags_ = std::make_shared<const TagSet>(model.labels());
}

std::vector<TaggedText> Tagger::tag(std::span<const std::string> texts) const {
  const LoadedModel& model = model_.loaded();
  return tag_texts(model, *tags_, texts.size(),
                   [&](std::size_t i) { return split_text(model.tokenizer(), texts[i]); });
}

std::vector<TaggedText> Tagger::tag(std::span<const std::vector<std::string>> token_lists) const {
  return tag_texts(model_.loaded(), *tags_, token_lists.size(),
                   [&](std::size_t i) { return joined_tokens(token_lists[i]); });
}

std::vector<std::vector<Explanation>> Tagger::explain(std::span<const std::string> texts,
                                                      const ExplainOptions& options) const {
  const LoadedModel& model = model_.loaded();
  const auto split = [&](std::size_t i) { return split_text(model.tokenizer(), texts[i]); };
  return explain_spans(model, *tags_, texts.size(), split, options);
}

std::vector<std::vector<Explanation>> Tagger::explain(
    std::span<const std::vector<std::string>> token_lists, const ExplainOptions& options) const {
  const auto split = [&](std::size_t i) { return joined_tokens(token_lists[i]); };
  return explain_spans(model_.loaded(), *tags_, token_lists.size(), split, options);
}

const std::vector<std::string>& Tagger::sequence_labels() const {
  return model_.loaded().sequence_labels();
}

bool Tagger::marks_spans() const { return tags_->marks_spans(); }

}  // namespace sequent
