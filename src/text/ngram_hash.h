// Maps token n-grams to rows of an embedding table.
#pragma once

#include <cstdint>

#include "sequent/embedding_spec.h"
#include "sequent/text.h"

namespace sequent {

/// Hashes the token ids of an n-gram to a row of a table with `buckets` rows, so different n-grams
/// may share a row (Weinberger et al. 2009). NgramsImpl computes the same hash on tensors, and so
/// does the code of an exported archive. No intermediate value exceeds 2^53.
struct NgramHash {
  static constexpr std::int64_t kUnknownRow = 0;  // n-grams that contain a token without an id
  static constexpr std::int64_t kFactor = 1000003;
  static constexpr std::int64_t kPrime = 2147483647;  // 2^31 - 1
  static constexpr std::int64_t kSpread = 48271;      // a primitive root of kPrime

  std::int64_t n = 2;
  std::int64_t buckets = 0;

  bool operator==(const NgramHash&) const = default;

  explicit NgramHash(const NgramsSpec& spec) : n(spec.n), buckets(spec.buckets) {}

  /// Returns the row of the n-gram that ends with the token `before(0)`. `before(1)`, `before(2)`
  /// and so on are the tokens that precede it, and <pad> precedes the first token of a row.
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
