// The n-grams of encoded texts as TF-IDF vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "baseline/sparse_rows.h"
#include "sequent/data.h"

namespace sequent {

/// The features are n-grams of a text's tokens and of the characters within each token. Each kind
/// has the weights (1 + ln tf) * (1 + ln((1 + n) / (1 + df))) and length 1, as scikit-learn's
/// TfidfVectorizer with sublinear_tf. Tokens that occur in one text only are read as <unk>, as
/// later texts have unknown tokens, too. N-grams that occur in one text only have no feature. Where
/// tokens are single characters, as in Chinese text, n-grams of tokens are longer, and there are
/// none within tokens. The texts of a pair have features of their own.
/// Threads: of() can be called from many threads at once.
class NgramFeatures {
 public:
  struct Limits {
    std::size_t features = std::size_t{1} << 22U;
    std::int64_t tokens_with_characters = 1'500'000;  // longer data have no n-grams of characters
  };

  /// Learns document counts from these rows of a data set of token ids.
  NgramFeatures(const EncodedDataset& data, std::span<const std::int64_t> rows,
                const Vocabulary& vocabulary, const Limits& limits);

  std::size_t size() const { return weights_.size(); }

  /// The features of a row, in ascending order.
  std::vector<SparseValue> of(const InputRow& row) const;

 private:
  struct Kind {
    int least = 1;  // length of the n-grams, in tokens or characters
    int most = 2;
  };
  /// Calls visit(hash, kind) for each n-gram of a row; kind is 0 for tokens and 1 for characters.
  template <class Visit>
  void for_each_ngram(const InputRow& row, const Visit& visit) const;
  /// Returns the token with this id, or <unk> if it is unknown or rare.
  std::int32_t read_as(std::int32_t id) const;

  const Vocabulary& vocabulary_;
  Kind tokens_;
  Kind characters_;
  bool has_characters_ = true;
  std::vector<bool> is_rare_;                                // by id
  std::unordered_map<std::uint64_t, std::int32_t> numbers_;  // of the features, by their hash
  std::vector<float> weights_;                               // inverse document frequency by number
};

}  // namespace sequent
