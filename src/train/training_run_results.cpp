// Produces the results of a finished run: metrics, report.html and the manifest.
#include <cmath>
#include <sstream>
#include <utility>

#include "core/files.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "train/baseline_comparison.h"
#include "train/tensor_file.h"
#include "train/training_run.h"

namespace sequent {

Report TrainingRun::measure(const EncodedDataset& data) {
  return task_.measure(pool_, {data_.labels, data, calibration_, data_.vocabulary});
}

TrainReport TrainingRun::finish() {
  checkpoints_.restore_best(state_.best_weights);
  load_tensors(folder_.best_weights(), weights_of(*model_));
  average_.reset();  // the best weights already are the average
  const MeasuredRows validation{data_.labels, data_.validation, calibration_, data_.vocabulary};
  if (const auto report = task_.calibrated_report(pool_, validation)) {
    calibration_ = definition_of(config_).calibration(*report);
    state_.best_report = report_to_json(*report, /*indent=*/-1);
  }
  std::optional<Report> test;
  if (data_.test) test = measure(*data_.test);
  TrainReport report;
  report.finished = true;
  report.validation = report_from_json(state_.best_report, config_.task);
  report.test = test;
  report.manifest = make_manifest(test);
  std::vector<ReportSection> comparison;
  if (config_.runtime.baseline) {
    if (const auto baseline = task_.baseline(data_, pool_.size())) {
      comparison = compare_with_baseline(*baseline, report);
      report.manifest.baseline = {baseline->name, report_to_json(baseline->validation, -1),
                                  std::nullopt};
      if (baseline->test) {
        report.manifest.baseline->test_report = report_to_json(*baseline->test, -1);
      }
      report.baseline_validation = baseline->validation;
    }
  }
  write_report(report.manifest, test,
               {std::move(comparison), task_.page_curves(pool_, validation)});
  write_manifest(folder_, report.manifest, config_.task);
  output_.publish();
  for (const std::string& sentence : report.validation.warnings()) {
    log_warning("validation: " + sentence);
  }
  return report;
}

Manifest TrainingRun::make_manifest(const std::optional<Report>& test) {
  Manifest manifest;
  manifest.sequent_version = version();
  manifest.torch_version = TORCH_VERSION;
  manifest.created = utc_now();
  manifest.command_line = options_.command_line;
  manifest.seed = config_.training.seed;
  manifest.workers = state_.workers;
  manifest.device = device_.str();
  manifest.epochs = state_.epoch - 1;
  manifest.steps = state_.step;
  manifest.seconds = state_.seconds;
  manifest.best_epoch = state_.best_epoch;
  manifest.stopped_because = state_.stopped_because;
  manifest.sources = data_.sources;
  manifest.weights_checksum = checksum_file(folder_.best_weights());
  manifest.text_checksum = run_text_checksum(folder_);
  manifest.validation_report = state_.best_report;
  if (test) manifest.test_report = report_to_json(*test, /*indent=*/-1);
  return manifest;
}

void TrainingRun::write_report(const Manifest& manifest, const std::optional<Report>& test,
                               PageSections sections) const {
  RunReport page;
  page.title = config_.name;
  std::ostringstream seconds;
  seconds << std::round(manifest.seconds * 10) / 10 << " s";
  page.facts = task_.data_facts(data_);
  const Facts of_run = {
      {"Best epoch",
       std::to_string(manifest.best_epoch) + " of " + std::to_string(manifest.epochs)},
      {"Stopped because", manifest.stopped_because},
      {"Training time", seconds.str()},
      {"Device", manifest.device + ", " + std::to_string(manifest.workers) + " workers"},
      {"Recurrent layers", engine_},
      {"Seed", std::to_string(manifest.seed)},
      {"Sequent", manifest.sequent_version + ", LibTorch " + manifest.torch_version}};
  page.facts.insert(page.facts.end(), of_run.begin(), of_run.end());
  page.facts.insert(page.facts.end(), start_facts_.begin(), start_facts_.end());
  page.epoch_records = state_.metrics;
  page.epoch_metrics = definition_of(config_).epoch_metrics();
  page.model_summary = summarize(resolved_);
  page.validation = report_from_json(state_.best_report, config_.task);
  page.test = test;
  page.baseline = std::move(sections.baseline);
  page.curves = std::move(sections.curves);
  write_file_whole(folder_.report(), render_run_report(page));
}

}  // namespace sequent
