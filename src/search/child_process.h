// A program that runs as a child of this process and ends with it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sequent {

/// How a child ended.
struct ChildEnd {
  int code = 0;    // the exit code
  int signal = 0;  // the signal that killed it; 0: none
};

/// The child is in a process group of its own, so that Ctrl-C in a terminal reaches only this
/// process. The kernel kills the child if the thread that started it ends, however it ends.
class ChildProcess {
 public:
  /// Starts `command`, whose first word is the path of a program. Its stdout and stderr are
  /// appended to `log`. Errors: Runtime.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills the child if it still runs.
  ~ChildProcess();

  /// Returns how the child ended; nothing while it runs.
  std::optional<ChildEnd> poll();

  /// Sends SIGTERM, at which a training saves a checkpoint and ends.
  void request_stop() const;

  /// Ends the child at once.
  void kill();

 private:
  pid_t id_ = -1;
  std::optional<ChildEnd> end_;
};

}  // namespace sequent
