// Rows of a table for runs of tokens.
#pragma once

#include <cstdint>

#include "sequent/embedding_spec.h"
#include "sequent/text.h"

namespace sequent {

/// Gives each run of n tokens a row of a table with `buckets` rows by a hash of the tokens' ids, so
/// that different runs may share one (Weinberger et al. 2009). The same numbers are computed here,
/// by NgramsImpl on tensors and by an archive's code. No step exceeds 2^53.
struct NgramHash {
  static constexpr std::int64_t kUnknownRow = 0;  // runs with a token that has no id
  static constexpr std::int64_t kFactor = 1000003;
  static constexpr std::int64_t kPrime = 2147483647;  // 2^31 - 1
  static constexpr std::int64_t kSpread = 48271;      // a primitive root of it

  std::int64_t n = 2;
  std::int64_t buckets = 0;

  bool operator==(const NgramHash&) const = default;

  explicit NgramHash(const NgramsSpec& spec) : n(spec.n), buckets(spec.buckets) {}

  /// The row of the run that ends with the token before which `before(1)`, `before(2)` ... stand;
  /// `before(0)` is itself. Before a row's first token stands <pad>.
  template <class Before>
  std::int64_t row(const Before& before) const {
    std::int64_t hash = 0;
    for (std::int64_t back = n - 1; back >= 0; --back) {
      const std::int64_t id = before(back);
      if (is_unknown(static_cast<std::int32_t>(id))) return kUnknownRow;
      hash = (hash * kFactor + id) % kPrime;
    }
    return 1 + hash * kSpread % kPrime % (buckets - 1);
  }
};

}  // namespace sequent
