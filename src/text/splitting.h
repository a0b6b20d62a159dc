// The two splitters: a fast one for ASCII, and one based on ICU for all text. Both produce the same
// tokens for ASCII text, which the tests verify.
#pragma once

#include <functional>
#include <string_view>

#include "sequent/config.h"

namespace sequent {

enum class TokenKind { kWords, kCharacters, kWhitespace, kEveryCharacter };

using TokenSink = std::function<void(std::string_view token)>;

/// Splits ASCII text into tokens without ICU.
void split_ascii(std::string_view text, TokenKind kind, bool lowercase, const TokenSink& sink);

/// Splits any UTF-8 text into tokens.
///
/// Normalization: with both options enabled, text is converted to NFKC, case-folded, and converted
/// to NFKC again; with one option, only that step runs. The first NFKC makes canonically equivalent
/// texts equal before folding turns U+0345 into a letter. The second one recomposes what folding
/// has decomposed. Normalizing the result again changes nothing. Default-ignorable characters are
/// kept (NFKC_Casefold would remove them).
///
/// White space (the property White_Space) separates tokens and is never part of one. Only
/// kEveryCharacter produces white-space tokens.
///
/// Errors: Data if `text` is too long for ICU (2^31 - 1 UTF-16 units).
/// Threads: any; each thread has its own break iterators.
void split_unicode(std::string_view text, TokenKind kind, const Normalization& normalization,
                   const TokenSink& sink);

/// Returns whether ICU's word rules keep all of `text` together. For ':' and '@' the result depends
/// on the ICU version.
bool is_one_word(std::string_view text);

}  // namespace sequent
