// Random strings for tests of properties that hold for any text.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sequent::testing {

inline std::size_t draw(std::mt19937& random, std::size_t bound) { return random() % bound; }

/// Concatenates up to `longest` random elements of `pieces`.
inline std::string random_text(std::mt19937& random, const std::vector<std::string>& pieces,
                               std::size_t longest) {
  std::string text;
  for (std::size_t i = draw(random, longest + 1); i > 0; --i) {
    text += pieces[draw(random, pieces.size())];
  }
  return text;
}

}  // namespace sequent::testing
