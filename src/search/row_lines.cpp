#include "search/row_lines.h"

namespace sequent {
namespace {

std::string label_name(const RowPredictions& found, std::int64_t label) {
  if (label >= 0) return found.labels.names()[static_cast<std::size_t>(label)];
  return found.rows.unseen().labels[static_cast<std::size_t>(-label) - 1];
}

/// Calls `use(index, name)` for each label or target.
template <class Use>
void for_each_output(const RowPredictions& found, const Use& use) {
  const std::vector<std::string>& names = found.labels.names();
  for (std::size_t i = 0; i < names.size(); ++i) use(static_cast<std::int64_t>(i), names[i]);
}

/// Returns the predicted numbers, or else the true ones.
RowLine numbers_by_name(const RowPredictions& found, std::int64_t row, bool predicted) {
  RowLine values = RowLine::object();
  for_each_output(found, [&](std::int64_t i, const std::string& name) {
    values[name] = predicted ? found.number(row, i) : found.true_number(row, i);
  });
  return values;
}

/// Returns the predicted labels of a set, or else the true ones.
RowLine label_list(const RowPredictions& found, std::int64_t row, bool predicted) {
  RowLine labels = RowLine::array();
  for_each_output(found, [&](std::int64_t i, const std::string& name) {
    const bool is_in = predicted ? found.predicts(row, i)
                                 : found.rows.targets(row)[static_cast<std::size_t>(i)] > 0;
    if (is_in) labels.push_back(name);
  });
  return labels;
}

}  // namespace

RowLine place_of_row(const RowPredictions& found, std::int64_t row, const Record& record) {
  return {{"row", found.records[static_cast<std::size_t>(row)]},
          {"where", found.source.location(record)}};
}

void add_truth(const RowPredictions& found, std::int64_t row, RowLine& line) {
  if (found.target == TargetKind::kLabel) {
    line["label"] = label_name(found, found.rows.label(row));
  } else if (found.target == TargetKind::kLabelSet) {
    line["labels"] = label_list(found, row, /*predicted=*/false);
  } else {
    line["targets"] = numbers_by_name(found, row, /*predicted=*/false);
  }
}

RowLine answer_of_row(const RowPredictions& found, std::int64_t row) {
  if (found.target == TargetKind::kLabel) return label_name(found, found.predicted(row));
  if (found.target == TargetKind::kLabelSet) return label_list(found, row, /*predicted=*/true);
  return numbers_by_name(found, row, /*predicted=*/true);
}

RowLine probabilities_by_name(const RowPredictions& found, std::int64_t row) {
  RowLine values = RowLine::object();
  for_each_output(found, [&](std::int64_t i, const std::string& name) {
    values[name] = static_cast<double>(found.of(row)[static_cast<std::size_t>(i)]);
  });
  return values;
}

}  // namespace sequent
