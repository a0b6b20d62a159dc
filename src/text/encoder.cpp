#include <algorithm>
#include <utility>

#include "sequent/text.h"
#include "text/fit_length.h"

namespace sequent {

TextEncoder::TextEncoder(const TextInput& spec, Vocabulary vocabulary, bool spells_unknown)
    : spec_(spec),
      tokenizer_(spec.tokenizer),
      vocabulary_(std::move(vocabulary)),
      spells_unknown_(spells_unknown) {}

void TextEncoder::add(std::string_view token, Side cut, EncodedText& result) const {
  ++result.token_count;
  // When truncation is at the end, tokens past max_length are counted but never looked up.
  if (cut == Side::kPost && result.token_count > spec_.max_length) return;
  auto id = static_cast<std::int32_t>(vocabulary_.id(token));
  if (id == Vocabulary::kUnknown && spells_unknown_) {
    result.unknown_words.emplace_back(token);
    id = -static_cast<std::int32_t>(result.unknown_words.size());
  }
  result.ids.push_back(id);
}

void TextEncoder::complete(Side cut, EncodedText& result) const {
  truncate_ids(result.ids, spec_.max_length, cut);
  result.empty = result.token_count == 0;
  result.truncated = result.token_count > spec_.max_length;
  result.unknown_count = std::count_if(result.ids.begin(), result.ids.end(), is_unknown);
  complete_ids(result.ids, spec_);
}

EncodedText TextEncoder::encode(std::string_view text) const {
  return encode(text, spec_.truncating);
}

EncodedText TextEncoder::encode(std::string_view text, Side cut) const {
  EncodedText result;
  tokenizer_.for_each_token(text, [&](std::string_view token) { add(token, cut, result); });
  complete(cut, result);
  return result;
}

EncodedText TextEncoder::encode_pair(std::string_view first, std::string_view second) const {
  return join(encode(first), encode(second));
}

EncodedText TextEncoder::encode_with_target(std::string_view source,
                                            std::string_view target) const {
  return join(encode(source), encode(target, Side::kPost));
}

EncodedText TextEncoder::join(EncodedText result, const EncodedText& other) {
  const auto words_before = static_cast<std::int32_t>(result.unknown_words.size());
  result.ids.push_back(static_cast<std::int32_t>(Vocabulary::kPairBreak));
  for (const std::int32_t id : other.ids) result.ids.push_back(id < 0 ? id - words_before : id);
  result.unknown_words.insert(result.unknown_words.end(), other.unknown_words.begin(),
                              other.unknown_words.end());
  result.empty = result.empty || other.empty;
  result.truncated = result.truncated || other.truncated;
  result.token_count = std::max(result.token_count, other.token_count);
  result.unknown_count += other.unknown_count;
  return result;
}

EncodedText TextEncoder::encode_lines(std::string_view text) const {
  EncodedText result;
  for_each_line(text, [&](std::string_view line, bool is_last) {
    tokenizer_.for_each_token(
        line, [&](std::string_view token) { add(token, spec_.truncating, result); });
    if (is_last) return;
    ++result.token_count;
    result.ids.push_back(static_cast<std::int32_t>(Vocabulary::kLineEnd));
  });
  complete(spec_.truncating, result);
  return result;
}

EncodedText TextEncoder::encode(std::span<const std::string> tokens) const {
  EncodedText result;
  for (const std::string& token : tokens) {
    add(normalize_token(spec_.tokenizer, token), spec_.truncating, result);
  }
  complete(spec_.truncating, result);
  return result;
}

}  // namespace sequent
