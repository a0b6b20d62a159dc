// How scripts are written.
#pragma once

#include <string_view>

namespace sequent {

/// Whether words of the script of `text`'s first character stand without spaces between them:
/// Chinese, Japanese, Thai, Lao, Khmer and Burmese, with the punctuation of these.
bool writes_without_spaces(std::string_view text);

}  // namespace sequent
