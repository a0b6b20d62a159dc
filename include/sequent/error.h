// The one exception type of the library. Every fault a user can cause ends here, with its place.
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
  kQualityGate,  // a result below what --require asked for
  kNumeric,      // a loss or gradient that is not finite
  kRuntime,      // files that cannot be written, devices that are not there
  kInternal,     // a fault of this library
};

/// The exit code programs end with: 2 usage and config, 3 data, 4 artifact, 5 quality gate, 1 the
/// rest.
int exit_code(ErrorKind kind) noexcept;

/// One fault: where it is (`file: /json/pointer` or `file:line`, may be empty) and what was found,
/// what is allowed and, where known, the likely cure.
struct Issue {
  std::string where;
  std::string message;

  bool operator==(const Issue&) const = default;
};

/// One fault, or all that were found at once. `what()` has one line per issue.
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
