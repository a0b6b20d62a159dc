// Hides log messages while many similar pieces of work run.
#pragma once

#include "sequent/log.h"

namespace sequent {

/// Drops messages below `level` during its lifetime, in the whole process, and restores the former
/// level.
class QuietLog {
 public:
  explicit QuietLog(LogLevel level = LogLevel::kError);
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;
  ~QuietLog();

 private:
  LogLevel former_;
};

}  // namespace sequent
