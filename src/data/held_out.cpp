#include "data/held_out.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "core/random.h"

namespace sequent {
namespace {

/// Rows by label, in the order of the labels.
using RowsOfLabels = std::map<std::int32_t, std::vector<std::size_t>>;

RandomStream stream_of(const HeldOut& spec, std::uint64_t place) {
  return {static_cast<std::uint64_t>(spec.seed), RandomPurpose::kHeldOut, {place}};
}

/// Moves a random fraction of the training examples to `part`, stratified by label.
void hold_out(std::span<const std::int32_t> labels, const HeldOut& spec, Part part,
              std::vector<Part>& parts) {
  RowsOfLabels rows_of;
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
    stream_of(spec, static_cast<std::uint64_t>(label)).shuffle(std::span(rows));
    for (std::size_t i = 0; i < wanted; ++i) parts[rows[i]] = part;
  }
}

/// Moves one of several folds to `part`. The shuffled rows of each label are dealt to the folds in
/// turn, where the previous label ended, so that the folds have the same size. A label with a
/// single row stays in training.
void hold_out_fold(std::span<const std::int32_t> labels, const HeldOut& spec, Part part,
                   std::vector<Part>& parts) {
  RowsOfLabels rows_of;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (parts[row] == Part::kTrain) rows_of[labels[row]].push_back(row);
  }
  std::int64_t next = 0;
  for (auto& [label, rows] : rows_of) {
    if (rows.size() < 2) continue;
    stream_of(spec, static_cast<std::uint64_t>(label)).shuffle(std::span(rows));
    for (const std::size_t row : rows) {
      if (next++ % *spec.folds == spec.fold) parts[row] = part;
    }
  }
}

/// Rows that are assigned as a whole, by the index of their unit.
struct Units {
  std::vector<std::size_t> of_row;
  std::size_t count = 0;
};

/// Joins rows with an equal key, and those that such rows join in turn.
class UnitFinder {
 public:
  explicit UnitFinder(std::size_t rows) : parent_(rows) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  template <class KeyOf>
  void join_equal(const KeyOf& key_of) {
    std::unordered_map<std::uint64_t, std::size_t> first;
    for (std::size_t row = 0; row < parent_.size(); ++row) {
      const auto [found, is_new] = first.try_emplace(key_of(row), row);
      if (!is_new) parent_[root(row)] = root(found->second);
    }
  }

  /// Units are numbered in the order of their first rows.
  Units units() {
    Units result;
    std::unordered_map<std::size_t, std::size_t> number;
    for (std::size_t row = 0; row < parent_.size(); ++row) {
      const auto [found, is_new] = number.try_emplace(root(row), result.count);
      if (is_new) ++result.count;
      result.of_row.push_back(found->second);
    }
    return result;
  }

 private:
  std::size_t root(std::size_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }

  std::vector<std::size_t> parent_;
};

/// Moves a share of the training examples to `part`, whole units at a time.
class UnitSplit {
 public:
  UnitSplit(std::span<const std::int32_t> labels, Units units, const HeldOut& spec)
      : labels_(labels), units_(std::move(units)), spec_(spec) {
    if (spec.folds) {
      shares_.assign(static_cast<std::size_t>(*spec.folds), 1.0 / static_cast<double>(*spec.folds));
    } else {
      shares_ = {spec.fraction, 1 - spec.fraction};
    }
  }

  void hold_out(Part part, std::vector<Part>& parts) {
    count_labels(parts);
    std::vector<std::map<std::int32_t, double>> in_bin(shares_.size());
    std::vector<std::size_t> bin_of(units_.count);
    for (const std::size_t unit : order()) {
      bin_of[unit] = nearest_bin(in_bin, unit);
      for (const auto& [label, count] : counts_[unit]) in_bin[bin_of[unit]][label] += count;
    }
    const std::size_t wanted = spec_.folds ? static_cast<std::size_t>(spec_.fold) : 0;
    for (std::size_t row = 0; row < parts.size(); ++row) {
      if (parts[row] == Part::kTrain && bin_of[units_.of_row[row]] == wanted) parts[row] = part;
    }
  }

