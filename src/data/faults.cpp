#include "data/faults.h"

#include <utility>

namespace sequent {

void FaultList::add(Issue issue) {
  ++count_;
  if (kept_.size() < kKept) kept_.push_back(std::move(issue));
}

void FaultList::add(const Error& error) {
  for (const Issue& issue : error.issues()) add(issue);
}

void FaultList::append(const FaultList& later) {
  const std::int64_t total = count_ + later.count_;
  for (const Issue& issue : later.kept_) add(issue);
  count_ = total;
}

void FaultList::throw_if_any() const {
  if (empty()) return;
  std::vector<Issue> issues = kept_;
  const auto more = count_ - static_cast<std::int64_t>(kept_.size());
  if (more > 0) {
    issues.push_back({"", "and " + std::to_string(more) + " more " +
                              (more == 1 ? "error" : "errors") + " like these"});
  }
  throw Error(ErrorKind::kData, std::move(issues));
}

}  // namespace sequent
