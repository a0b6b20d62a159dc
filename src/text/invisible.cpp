#include "text/invisible.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace sequent {
namespace {

/// Whether emoji and some scripts need the character: joiners and variation selectors.
bool can_be_needed(UChar32 c) {
  constexpr UChar32 kNonJoiner = 0x200C;
  constexpr UChar32 kJoiner = 0x200D;
  return c == kNonJoiner || c == kJoiner || u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR) != 0;
}

bool is_plain_letter(UChar32 c) {
  if (u_isalpha(c) == 0) return false;
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
}

}  // namespace

char32_t find_invisible(std::string_view text) {
  // All these characters are outside ASCII.
  const bool is_ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (is_ascii) return 0;
  const auto characters =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  UChar32 previous = 0;
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    const UChar32 c = characters.char32At(i);
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 &&
        (!can_be_needed(c) || is_plain_letter(previous))) {
      return static_cast<char32_t>(c);
    }
    previous = c;
  }
  return 0;
}

std::string code_point_name(char32_t code_point) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code_point));
  return text.data();
}

}  // namespace sequent
