// The character between the columns of a table.
#pragma once

#include <string>

namespace sequent {

/// Returns whether a character can separate columns: one ASCII character that is not a letter, a
/// digit, a quote or a line ending.
bool is_delimiter(char character);

/// Returns an error message if an option's value is not one such character, otherwise "".
std::string delimiter_error(const std::string& delimiter);

/// Returns the character in quotes, as in JSON.
std::string quoted_delimiter(char delimiter);

}  // namespace sequent
