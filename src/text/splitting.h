// The two ways from text to tokens: a short one for ASCII, and ICU's for everything. Both give the
// same tokens for ASCII text; tests hold them against each other.
#pragma once

#include <functional>
#include <string_view>

#include "sequent/config.h"

namespace sequent {

enum class TokenKind { kWords, kCharacters, kWhitespace, kEveryCharacter };

using TokenSink = std::function<void(std::string_view token)>;

/// Tokens of text that is ASCII, without ICU.
void split_ascii(std::string_view text, TokenKind kind, bool lowercase, const TokenSink& sink);

/// Tokens of any UTF-8 text.
///
/// Normalization: with both options NFKC, full case folding, NFKC; each alone is just that step.
/// The first NFKC makes canonically equivalent texts equal before U+0345 folds to a letter; the
/// second composes what folding took apart. The result is a fixed point: normalizing it again
/// changes nothing. Default-ignorable characters stay (they would go with NFKC_Casefold).
/// White space (the property White_Space) separates tokens and is never part of one; only of
/// kEveryCharacter it makes tokens.
/// Errors: Data if `text` is longer than ICU can address (2^31 - 1 UTF-16 units).
/// Threads: any; each has its own break iterators.
void split_unicode(std::string_view text, TokenKind kind, const Normalization& normalization,
                   const TokenSink& sink);

/// True if ICU's word rules keep all of `text` together. What they say of ':' and '@' depends on
/// ICU's version.
bool is_one_word(std::string_view text);

}  // namespace sequent
