#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>

#include "core/random.h"
#include "sequent/data.h"

namespace sequent {
namespace {

/// Moves a random fraction of the training examples to `part`, stratified by label.
void hold_out(std::span<const std::int32_t> labels, const HeldOut& spec, Part part,
              std::vector<Part>& parts) {
  std::map<std::int32_t, std::vector<std::size_t>> rows_of;
  std::map<std::int32_t, std::size_t> all_of;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    ++all_of[labels[row]];
    if (parts[row] == Part::kTrain) rows_of[labels[row]].push_back(row);
  }
  for (auto& [label, rows] : rows_of) {
    if (rows.size() < 2) continue;
    const auto share = std::llround(spec.fraction * static_cast<double>(all_of[label]));
    const auto wanted = static_cast<std::size_t>(
        std::clamp<long long>(share, 1, static_cast<long long>(rows.size()) - 1));
    const RandomStream random(static_cast<std::uint64_t>(spec.seed), RandomPurpose::kHeldOut,
                              {static_cast<std::uint64_t>(label)});
    random.shuffle(std::span(rows));
    for (std::size_t i = 0; i < wanted; ++i) parts[rows[i]] = part;
  }
}

/// The number of windows before a held-out part whose targets overlap its steps.
std::size_t windows_reaching(const WindowsFormat& windows) {
  return static_cast<std::size_t>((windows.horizon - 1 + windows.stride - 1) / windows.stride);
}

/// Moves the last training examples of each group to `part`. The `reaching` examples before them
/// are left out.
void hold_out_last(std::span<const std::int32_t> groups, const HeldOut& spec, std::size_t reaching,
                   Part part, std::vector<Part>& parts) {
  std::map<std::int32_t, std::vector<std::size_t>> rows_of;
  for (std::size_t row = 0; row < groups.size(); ++row) rows_of[groups[row]].push_back(row);
  for (const auto& [group, rows] : rows_of) {
    const auto wanted =
        static_cast<std::size_t>(std::llround(spec.fraction * static_cast<double>(rows.size())));
    std::size_t end = rows.size();
    while (end > 0 && parts[rows[end - 1]] != Part::kTrain) --end;
    const std::size_t begin = end - std::min(end, wanted);
    for (std::size_t i = begin; i < end; ++i) parts[rows[i]] = part;
    for (std::size_t i = begin - std::min(begin, reaching); i < begin; ++i) {
      parts[rows[i]] = Part::kLeftOut;
    }
  }
}

}  // namespace

std::vector<Part> choose_parts(std::span<const std::int32_t> labels, const DataSpec& spec,
                               bool in_order) {
  std::vector<Part> parts(labels.size(), Part::kTrain);
  const auto* windows = std::get_if<WindowsFormat>(&spec.format);
  const auto choose = [&](const HeldOut* held_out, Part part) {
    if (held_out == nullptr) return;
    if (windows != nullptr) {
      hold_out_last(labels, *held_out, windows_reaching(*windows), part, parts);
    } else if (in_order) {
      hold_out_last(labels, *held_out, /*reaching=*/0, part, parts);
    } else {
      hold_out(labels, *held_out, part, parts);
    }
  };
  if (spec.test) choose(std::get_if<HeldOut>(&*spec.test), Part::kTest);
  choose(std::get_if<HeldOut>(&spec.validation), Part::kValidation);
  return parts;
}

}  // namespace sequent
