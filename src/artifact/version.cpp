#include <array>
#include <ctime>

#include "sequent/artifact.h"

namespace sequent {

std::string_view version() { return SEQUENT_VERSION; }

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, sizeof("2026-01-31T12:00:00Z")> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

}  // namespace sequent
