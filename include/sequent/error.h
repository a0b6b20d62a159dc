// The library's only exception type. Every error that a user can cause is reported as an Error with
// its location.
#pragma once

#include <exception>
#include <string>
#include <vector>

namespace sequent {

enum class ErrorKind {
  kUsage,        // the command line or a function's arguments
  kConfig,       // a config file or a --set option
  kData,         // training, evaluation or inference data
  kArtifact,     // a run folder or model archive
  kQualityGate,  // a result that misses a --require threshold
  kNumeric,      // a loss or gradient that is not finite
  kRuntime,      // unwritable files, missing devices
  kInternal,     // a bug in this library
};

/// Returns the exit code of the programs: 2 for usage and config, 3 for data, 4 for artifacts, 5
/// for quality gates, 1 for all others.
int exit_code(ErrorKind kind) noexcept;

/// One error: its location (`file: /json/pointer` or `file:line`; may be empty), and a message that
/// says what was found, what is allowed and, if known, the likely cure.
struct Issue {
  std::string where;
  std::string message;

  bool operator==(const Issue&) const = default;
};

/// One or more issues that were found together. `what()` has one line per issue.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::vector<Issue> issues);
  Error(ErrorKind kind, std::string where, std::string message);

  ErrorKind kind() const noexcept { return kind_; }
  const std::vector<Issue>& issues() const noexcept { return issues_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  ErrorKind kind_;
  std::vector<Issue> issues_;
  std::string text_;
};

}  // namespace sequent
