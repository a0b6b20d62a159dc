// Bounds the length of messages.
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// Returns a text of at most `max_bytes` bytes and "...": the beginning of a longer one, cut
/// between two UTF-8 characters.
std::string shortened(std::string_view text, std::size_t max_bytes);

/// Returns a message of bounded length: its quoted values are shortened and, if it is still too
/// long, its middle is left out, so that the beginning and the cure at its end stay.
std::string bounded_message(std::string message);

}  // namespace sequent
