// What a finished run leaves: measures, report.html and the manifest.
#include <cmath>
#include <sstream>

#include "core/files.h"
#include "train/score.h"
#include "train/tensor_file.h"
#include "train/training_run.h"

namespace sequent {

TrainReport TrainingRun::finish() {
  load_tensors(folder_.best_weights(), weights_of(*model_));
  average_.reset();  // the best weights are the average already
  if (config_.is_multi_label()) {
    const MultiLabelMetrics found =
        label_metrics(data_.labels, data_.validation, team_.predict(data_.validation));
    calibration_.thresholds = found.best_thresholds();
    state_.best_report = report_to_json(found.report(calibration_.thresholds), /*indent=*/-1);
  }
  std::optional<Report> test;
  if (data_.test) test = measure(team_, *model_, data_.labels, *data_.test, calibration_);
  TrainReport report;
  report.finished = true;
  report.validation = report_from_json(state_.best_report);
  report.test = test;
  report.manifest = make_manifest(test);
  write_report(report.manifest, test);
  write_manifest(folder_, report.manifest);
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

std::vector<std::pair<std::string, std::string>> TrainingRun::data_facts() const {
  if (config_.is_language_model()) {
    return {{"Training tokens", std::to_string(data_.train.token_count())},
            {"Validation tokens", std::to_string(data_.validation.token_count())},
            {"Vocabulary", std::to_string(data_.vocabulary.size())}};
  }
  if (config_.is_sequence_to_sequence()) {
    return {{"Training rows", std::to_string(data_.train.size())},
            {"Validation rows", std::to_string(data_.validation.size())},
            {"Vocabulary", std::to_string(data_.vocabulary.size())}};
  }
  const std::int64_t channels = data_.train.channels();
  const char* labels = config_.is_regression() ? "Targets" : "Labels";
  std::string outputs = std::to_string(data_.labels.size());
  if (data_.labels.row_size() > 0) {
    outputs += ", and " + std::to_string(data_.labels.row_size()) + " labels of rows";
  }
  return {{"Training rows", std::to_string(data_.train.size())},
          {"Validation rows", std::to_string(data_.validation.size())},
          {channels > 0 ? "Channels" : "Vocabulary",
           std::to_string(channels > 0 ? channels : data_.vocabulary.size())},
          {config_.is_tagging() ? "Tags" : labels, outputs}};
}

void TrainingRun::write_report(const Manifest& manifest, const std::optional<Report>& test) const {
  RunReport page;
  page.title = config_.name;
  std::ostringstream seconds;
  seconds << std::round(manifest.seconds * 10) / 10 << " s";
  page.facts = data_facts();
  const std::vector<std::pair<std::string, std::string>> of_run = {
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
  page.epoch_records = journal_.lines();
  page.model_summary = summarize(resolved_);
  page.validation = report_from_json(state_.best_report);
  page.test = test;
  write_file_whole(folder_.report(), render_run_report(page));
}

}  // namespace sequent
