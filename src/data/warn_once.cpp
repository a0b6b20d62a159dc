#include "data/warn_once.h"

#include <mutex>
#include <set>

#include "sequent/log.h"

namespace sequent {

void warn_once(const std::string& message) {
  constexpr std::size_t kMostKept = 1000;
  static std::mutex mutex;
  static std::set<std::string> logged;
  {
    const std::lock_guard lock(mutex);
    if (logged.size() == kMostKept) logged.clear();
    if (!logged.insert(message).second) return;
  }
  log_warning(message);
}

}  // namespace sequent
