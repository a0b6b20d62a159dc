// Properties of scripts.
#pragma once

#include <string_view>

namespace sequent {

/// Returns whether the script of the first character of `text` is written without spaces between
/// words: Chinese, Japanese, Thai, Lao, Khmer and Burmese, including their punctuation.
bool writes_without_spaces(std::string_view text);

}  // namespace sequent
