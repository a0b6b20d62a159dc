// Labels of the rows that are evaluated.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sequent {

/// The training labels, followed by the labels that only the evaluated rows have, of which the n-th
/// has the number -n.
class LabelNumbers {
 public:
  LabelNumbers(std::vector<std::string> names, const std::vector<std::string>& unseen)
      : known_(std::ssize(names)), names_(std::move(names)) {
    names_.insert(names_.end(), unseen.begin(), unseen.end());
  }

  const std::vector<std::string>& names() const { return names_; }
  std::int32_t number(std::int32_t label) const {
    return label >= 0 ? label : static_cast<std::int32_t>(known_) - label - 1;
  }

  /// Returns a row of `probabilities` [rows, known], with 0 for each unseen label. The result is
  /// valid until the next call.
  std::span<const float> row(const std::vector<float>& probabilities, std::int64_t row) {
    const auto begin = probabilities.begin() + row * known_;
    row_.assign(begin, begin + known_);
    row_.resize(names_.size(), 0.0F);
    return row_;
  }

 private:
  std::int64_t known_;
  std::vector<std::string> names_;
  std::vector<float> row_;
};

}  // namespace sequent
