// The report of an ensemble, from rows that its members held out.
#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "train/ensemble.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

/// Rows with the predictions that are measured.
struct MeasuredPredictions {
  EncodedDataset rows;
  std::vector<float> outputs;
  std::string what;
};

/// Whether the runs divided the same files in the same way, so that their validation rows are the
/// same.
bool same_division(const LoadedRun& a, const LoadedRun& b) {
  const DataSpec& one = a.text.config.data;
  const DataSpec& other = b.text.config.data;
  const auto same = [](const HeldOutSource& x, const HeldOutSource& y) {
    // The checksums are those of the files, wherever they are.
    return x.index() == y.index() && (std::holds_alternative<std::string>(x) || x == y);
  };
  const bool same_test =
      one.test.has_value() == other.test.has_value() && (!one.test || same(*one.test, *other.test));
  return same_files(a.manifest.sources, b.manifest.sources) && same_test &&
         same(one.validation, other.validation) && one.duplicates == other.duplicates &&
         one.format == other.format;
}

/// Returns the mean of the members' predictions for rows that all of them held out.
MeasuredPredictions mean_predictions(const Ensemble& ensemble, RunRows which) {
  MeasuredPredictions result;
  std::vector<std::vector<float>> outputs;
  outputs.reserve(ensemble.runs.size());
  for (const LoadedRun& run : ensemble.runs) {
    RowPredictions found = predict_held_out(run.folder, which);
    outputs.push_back(std::move(found.outputs));
    result.rows = std::move(found.rows);
  }
  result.outputs = mean_outputs(outputs);
  return result;
}

std::optional<MeasuredPredictions> shared_validation(const Ensemble& ensemble) {
  const LoadedRun& first = ensemble.runs.front();
  const auto shares = [&](const LoadedRun& run) { return same_division(first, run); };
  if (!std::ranges::all_of(ensemble.runs, shares)) return std::nullopt;
  MeasuredPredictions result = mean_predictions(ensemble, RunRows::kValidation);
  result.what = "the averaged predictions of the common validation rows";
  return result;
}

/// Returns the run's test part if it is a fold.
const HeldOut* fold_of(const LoadedRun& run) {
  const auto& test = run.text.config.data.test;
  const auto* held_out = test ? std::get_if<HeldOut>(&*test) : nullptr;
  return held_out != nullptr && held_out->folds ? held_out : nullptr;
}

/// Returns the runs of all folds of the first run's division, in the order of the folds; nothing if
/// some are missing or the runs have other data.
std::optional<std::vector<const LoadedRun*>> runs_of_folds(const Ensemble& ensemble) {
  const LoadedRun& first = ensemble.runs.front();
  const HeldOut* division = fold_of(first);
  if (division == nullptr) return std::nullopt;
  std::vector<const LoadedRun*> of_fold(static_cast<std::size_t>(*division->folds), nullptr);
  for (const LoadedRun& run : ensemble.runs) {
    const HeldOut* fold = fold_of(run);
    if (fold == nullptr || !same_files(run.manifest.sources, first.manifest.sources) ||
        run.text.config.data.format != first.text.config.data.format) {
      return std::nullopt;
    }
    HeldOut comparable = *fold;
    comparable.fold = division->fold;
    const bool is_of_division = comparable == *division;  // not of another repetition
    if (is_of_division) of_fold[static_cast<std::size_t>(fold->fold)] = &run;
  }
  if (std::ranges::find(of_fold, nullptr) != of_fold.end()) return std::nullopt;
  return of_fold;
}

/// Returns the prediction of each row by the run that did not train on it.
std::optional<MeasuredPredictions> out_of_fold(const Ensemble& ensemble) {
  const auto runs = runs_of_folds(ensemble);
  if (!runs) return std::nullopt;
  MeasuredPredictions result;
  for (const LoadedRun* run : *runs) {
    const RowPredictions found = predict_held_out(run->folder, RunRows::kTest);
    for (std::int64_t row = 0; row < found.rows.size(); ++row) result.rows.add(found.rows, row);
    result.outputs.insert(result.outputs.end(), found.outputs.begin(), found.outputs.end());
  }
  result.what = "the predictions of each row by the model that did not see it";
  return result;
}

/// Returns the mean of the values that later reports use; see TaskDefinition::calibration.
std::vector<double> mean_calibration(const Ensemble& ensemble) {
  const auto calibration_of = [](const LoadedRun& run) {
    return report_calibration(run.manifest.validation_report, run.text.config.task);
  };
  std::vector<double> sums = calibration_of(ensemble.runs.front());
  for (const LoadedRun& run : std::span(ensemble.runs).subspan(1)) {
    const std::vector<double> own = calibration_of(run);
    if (own.size() != sums.size()) return {};
    std::ranges::transform(sums, own, sums.begin(), std::plus());
  }
  for (double& value : sums) value /= static_cast<double>(ensemble.runs.size());
  return sums;
}

Report report_of(const Ensemble& ensemble, const MeasuredPredictions& predictions) {
  const LoadedRun& first = ensemble.runs.front();
  const std::vector<double> calibration = mean_calibration(ensemble);
  const MeasuredRows rows{first.text.labels, predictions.rows, calibration, ensemble.vocabulary};
  return training_task(first.text.config)
      .report_of_predictions(*first.model, rows, predictions.outputs);
}

}  // namespace

Report test_report_of_ensemble(const Ensemble& ensemble) {
  return report_of(ensemble, mean_predictions(ensemble, RunRows::kTest));
}

std::optional<EnsembleReport> report_of_ensemble(const Ensemble& ensemble) {
  try {
    std::optional<MeasuredPredictions> found = shared_validation(ensemble);
    if (!found) found = out_of_fold(ensemble);
    if (!found) return std::nullopt;
    return EnsembleReport{report_of(ensemble, *found), found->what};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    log_warning(std::string("the data of the runs cannot be read (") + error.what() + ")");
    return std::nullopt;
  }
}

}  // namespace sequent
