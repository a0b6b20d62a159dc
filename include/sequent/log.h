// Log messages of the library. Results are never logged: stdout is for data, the log is for people.
#pragma once

#include <functional>
#include <string_view>

namespace sequent {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogSink = std::function<void(LogLevel level, std::string_view message)>;

/// Sends messages to `sink` instead of stderr; an empty sink restores stderr.
/// Threads: the sink is called by one thread at a time.
void set_log_sink(LogSink sink);

/// Messages below `level` are dropped. Default: kInfo.
void set_log_level(LogLevel level);

void log(LogLevel level, std::string_view message);

inline void log_debug(std::string_view message) { log(LogLevel::kDebug, message); }
inline void log_info(std::string_view message) { log(LogLevel::kInfo, message); }
inline void log_warning(std::string_view message) { log(LogLevel::kWarning, message); }

}  // namespace sequent
