// Finds labels that a reader takes for one label.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Two labels that a reader takes for one, and why.
struct SimilarPair {
  std::size_t first = 0;  // indices of the labels
  std::size_t second = 0;
  std::string difference;  // the end of a sentence that begins with the labels
  bool operator==(const SimilarPair&) const = default;
};

/// Returns pairs of labels that differ only in case, white space, invisible characters or
/// compatibility forms (Unicode's NFKC_Casefold); that are the same decimal number; or that look
/// alike (UTS #39), of which at least one has a character outside ASCII. Each label is paired at
/// most once with an earlier one.
std::vector<SimilarPair> similar_labels(const std::vector<std::string>& labels);

/// Returns a label in quotes. If the part that differs from `other` can be invisible or look like
/// something else, its code points follow, as in `"pos " (U+0020 at its end)`.
std::string label_beside(std::string_view label, std::string_view other);

}  // namespace sequent
