#include "data/split_summary.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_set>

namespace sequent {
namespace {

/// Returns the smallest value that at least `share` of the sorted values do not exceed.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

void count_lengths(const SplitRows& split, std::int64_t max_length, SplitSummary& summary) {
  std::vector<std::int64_t> lengths;
  lengths.reserve(split.notes.size());
  for (const RowNote& note : split.notes) {
    lengths.push_back(note.token_count);
    summary.empty += note.token_count == 0 ? 1 : 0;
    summary.truncated += note.token_count > max_length ? 1 : 0;
  }
  if (lengths.empty()) return;
  std::sort(lengths.begin(), lengths.end());
  summary.shortest = lengths.front();
  summary.median = percentile(lengths, 0.5);
  summary.percentile_95 = percentile(lengths, 0.95);
  summary.longest = lengths.back();
}

void count_invisible(const SplitRows& split, SplitSummary& summary) {
  for (const RowNote& note : split.notes) {
    if (note.invisible == 0) continue;
    if (summary.invisible++ == 0) summary.invisible_character = note.invisible;
  }
}

void count_repeated(const SplitRows& split, SplitSummary& summary) {
  std::vector<RowNote> notes;
  notes.reserve(split.notes.size());
  std::copy_if(split.notes.begin(), split.notes.end(), std::back_inserter(notes),
               [](const RowNote& note) { return note.token_count > 0; });
  std::sort(notes.begin(), notes.end(), [](const RowNote& a, const RowNote& b) {
    return std::tie(a.text_hash, a.label) < std::tie(b.text_hash, b.label);
  });
  for (std::size_t begin = 0; begin < notes.size();) {
    std::size_t end = begin;
    while (end < notes.size() && notes[end].text_hash == notes[begin].text_hash) ++end;
    summary.repeated += static_cast<std::int64_t>(end - begin) - 1;
    summary.contradictory += notes[begin].label != notes[end - 1].label ? 1 : 0;
    begin = end;
  }
}

void count_shared(const SplitRows& split, const std::vector<RowNote>& training,
                  SplitSummary& summary) {
  if (training.empty()) return;
  std::unordered_set<std::uint64_t> known;
  known.reserve(training.size());
  for (const RowNote& note : training) known.insert(note.text_hash);
  for (const RowNote& note : split.notes) {
    summary.also_in_training += note.token_count > 0 && known.contains(note.text_hash) ? 1 : 0;
  }
}

/// Returns the range of `value(row)` over the rows. Requires a row.
template <class Value>
NumberRange range_of(std::int64_t rows, const Value& value) {
  NumberRange range{value(0), 0, value(0)};
  for (std::int64_t row = 0; row < rows; ++row) {
    const double one = value(row);
    range.least = std::min(range.least, one);
    range.most = std::max(range.most, one);
    range.mean += one / static_cast<double>(rows);
  }
  return range;
}

std::vector<NumberRange> target_ranges(const EncodedDataset& rows,
                                       const std::vector<double>& origin) {
  if (rows.size() == 0) return {};
  const auto value = [&](std::int64_t row, std::size_t i) {
    return rows.targets(row)[i] + (origin.empty() ? 0.0 : origin[i]);
  };
  std::vector<NumberRange> ranges;
  for (std::size_t i = 0; i < rows.targets(0).size(); ++i) {
    ranges.push_back(range_of(rows.size(), [&](std::int64_t row) { return value(row, i); }));
  }
  return ranges;
}

}  // namespace

SplitSummary summarize(const SplitRows& split, const LabelSet& labels, std::int64_t max_length,
                       const std::vector<RowNote>& training,
                       const std::vector<double>& target_origin) {
  const std::int64_t label_count = labels.size();
  // If targets are not numbers, they mark the labels that a row has.
  const bool has_marks = split.rows.target_count() > 0 && !labels.are_targets();
  SplitSummary summary;
  summary.rows = split.rows.size();
  summary.label_rows.resize(static_cast<std::size_t>(label_count));
  if (split.rows.is_tagged()) {
    for (std::int64_t row = 0; row < split.rows.size(); ++row) {
      for (const std::int32_t tag : split.rows.tags(row)) {
        if (tag >= 0) ++summary.label_rows[static_cast<std::size_t>(tag)];
      }
    }
  } else if (has_marks) {
    for (std::int64_t row = 0; row < split.rows.size(); ++row) {
      const std::span<const float> marks = split.rows.targets(row);
      for (std::size_t i = 0; i < marks.size(); ++i) {
        summary.label_rows[i] += marks[i] > 0 ? 1 : 0;
      }
    }
  } else if (label_count > 0) {
    for (const RowNote& note : split.notes) {
      if (note.label >= 0) ++summary.label_rows[static_cast<std::size_t>(note.label)];
    }
  }
  for (std::int64_t row = 0; row < split.rows.size(); ++row) {
    const auto ids = split.rows.ids(row);
    summary.unknown_tokens += std::count_if(ids.begin(), ids.end(), is_unknown);
    summary.kept_tokens += std::count_if(ids.begin(), ids.end(), [](std::int32_t id) {
      return id != Vocabulary::kPad && id != Vocabulary::kEmpty;
    });
  }
  if (!has_marks) summary.targets = target_ranges(split.rows, target_origin);
  if (split.rows.has_weights()) {
    summary.weights = range_of(split.rows.size(), [&](std::int64_t row) {
      return static_cast<double>(split.rows.weight(row));
    });
  }
  count_lengths(split, max_length, summary);
  count_invisible(split, summary);
  count_repeated(split, summary);
  count_shared(split, training, summary);
  return summary;
}

}  // namespace sequent
