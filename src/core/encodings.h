// Character encodings of text files, by their IANA names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sequent {

inline constexpr std::string_view kUtf8 = "utf-8";

/// Returns whether the name means UTF-8, which needs no conversion.
bool is_utf8(std::string_view encoding);

/// Returns an error message if there is no encoding of this name.
std::optional<std::string> encoding_error(const std::string& encoding);

/// Returns the encoding in which a part of a file that is not UTF-8 probably is, or "" if none is
/// likely.
std::string likely_encoding(std::string_view sample);

}  // namespace sequent
