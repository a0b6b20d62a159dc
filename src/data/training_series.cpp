#include "data/training_series.h"

#include <algorithm>
#include <memory>
#include <set>

#include "data/row_encoder.h"
#include "data/row_targets.h"

namespace sequent {

TrainingSeries TrainingSeries::read(const std::string& path, const DataFormat& format,
                                    const EncoderSpec& spec, FaultList& faults) {
  TrainingSeries result;
  const bool numeric = spec.target == TargetKind::kNumbers;
  const RowEncoder encoder(spec, Vocabulary());
  FaultList found;
  std::vector<std::string> names;  // label of each row
  try {
    const std::unique_ptr<RecordReader> reader =
        open_records(path, format, reader_options(spec.target));
    for (Record record; reader->next(record);) {
      RowEncoder::Row row;
      if (!record.fault) {
        row = encoder.encode(record);
        record.fault = row.error;
      }
      const auto targets = static_cast<std::int64_t>(record.targets.size());
      if (!record.fault && result.size() > 0 && targets != result.target_count()) {
        record.fault = "found " + std::to_string(targets) + " targets; expected " +
                       std::to_string(result.target_count()) + ", as in the previous rows";
      }
      if (record.fault) {
        found.add({record.where, *record.fault});
        continue;
      }
      names.push_back(record.label.value_or(""));
      if (numeric) {
        result.rows_.rows.add(row.input(), record.targets);
      } else {
        result.rows_.rows.add(row.input(), std::int32_t{0});
      }
      result.rows_.notes.push_back(row.note);
    }
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

TrainingSplits TrainingSeries::encode(const Vocabulary&, const std::vector<Part>& parts) && {
  TrainingSplits result;
  for (std::size_t row = 0; row < classes_.size(); ++row) {
    SplitRows* split = result.of(parts[row]);
    if (split == nullptr) continue;
    const auto number = static_cast<std::int64_t>(row);
    if (target_count() > 0) {
      split->rows.add(rows_.rows, number);
    } else {
      split->rows.add(rows_.rows.row(number), classes_[row]);
    }
    split->notes.push_back(rows_.notes[row]);
    split->notes.back().label = classes_[row];
  }
  return result;
}

}  // namespace sequent
