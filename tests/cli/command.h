// Runs the built programs as a user's shell does.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "support.h"

namespace sequent::testing {

struct CommandResult {
  int code = -1;
  std::string out;
  std::string err;

  std::string first_error_line() const { return err.substr(0, err.find('\n')); }
};

/// Runs `line` in a shell with `sequent` and `sequent-infer` on the PATH, in `folder`.
inline CommandResult run_command(const TemporaryFolder& folder, const std::string& line) {
  const std::string out = (folder / ".stdout").string();
  const std::string err = (folder / ".stderr").string();
  const std::string full = "cd '" + folder.path().string() +
                           "' && PATH='" SEQUENT_BINARY_DIR "':\"$PATH\" && { " + line + " ; } >'" +
                           out + "' 2>'" + err + "'";
  const int status = std::system(full.c_str());
  CommandResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = slurp(out);
  result.err = slurp(err);
  return result;
}

}  // namespace sequent::testing
