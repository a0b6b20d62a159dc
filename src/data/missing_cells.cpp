#include "data/missing_cells.h"

#include <algorithm>
#include <array>

#include "data/readers.h"
#include "text/ascii.h"

namespace sequent {

bool is_missing_cell(std::string_view cell, const std::vector<std::string>& others) {
  constexpr std::array<std::string_view, 12> kNames{"nan",  "-nan", "na",   "n/a", "#n/a", "<na>",
                                                    "null", "none", "#nan", "?",   "-",    "nil"};
  while (!cell.empty() && is_ascii_space(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_ascii_space(cell.back())) cell.remove_suffix(1);
  if (cell.empty()) return true;
  std::string name(cell);
  for (char& c : name) c = ascii_lower(c);
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  // A number such as -999 has several spellings: -999.0.
  const auto number = parse_double(cell);
  return std::any_of(others.begin(), others.end(), [&](const std::string& other) {
    return cell == other || (number && number == parse_double(other));
  });
}

}  // namespace sequent