 private:
  void count_labels(const std::vector<Part>& parts) {
    counts_.resize(units_.count);
    sizes_.resize(units_.count);
    for (std::size_t row = 0; row < parts.size(); ++row) {
      if (parts[row] != Part::kTrain) continue;
      ++counts_[units_.of_row[row]][labels_[row]];
      ++sizes_[units_.of_row[row]];
      ++totals_[labels_[row]];
    }
  }

  /// The units in random order, the largest first.
  std::vector<std::size_t> order() const {
    std::vector<std::size_t> units(units_.count);
    std::iota(units.begin(), units.end(), std::size_t{0});
    stream_of(spec_, 0).shuffle(std::span(units));
    std::stable_sort(units.begin(), units.end(),
                     [&](std::size_t a, std::size_t b) { return sizes_[a] > sizes_[b]; });
    return units;
  }

  std::size_t nearest_bin(const std::vector<std::map<std::int32_t, double>>& in_bin,
                          std::size_t unit) const {
    std::size_t best = 0;
    double least = 0;
    for (std::size_t bin = 0; bin < shares_.size(); ++bin) {
      double change = 0;  // of the squared distances from the wanted counts
      for (const auto& [label, count] : counts_[unit]) {
        const double total = totals_.at(label);
        const auto found = in_bin[bin].find(label);
        const double before =
            (found == in_bin[bin].end() ? 0 : found->second) - shares_[bin] * total;
        change += count * (2 * before + count) / total;
      }
      if (bin == 0 || change < least) {
        best = bin;
        least = change;
      }
    }
    return best;
  }

  std::span<const std::int32_t> labels_;
  Units units_;
  const HeldOut& spec_;
  std::vector<double> shares_;                          // of the bins; the first one is held out
  std::vector<std::map<std::int32_t, double>> counts_;  // of each unit, by label
  std::vector<std::int64_t> sizes_;
  std::map<std::int32_t, double> totals_;
};

/// The columns that one held-out part depends on.
struct PartKeys {
  const HeldOut* held_out = nullptr;  // null if the part is a file or missing
  bool SplitKeys::*selected = nullptr;
  std::uint64_t SplitKeys::*group = nullptr;
};

PartKeys keys_of(const DataSpec& spec, Part part) {
  if (part == Part::kTest) {
    const auto* held_out = spec.test ? std::get_if<HeldOut>(&*spec.test) : nullptr;
    return {held_out, &SplitKeys::in_test, &SplitKeys::test_group};
  }
  return {std::get_if<HeldOut>(&spec.validation), &SplitKeys::in_validation,
          &SplitKeys::validation_group};
}

/// Returns the units of a part; without units if it takes rows one by one.
Units find_units(const RowsToSplit& rows, const DataSpec& spec, const PartKeys& keys,
                 bool in_order) {
  const bool joins_inputs = spec.duplicates == Duplicates::kGroup && !rows.inputs.empty();
  const bool is_ordered = in_order || std::holds_alternative<WindowsFormat>(spec.format);
  if (keys.held_out == nullptr || keys.held_out->column || is_ordered) return {};
  if (!keys.held_out->group && !joins_inputs) return {};
  UnitFinder finder(rows.labels.size());
  if (keys.held_out->group) {
    finder.join_equal([&](std::size_t row) { return rows.keys[row].*keys.group; });
  }
  if (joins_inputs) finder.join_equal([&](std::size_t row) { return rows.inputs[row]; });
  return finder.units();
}

/// The number of windows before a held-out part whose targets overlap its steps. A class is that of
/// a step of the window.
std::size_t windows_reaching(const WindowsFormat& windows) {
  if (windows.label) return 0;
  return static_cast<std::size_t>((windows.horizon - 1 + windows.stride - 1) / windows.stride);
}

RowsOfLabels rows_by_label(std::span<const std::int32_t> labels) {
  RowsOfLabels rows_of;
  for (std::size_t row = 0; row < labels.size(); ++row) rows_of[labels[row]].push_back(row);
  return rows_of;
}

