// Escaping of text for HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// Returns `text` escaped for element content and quoted attributes: the five special characters
/// are escaped, and control characters other than tabs and line ends become U+FFFD.
std::string escape_html(std::string_view text);

/// Returns ` name="value"` with the value escaped.
std::string attribute(std::string_view name, std::string_view value);

}  // namespace sequent
