// Warnings that would otherwise be repeated, such as about a file that is read several times.
#pragma once

#include <string>

namespace sequent {

/// Logs a warning unless the same one was logged before.
void warn_once(const std::string& message);

}  // namespace sequent
