#include "sequent/error.h"

#include <utility>

#include "core/shortened.h"

namespace sequent {

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kConfig:
      return 2;
    case ErrorKind::kData:
      return 3;
    case ErrorKind::kArtifact:
      return 4;
    case ErrorKind::kQualityGate:
      return 5;
    case ErrorKind::kNumeric:
    case ErrorKind::kRuntime:
    case ErrorKind::kInternal:
      return 1;
  }
  return 1;
}

Error::Error(ErrorKind kind, std::vector<Issue> issues) : kind_(kind), issues_(std::move(issues)) {
  constexpr std::size_t kLongestPlace = 1000;
  for (Issue& issue : issues_) {
    issue.where = shortened(issue.where, kLongestPlace);
    issue.message = bounded_message(std::move(issue.message));
  }
  for (const Issue& issue : issues_) {
    if (!text_.empty()) text_ += '\n';
    if (!issue.where.empty()) text_ += issue.where + ": ";
    text_ += issue.message;
  }
}

Error::Error(ErrorKind kind, std::string where, std::string message)
    : Error(kind, std::vector<Issue>{{std::move(where), std::move(message)}}) {}

}  // namespace sequent
