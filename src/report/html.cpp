#include "report/html.h"

namespace sequent {

std::string escape_html(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F;
        result += control ? "\uFFFD" : std::string(1, c);
      }
    }
  }
  return result;
}

std::string attribute(std::string_view name, std::string_view value) {
  std::string result = " ";
  result += name;
  result += "=\"";
  result += escape_html(value);
  result += '"';
  return result;
}

}  // namespace sequent
