// Runs the built programs in a shell, as a user does.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <memory>
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

/// The base of tests that share a folder, which the suite fills in its SetUpTestSuite.
class ProgramTest : public ::testing::Test {
 protected:
  static void make_folder() { folder_ = std::make_unique<TemporaryFolder>(); }
  static void TearDownTestSuite() { folder_.reset(); }

  static CommandResult run(const std::string& line) { return run_command(*folder_, line); }

  /// Trains c.json of the folder into `run` and exports model.pt.
  static void train_and_export() {
    const CommandResult train = run("sequent train c.json --out run");
    ASSERT_EQ(train.code, 0) << train.err;
    const CommandResult exported = run("sequent export run --out model.pt");
    ASSERT_EQ(exported.code, 0) << exported.err;
  }

  /// Expects the exit code, and the text in the first line of stderr.
  static void expect_fault(const std::string& line, int code, const std::string& first_line) {
    const CommandResult result = run(line);
    EXPECT_EQ(result.code, code) << line << '\n' << result.err;
    EXPECT_NE(result.first_error_line().find(first_line), std::string::npos)
        << line << "\nfound:    " << result.first_error_line() << "\nexpected: " << first_line;
  }

  inline static std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace sequent::testing
