// Collects the errors of many rows: counts all of them and keeps the first ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/error.h"

namespace sequent {

class FaultList {
 public:
  static constexpr std::size_t kKept = 20;

  void add(Issue issue);
  void add(const Error& error);
  void append(const FaultList& later);

  bool empty() const { return count_ == 0; }

  /// Throws a Data error with the kept issues and the number of further ones, if there are any.
  void throw_if_any() const;

 private:
  std::vector<Issue> kept_;
  std::int64_t count_ = 0;
};

}  // namespace sequent
