#include <algorithm>
#include <memory>
#include <utility>

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

const std::vector<std::string>& Tagger::sequence_labels() const {
  return model_.loaded().sequence_labels();
}

bool Tagger::marks_spans() const { return tags_->marks_spans(); }

}  // namespace sequent
