// Characters that nobody sees.
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// Returns the first invisible character of a text (UTF-8) that makes a word differ from the same
/// word without it: a character that Unicode ignores by default, such as U+200B or a soft hyphen.
/// Joiners and variation selectors count only after a letter of a script that does not need them
/// (Latin, Greek, Cyrillic). Returns 0 if there is none.
char32_t find_invisible(std::string_view text);

/// Returns a code point as `U+200B`.
std::string code_point_name(char32_t code_point);

}  // namespace sequent
