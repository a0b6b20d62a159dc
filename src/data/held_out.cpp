#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>

#include "core/random.h"
#include "sequent/data.h"

namespace sequent {
std::vector<bool> choose_held_out(std::span<const std::int32_t> labels, const HeldOut& spec) {
  std::map<std::int32_t, std::vector<std::size_t>> rows_of;
  for (std::size_t row = 0; row < labels.size(); ++row) rows_of[labels[row]].push_back(row);

  std::vector<bool> held_out(labels.size(), false);
  for (auto& [label, rows] : rows_of) {
    if (rows.size() < 2) continue;
    const auto share = std::llround(spec.fraction * static_cast<double>(rows.size()));
    const auto wanted = static_cast<std::size_t>(
        std::clamp<long long>(share, 1, static_cast<long long>(rows.size()) - 1));
    const RandomStream random(static_cast<std::uint64_t>(spec.seed), RandomPurpose::kHeldOut,
                              {static_cast<std::uint64_t>(label)});
    random.shuffle(std::span(rows));
    for (std::size_t i = 0; i < wanted; ++i) held_out[rows[i]] = true;
  }
  return held_out;
}

}  // namespace sequent
