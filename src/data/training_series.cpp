#include "data/training_series.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "data/encode_rows.h"
#include "data/learned_data.h"
#include "data/row_encoder.h"
#include "data/row_targets.h"

namespace sequent {
namespace {

/// Returns the names in byte order, each once.
std::vector<std::string> distinct_of(const std::vector<std::string>& names) {
  const std::set<std::string> distinct(names.begin(), names.end());
  return {distinct.begin(), distinct.end()};
}

/// Returns the index of each name in `distinct`.
std::vector<std::int32_t> numbers_of(const std::vector<std::string>& names,
                                     const std::vector<std::string>& distinct) {
  std::vector<std::int32_t> numbers;
  numbers.reserve(names.size());
  for (const std::string& name : names) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), name);
    numbers.push_back(static_cast<std::int32_t>(at - distinct.begin()));
  }
  return numbers;
}

}  // namespace

std::optional<std::string> TrainingSeries::target_fault(const Record& record) const {
  const auto targets = std::ssize(record.targets);
  if (size() == 0 || targets == target_count_) return std::nullopt;
  return "found " + std::to_string(targets) + " targets; expected " +
         std::to_string(target_count_) + ", as in the previous rows";
}

TrainingSeries TrainingSeries::read(const std::string& path, const DataFormat& format,
                                    const EncoderSpec& spec, FaultList& faults) {
  TrainingSeries result(path, spec);
  const RowEncoder encoder(spec, Vocabulary());
  FaultList found;
  std::vector<std::string> labels;  // of each row
  std::vector<std::string> series;  // of each row
  try {
    const std::unique_ptr<RecordReader> reader =
        open_records(path, format, reader_options(spec.target, features_of(spec.input)));
    for (Record record; reader->next(record);) {
      if (!record.fault) record.fault = encoder.encode(record).error;
      if (!record.fault) record.fault = result.target_fault(record);
      if (record.fault) {
        found.add({record.where, *record.fault});
        continue;
      }
      labels.push_back(record.label.value_or(""));
      series.push_back(std::move(record.series));
      result.target_count_ = std::ssize(record.targets);
      result.inputs_.push_back(hash_values(record.values));
      Record& row = result.rows_.emplace_back();
      row.where = std::move(record.where);
      row.values = std::move(record.values);
      row.channels = record.channels;
      row.targets = std::move(record.targets);
    }
    result.time_step_ = reader->time_step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    found.add(error);
  }
  result.labels_ = distinct_of(labels);
  result.classes_ = numbers_of(labels, result.labels_);
  result.series_ = numbers_of(series, distinct_of(series));
  if (found.empty() && result.size() == 0) found.add({path, "no rows"});
  faults.append(found);
  return result;
}

void TrainingSeries::limit_labels(std::vector<Part>& parts, UnseenLabels unseen,
                                  FaultList& faults) {
  std::vector<std::int32_t> final_class(labels_.size(), -1);
  for (std::size_t row = 0; row < parts.size(); ++row) {
    if (parts[row] == Part::kTrain) final_class[static_cast<std::size_t>(classes_[row])] = 0;
  }
  std::vector<std::string> in_training;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    std::vector<std::string>& names = final_class[i] == 0 ? in_training : unseen_labels_;
    names.push_back(labels_[i]);
    const auto count = static_cast<std::int32_t>(names.size());
    final_class[i] = final_class[i] == 0 ? count - 1 : -count;
  }
  labels_ = std::move(in_training);
  FaultList found;
  for (std::size_t row = 0; row < parts.size(); ++row) {
    std::int32_t& label = classes_[row];
    label = final_class[static_cast<std::size_t>(label)];
    if (label >= 0 || parts[row] == Part::kLeftOut || unseen == UnseenLabels::kWrong) continue;
    if (unseen == UnseenLabels::kSkip) {
      parts[row] = Part::kLeftOut;
      ++skipped_;
    } else {
      const std::string& name = unseen_labels_[static_cast<std::size_t>(-label) - 1];
      found.add({rows_[row].where, unknown_label(name, labels_)});
    }
  }
  faults.append(found);
}

LearnedData TrainingSeries::learn(const std::vector<Part>& parts) const {
  Welford values(channels());
  Welford targets(target_count_);
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (parts[row] != Part::kTrain) continue;
    values.add(std::span<const double>(rows_[row].values));
    targets.add(std::span<const double>(rows_[row].targets));
  }
  return {choose_origin(values), choose_origin(targets), time_step_};
}

TrainingSplits TrainingSeries::encode(const Vocabulary& vocabulary, const std::vector<Part>& parts,
                                      const LearnedData& learned) && {
  spec_.origin = learned.origin;
  spec_.target_origin = learned.target_origin;
  const RowEncoder encoder(spec_, vocabulary);
  TrainingSplits result;
  for (std::size_t row = 0; row < classes_.size(); ++row) {
    const Record record = std::exchange(rows_[row], {});
    SplitRows* split = result.of(parts[row]);
    if (split == nullptr) continue;
    const RowEncoder::Row encoded = encoder.encode(record);
    if (target_count_ > 0) {
      split->rows.add(encoded.input(), std::span<const float>(encoder.targets(record)));
    } else {
      const std::int32_t label = classes_[row];
      split->rows.add(encoded.input(),
                      label >= 0 ? label
                                 : split->rows.number_unseen(
                                       unseen_labels_[static_cast<std::size_t>(-label) - 1]));
    }
    split->notes.push_back(encoded.note);
    split->notes.back().label = split->rows.labels().back();
  }
  warn_about_unseen(path_, skipped_, result.validation.rows.unseen());
  warn_about_unseen(path_, 0, result.test.rows.unseen());
  return result;
}

}  // namespace sequent
