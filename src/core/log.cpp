#include "sequent/log.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "core/quiet_log.h"
#include "core/shortened.h"

namespace sequent {
namespace {

struct LogState {
  std::mutex mutex;
  LogSink sink;
  LogLevel level = LogLevel::kInfo;
};

LogState& state() {
  static LogState instance;
  return instance;
}

void write_to_stderr(LogLevel level, std::string_view message) {
  std::string line;
  if (level == LogLevel::kWarning) line = "warning: ";
  if (level == LogLevel::kError) line = "error: ";
  line += message;
  line += '\n';
  // Otherwise the line could appear inside a row of stdout that is still partly in its buffer.
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// Sets the level and returns the former one.
LogLevel exchange_level(LogLevel level) {
  const std::lock_guard lock(state().mutex);
  return std::exchange(state().level, level);
}

}  // namespace

QuietLog::QuietLog(LogLevel level) : former_(exchange_level(LogLevel::kError)) {
  exchange_level(std::max(former_, level));
}

QuietLog::~QuietLog() { exchange_level(former_); }

void set_log_sink(LogSink sink) {
  const std::lock_guard lock(state().mutex);
  state().sink = std::move(sink);
}

void set_log_level(LogLevel level) {
  const std::lock_guard lock(state().mutex);
  state().level = level;
}

void log(LogLevel level, std::string_view text) {
  // Tables and reports are logged too, as information.
  const std::string message =
      level == LogLevel::kWarning ? bounded_message(std::string(text)) : std::string(text);
  const std::lock_guard lock(state().mutex);
  if (level < state().level) return;
  if (state().sink) {
    state().sink(level, message);
  } else {
    write_to_stderr(level, message);
  }
}

}  // namespace sequent
