#include "core/delimiter.h"

#include <cctype>

namespace sequent {

bool is_delimiter(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x80 && byte != 0 && std::isalnum(byte) == 0 && character != '"' &&
         character != '\r' && character != '\n';
}

std::string delimiter_error(const std::string& delimiter) {
  if (delimiter.size() == 1 && is_delimiter(delimiter.front())) return "";
  return "found \"" + delimiter +
         "\"; expected one ASCII character that is not a letter, digit or quote, such as \",\", "
         "\";\", \"|\" or \"\\t\"";
}

std::string quoted_delimiter(char delimiter) {
  return delimiter == '\t' ? "\"\\t\"" : "\"" + std::string(1, delimiter) + "\"";
}

}  // namespace sequent
