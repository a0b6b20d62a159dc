#include <algorithm>

#include "sequent/data.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Returns -n for the n-th name, and adds the name if it is new. A linear search is enough, because
/// there are few names.
std::int32_t number_in(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  if (at == std::ssize(names)) names.push_back(name);
  return -static_cast<std::int32_t>(at) - 1;
}

/// Returns the number in `to` of the name with this number in `from`.
std::int32_t renumbered(std::int32_t label, const std::vector<std::string>& from,
                        std::vector<std::string>& to) {
  return label >= 0 ? label : number_in(to, from[static_cast<std::size_t>(-label) - 1]);
}

}  // namespace

std::pair<InputRow, InputRow> InputRow::pair() const {
  const auto at = std::find(ids.begin(), ids.end(), Vocabulary::kPairBreak);
  if (at == ids.begin() || at == ids.end() || at + 1 == ids.end()) {
    throw Error(ErrorKind::kInternal, "", "the row is not a pair");
  }
  const auto length = static_cast<std::size_t>(at - ids.begin());
  return {{ids.first(length), {}, 0, words, features},
          {ids.subspan(length + 1), {}, 0, words, features}};
}

std::vector<InputRow> texts_of_pairs(std::span<const InputRow> pairs) {
  std::vector<InputRow> texts;
  texts.reserve(2 * pairs.size());
  for (const InputRow& row : pairs) {
    const auto [first, second] = row.pair();
    texts.push_back(first);
    texts.push_back(second);
  }
  return texts;
}

void EncodedDataset::reserve(std::int64_t rows, std::int64_t tokens) {
  ids_.reserve(static_cast<std::size_t>(tokens));
  offsets_.reserve(static_cast<std::size_t>(rows) + 1);
  labels_.reserve(static_cast<std::size_t>(rows));
}

void EncodedDataset::add(std::span<const std::int32_t> ids, std::int32_t label) {
  add(InputRow{ids, {}, 0}, label);
}

void EncodedDataset::add(const InputRow& row, std::int32_t label) {
  if (size() > 0 && row.channels != channels_) {
    throw Error(ErrorKind::kInternal, "", "rows of one dataset must have equal channel counts");
  }
  const auto features = static_cast<std::int64_t>(row.features.size());
  if (size() > 0 && features != feature_count_) {
    throw Error(ErrorKind::kInternal, "", "rows of one dataset must have equal feature counts");
  }
  channels_ = row.channels;
  feature_count_ = features;
  features_.insert(features_.end(), row.features.begin(), row.features.end());
  for (const std::int32_t id : row.ids) {
    if (id >= 0) {
      ids_.push_back(id);
    } else {
      words_.push_back(row.words[static_cast<std::size_t>(-id) - 1]);
      ids_.push_back(-static_cast<std::int32_t>(words_.size()));
    }
  }
  values_.insert(values_.end(), row.values.begin(), row.values.end());
  offsets_.push_back(offsets_.back() + row.length());
  labels_.push_back(label);
}

void EncodedDataset::add(const InputRow& row, std::span<const float> targets) {
  const auto count = static_cast<std::int64_t>(targets.size());
  if (size() > 0 && count != target_count_) {
    throw Error(ErrorKind::kInternal, "", "rows of one dataset must have equal target counts");
  }
  add(row, std::int32_t{0});
  target_count_ = count;
  targets_.insert(targets_.end(), targets.begin(), targets.end());
}

void EncodedDataset::add(const InputRow& row, std::span<const std::int32_t> tags,
                         std::int32_t label) {
  if (static_cast<std::int64_t>(tags.size()) != row.length()) {
    throw Error(ErrorKind::kInternal, "", "a tagged row must have one tag per token");
  }
  add(row, label);
  tags_.insert(tags_.end(), tags.begin(), tags.end());
}

void EncodedDataset::add(const EncodedDataset& other, std::int64_t row) {
  const UnseenNames& names = other.unseen_;
  if (other.is_tagged()) {
    std::vector<std::int32_t> tags(other.tags(row).begin(), other.tags(row).end());
    for (std::int32_t& tag : tags) tag = renumbered(tag, names.labels, unseen_.labels);
    add(other.row(row), std::span<const std::int32_t>(tags),
        renumbered(other.label(row), names.sequence_labels, unseen_.sequence_labels));
  } else if (other.target_count() > 0) {
    add(other.row(row), other.targets(row));
  } else {
    add(other.row(row), renumbered(other.label(row), names.labels, unseen_.labels));
  }
  if (other.has_target_hashes()) set_target_hash(other.target_hash(row));
  if (other.has_weights()) set_weight(other.weight(row));
}

std::int32_t EncodedDataset::number_unseen(const std::string& label) {
  return number_in(unseen_.labels, label);
}

std::int32_t EncodedDataset::number_unseen_sequence(const std::string& sequence_label) {
  return number_in(unseen_.sequence_labels, sequence_label);
}

std::vector<float> to_floats(std::span<const double> numbers, std::span<const double> origin) {
  std::vector<float> floats;
  floats.reserve(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double from = origin.empty() ? 0.0 : origin[i % origin.size()];
    floats.push_back(static_cast<float>(numbers[i] - from));
  }
  return floats;
}

bool fit_values(std::vector<float>& values, const NumericInput& spec) {
  const auto limit = static_cast<std::size_t>(spec.max_length * spec.channels);
  const bool too_long = values.size() > limit;
  if (too_long && spec.truncating == Side::kPre) {
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(limit));
  } else if (too_long) {
    values.resize(limit);
  } else if (spec.padding) {
    const auto at = *spec.padding == Side::kPre ? values.begin() : values.end();
    values.insert(at, limit - values.size(), 0.0F);
  }
  return too_long;
}

}  // namespace sequent