/// Those of the rows that are still training examples.
std::vector<std::size_t> training_rows_of(const std::vector<std::size_t>& rows,
                                          const std::vector<Part>& parts) {
  std::vector<std::size_t> result;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(result),
               [&](std::size_t row) { return parts[row] == Part::kTrain; });
  return result;
}

/// Moves the last training examples of each series to `part`. The `reaching` examples before them
/// are left out.
void hold_out_last(std::span<const std::int32_t> series, const HeldOut& spec, std::size_t reaching,
                   Part part, std::vector<Part>& parts) {
  for (const auto& [name, all] : rows_by_label(series)) {
    const auto wanted =
        static_cast<std::size_t>(std::llround(spec.fraction * static_cast<double>(all.size())));
    const std::vector<std::size_t> rows = training_rows_of(all, parts);
    const std::size_t end = rows.size();
    const std::size_t begin = end - std::min(end, wanted);
    for (std::size_t i = begin; i < end; ++i) parts[rows[i]] = part;
    for (std::size_t i = begin - std::min(begin, reaching); i < begin; ++i) {
      parts[rows[i]] = Part::kLeftOut;
    }
  }
}

/// Moves one of several consecutive blocks of each series to `part`. The `reaching` examples on
/// both sides are left out.
void hold_out_block(std::span<const std::int32_t> series, const HeldOut& spec, std::size_t reaching,
                    Part part, std::vector<Part>& parts) {
  for (const auto& [name, all] : rows_by_label(series)) {
    const std::vector<std::size_t> rows = training_rows_of(all, parts);
    const auto bound = [&](std::int64_t fold) {
      return rows.size() * static_cast<std::size_t>(fold) / static_cast<std::size_t>(*spec.folds);
    };
    const std::size_t begin = bound(spec.fold);
    const std::size_t end = bound(spec.fold + 1);
    for (std::size_t i = begin - std::min(begin, reaching);
         i < std::min(end + reaching, rows.size()); ++i) {
      parts[rows[i]] = i < begin || i >= end ? Part::kLeftOut : part;
    }
  }
}

/// Moves the training examples that a column selects to `part`.
void hold_out_selected(std::span<const SplitKeys> keys, bool SplitKeys::*selected, Part part,
                       std::vector<Part>& parts) {
  for (std::size_t row = 0; row < parts.size(); ++row) {
    if (parts[row] == Part::kTrain && keys[row].*selected) parts[row] = part;
  }
}

}  // namespace

std::vector<Part> choose_parts(const RowsToSplit& rows, const DataSpec& spec, bool in_order) {
  std::vector<Part> parts(rows.labels.size(), Part::kTrain);
  const std::vector<std::int32_t> single(rows.series.empty() ? rows.labels.size() : 0);
  const std::span<const std::int32_t> series = rows.series.empty() ? single : rows.series;
  const auto* windows = std::get_if<WindowsFormat>(&spec.format);
  const std::size_t reaching = windows == nullptr ? 0 : windows_reaching(*windows);
  for (const Part part : {Part::kTest, Part::kValidation}) {
    const PartKeys keys = keys_of(spec, part);
    const HeldOut* held_out = keys.held_out;
    if (held_out == nullptr) continue;
    if (held_out->column) {
      hold_out_selected(rows.keys, keys.selected, part, parts);
    } else if (windows != nullptr || in_order) {
      const auto hold = held_out->folds ? hold_out_block : hold_out_last;
      hold(series, *held_out, reaching, part, parts);
    } else if (Units units = find_units(rows, spec, keys, in_order); !units.of_row.empty()) {
      UnitSplit(rows.labels, std::move(units), *held_out).hold_out(part, parts);
    } else {
      const auto hold = held_out->folds ? hold_out_fold : hold_out;
      hold(rows.labels, *held_out, part, parts);
    }
  }
  return parts;
}

std::vector<std::size_t> units_of_part(const RowsToSplit& rows, const DataSpec& spec, Part part,
                                       bool in_order) {
  return find_units(rows, spec, keys_of(spec, part), in_order).of_row;
}

std::vector<Part> choose_parts(std::span<const std::int32_t> labels, const DataSpec& spec,
                               bool in_order) {
  return choose_parts(RowsToSplit{labels}, spec, in_order);
}

}  // namespace sequent
