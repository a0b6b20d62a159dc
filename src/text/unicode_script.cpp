#include "text/unicode_script.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace sequent {

bool writes_without_spaces(std::string_view text) {
  if (text.empty()) return false;
  // Look at the first code point only; it is at most four bytes long.
  constexpr std::int32_t kLongest = 4;
  const auto size = static_cast<std::int32_t>(text.size());
  const auto first =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), std::min(size, kLongest)));
  const UChar32 character = first.char32At(0);
  constexpr std::array kScripts{USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_THAI,
                                USCRIPT_LAO, USCRIPT_KHMER,    USCRIPT_MYANMAR,  USCRIPT_BOPOMOFO};
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(character, &status);
  if (U_SUCCESS(status) && std::find(kScripts.begin(), kScripts.end(), script) != kScripts.end()) {
    return true;
  }
  const auto width =
      static_cast<UEastAsianWidth>(u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH));
  return (width == U_EA_WIDE || width == U_EA_FULLWIDTH) && u_ispunct(character) != 0;
}

}  // namespace sequent
