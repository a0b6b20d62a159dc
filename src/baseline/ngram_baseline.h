// A linear n-gram model of the kind that sequence models should be compared with.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// TF-IDF vectors of n-grams (see NgramFeatures) with multinomial logistic regression. The strength
/// of its penalty is chosen on a share of the training rows; then it is trained on all of them. Of
/// many rows, a sample is used.
/// Threads: probabilities() can be called from many threads at once.
class NgramBaseline {
 public:
  /// Trains with `threads` threads (0: one per core); their number does not change the result.
  /// The vocabulary must outlive the model. Requires token ids, and a label of 0..classes-1 for
  /// each row. Returns null if there are too many labels for a model that trains in seconds.
  static std::unique_ptr<NgramBaseline> train(const EncodedDataset& rows,
                                              const Vocabulary& vocabulary, std::int64_t classes,
                                              int threads);
  NgramBaseline(const NgramBaseline&) = delete;
  NgramBaseline& operator=(const NgramBaseline&) = delete;
  ~NgramBaseline();

  /// Shapes: -> [classes], sum 1.
  std::vector<float> probabilities(const InputRow& row) const;

  /// The number of training rows that were used.
  std::int64_t rows() const;

 private:
  struct Parts;
  explicit NgramBaseline(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sequent
