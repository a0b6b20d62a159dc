#include "data/training_series.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "data/learned_data.h"
#include "data/row_encoder.h"
#include "data/row_targets.h"

namespace sequent {

std::optional<std::string> TrainingSeries::target_fault(const Record& record) const {
  const auto targets = std::ssize(record.targets);
  if (size() == 0 || targets == target_count_) return std::nullopt;
  return "found " + std::to_string(targets) + " targets; expected " +
         std::to_string(target_count_) + ", as in the previous rows";
}

TrainingSeries TrainingSeries::read(const std::string& path, const DataFormat& format,
                                    const EncoderSpec& spec, FaultList& faults) {
  TrainingSeries result(spec);
  const RowEncoder encoder(spec, Vocabulary());
  FaultList found;
  std::vector<std::string> names;  // label of each row
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
      names.push_back(record.label.value_or(""));
      result.target_count_ = std::ssize(record.targets);
      result.inputs_.push_back(hash_values(record.values));
      Record& row = result.rows_.emplace_back();
      row.values = std::move(record.values);
      row.channels = record.channels;
      row.targets = std::move(record.targets);
    }
    result.time_step_ = reader->time_step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    found.add(error);
  }
  const std::set<std::string> distinct(names.begin(), names.end());
  result.labels_.assign(distinct.begin(), distinct.end());
  for (const std::string& name : names) {
    const auto at = std::lower_bound(result.labels_.begin(), result.labels_.end(), name);
    result.classes_.push_back(static_cast<std::int32_t>(at - result.labels_.begin()));
  }
  if (found.empty() && result.size() == 0) found.add({path, "no rows"});
  faults.append(found);
  return result;
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
      split->rows.add(encoded.input(), classes_[row]);
    }
    split->notes.push_back(encoded.note);
    split->notes.back().label = classes_[row];
  }
  return result;
}

}  // namespace sequent
