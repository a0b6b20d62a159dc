// Text on its way into HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// `text` fit for element content and quoted attributes: the five characters that mean something
/// there are escaped, control characters other than tabs and line ends become U+FFFD.
std::string escape_html(std::string_view text);

/// ` name="value"`, the value escaped.
std::string attribute(std::string_view name, std::string_view value);

}  // namespace sequent
