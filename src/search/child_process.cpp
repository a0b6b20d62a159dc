#include "search/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/temporary_file.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Runs in the child between fork and exec, where only async-signal-safe functions are allowed.
[[noreturn]] void become(char* const* words, int log, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it has ended meanwhile
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(words[0], words);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const std::filesystem::path& log) {
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) fail_write(log, errno);
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ == 0) become(words.data(), file, parent);
  const int code = errno;
  ::close(file);
  if (id_ < 0) {
    throw Error(ErrorKind::kRuntime, command.front(),
                std::string("cannot be started: ") + std::strerror(code));
  }
}

ChildProcess::~ChildProcess() {
  if (!end_) kill();
}

std::optional<ChildEnd> ChildProcess::poll() {
  if (end_) return end_;
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  end_ = WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)} : ChildEnd{WEXITSTATUS(status), 0};
  return end_;
}

void ChildProcess::request_stop() const {
  if (!end_) ::kill(id_, SIGTERM);
}

void ChildProcess::kill() {
  if (end_) return;
  ::kill(id_, SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  end_ = ChildEnd{0, SIGKILL};
}

}  // namespace sequent
