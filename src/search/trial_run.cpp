#include "search/trial_run.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <numeric>
#include <utility>

#include "core/files.h"
#include "core/nearest.h"
#include "core/option_traits.h"
#include "core/shortened.h"
#include "report/epoch_records.h"
#include "search/latency.h"
#include "sequent/artifact.h"
#include "sequent/trainer.h"
#include "train/load_run.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr double kMegabyte = 1e6;

/// Rounds to three digits after the point.
double rounded(double value) { return std::round(value * 1000) / 1000; }

std::vector<std::string> complete_lines(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line) && !in.eof();) lines.push_back(std::move(line));
  return lines;
}

/// Returns the last message of the log that begins with `error: `, or its last line.
std::string last_error(const fs::path& log) {
  std::string found;
  std::string last;
  for (const std::string& line : complete_lines(log)) {
    if (line.starts_with("error: ")) found = line.substr(7);
    if (!line.empty()) last = line;
  }
  return bounded_message(found.empty() ? last : found);
}

/// The cause of an error, without the paths of this folder, which differ between machines.
std::string without_folder(std::string text, const fs::path& folder) {
  const std::string prefix = folder.string() + "/";
  for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;) {
    text.erase(at, prefix.size());
  }
  return text;
}

std::int64_t count_parameters(const SequenceModel& model) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model->parameters()) {
    if (parameter.is_floating_point()) count += parameter.numel();
  }
  return count;
}

/// Errors: Config if a report with these metrics lacks the objective, or has it only after the last
/// epoch although halving decides by it.
void check_metric(const Report& report, const TrialResult& result, const TrialPlan& plan) {
  if (report.value(plan.metric)) {
    const auto is_known = [](const std::optional<double>& value) { return value.has_value(); };
    const bool is_measured = std::any_of(result.epochs.begin(), result.epochs.end(), is_known);
    if (!plan.file->spec.halving || is_measured) return;
    throw Error(ErrorKind::kConfig, plan.file->name + ": /halving",
                "cannot stop trials by \"" + plan.metric +
                    "\", which is measured only after the last epoch; remove halving, or choose "
                    "another /objective/metric");
  }
  const std::vector<std::string> names = report.metrics();
  if (std::find(names.begin(), names.end(), plan.metric) != names.end()) return;  // undefined
  throw Error(ErrorKind::kConfig, plan.file->name + ": /objective/metric",
              "found \"" + plan.metric + "\"" + did_you_mean(plan.metric, names) +
                  "; the validation report has " + list_alternatives(names));
}

}  // namespace

Config TrialPlan::run_config(const TuneValues& values, std::int64_t index) const {
  Config config = space->config(values);
  config.runtime.workers = workers();
  if (file->spec.objective.folds) {
    auto* held_out = std::get_if<HeldOut>(&config.data.validation);
    if (held_out == nullptr) held_out = &config.data.validation.emplace<HeldOut>();
    held_out->folds = file->spec.objective.folds;
    held_out->fold = index;
  } else {
    config.training.seed += index;
  }
  // These report on one run and would repeat their work in each trial.
  config.runtime.baseline = false;
  config.runtime.tensorboard.reset();
  return config;
}

std::int64_t TrialPlan::workers() const {
  const std::int64_t configured = space->config({}).runtime.workers;
  return configured > 0 ? configured : 1;
}

TrialRun::TrialRun(const TrialPlan& plan, std::int64_t number, TuneValues values,
                   const std::vector<TrialResult>& earlier)
    : plan_(plan), earlier_(earlier), lock_(plan.folder.work(number)) {
  result_.number = number;
  result_.values = std::move(values);
}

void TrialRun::start() {
  const fs::path config_file = plan_.folder.run_config(number(), run_);
  const Config config = plan_.run_config(result_.values, run_);
  write_file_whole(config_file, dump_config(move_config(config, config_file.parent_path())) + "\n");
  const fs::path log = plan_.folder.log(number());
  if (run_ == 0) write_file_whole(log, "");
  child_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{plan_.program.string(), "train", config_file.string(), "--out",
                               plan_.folder.run(number(), run_).string(), "--resume"},
      log);
}

/// Reads the epochs of the first run.
void TrialRun::read_epochs() {
  if (run_ > 0) return;
  const RunFolder run{plan_.folder.run(number(), 0)};
  result_.epochs.clear();
  for (const EpochRecord& epoch : read_epoch_records(complete_lines(run.metrics()))) {
    result_.epochs.push_back(epoch.validation_value(plan_.metric));
  }
}

/// Whether the first run is stopped; the epochs after the decision, which depend on the time at
/// which it is noticed, are dropped.
bool TrialRun::falls_behind() {
  const auto& halving = plan_.file->spec.halving;
  if (!halving || run_ > 0) return false;
  const std::int64_t all = plan_.space->config(result_.values).training.epochs;
  for (std::int64_t epochs = halving->min_epochs; epochs < all; epochs *= halving->reduction) {
    const auto value = best_of_epochs(result_, epochs, plan_.direction);
    if (!value) break;
    if (!is_stopped_at(*value, epochs, earlier_, *halving, plan_.direction)) continue;
    result_.epochs.resize(static_cast<std::size_t>(epochs));
    result_.objective = value;
    return true;
  }
  return false;
}

std::optional<TrialResult> TrialRun::poll() {
  if (!child_) {
    if (stop_requested_) return std::nullopt;
    const RunFolder run{plan_.folder.run(number(), run_)};
    if (fs::exists(run.manifest())) return finish_run();
    try {
      start();
    } catch (const Error& error) {
      // A combination of values that no config allows.
      if (error.kind() != ErrorKind::kConfig) throw;
      result_.exit_code = exit_code(error.kind());
      return finish(TrialState::kFailed, error.what());
    }
    return std::nullopt;
  }
  const std::optional<ChildEnd> end = child_->poll();
  if (plan_.file->spec.halving) {
    read_epochs();
    if (falls_behind()) {
      child_->kill();
      return finish(TrialState::kStopped, "after epoch " + std::to_string(result_.epochs.size()));
    }
  }
  if (!end) return std::nullopt;
  child_.reset();
  const RunFolder run{plan_.folder.run(number(), run_)};
  if (end->code == 0 && end->signal == 0 && fs::exists(run.manifest())) return finish_run();
  if (stop_requested_) return std::nullopt;
  result_.exit_code = end->code;
  return finish(TrialState::kFailed, reason_of(*end));
}

std::string TrialRun::reason_of(const ChildEnd& end) const {
  if (end.signal == SIGKILL) return "killed by signal 9, most likely because memory ran out";
  if (end.signal != 0) return "killed by signal " + std::to_string(end.signal);
  if (end.code == 0 || end.code > 128) return "stopped by a signal";
  if (end.code == 127) return plan_.program.string() + " cannot be started";
  return without_folder(last_error(plan_.folder.log(number())), plan_.folder.root);
}

void TrialRun::request_stop() {
  stop_requested_ = true;
  if (child_) child_->request_stop();
}

/// Adds a finished run. Returns the result of the trial if it was the last one.
std::optional<TrialResult> TrialRun::finish_run() {
  read_epochs();
  if (falls_behind()) {
    return finish(TrialState::kStopped, "after epoch " + std::to_string(result_.epochs.size()));
  }
  const RunFolder run{plan_.folder.run(number(), run_)};
  const Task task = plan_.space->config({}).task;
  const Report report = report_from_json(read_manifest(run, task).validation_report, task);
  check_metric(report, result_, plan_);
  const std::optional<double> value = report.value(plan_.metric);
  if (!value || !std::isfinite(*value)) {
    return finish(TrialState::kFailed, plan_.metric + " is undefined on the validation data");
  }
  result_.runs.push_back(*value);
  if (++run_ < plan_.runs()) return std::nullopt;
  result_.objective = std::accumulate(result_.runs.begin(), result_.runs.end(), 0.0) /
                      static_cast<double>(result_.runs.size());
  check_constraints();
  return finish(result_.reason.empty() ? TrialState::kComplete : TrialState::kInfeasible,
                result_.reason);
}

/// Measures the model of the first run and sets the reason if it violates a constraint.
void TrialRun::check_constraints() {
  const TuneConstraints& limits = plan_.file->spec.constraints;
  const fs::path run = plan_.folder.run(number(), 0);
  result_.parameters = count_parameters(load_run(run).model);
  if (limits.parameters && *result_.parameters > *limits.parameters) {
    add_violation(std::to_string(*result_.parameters) + " parameters; allowed " +
                  std::to_string(*limits.parameters));
  }
  if (!limits.archive_megabytes && !limits.latency_ms) return;
  const fs::path archive = plan_.folder.work(number()) / "model.pt";
  export_run(run, archive, /*overwrite=*/true);
  if (limits.archive_megabytes) {
    result_.archive_megabytes = rounded(static_cast<double>(fs::file_size(archive)) / kMegabyte);
    if (*result_.archive_megabytes > *limits.archive_megabytes) {
      add_violation("the archive is larger than allowed");
    }
  }
  if (limits.latency_ms) {
    result_.latency_ms =
        rounded(measure_latency(archive, plan_.run_config(result_.values, 0)).milliseconds);
    if (*result_.latency_ms > *limits.latency_ms) {
      add_violation("the latency of " + format_number(*result_.latency_ms) +
                    " ms is larger than allowed");
    }
  }
  fs::remove(archive);
}

void TrialRun::add_violation(const std::string& violation) {
  if (!result_.reason.empty()) result_.reason += "; ";
  result_.reason += violation;
}

/// Writes the result and removes what a finished trial does not need.
std::optional<TrialResult> TrialRun::finish(TrialState state, std::string reason) {
  child_.reset();
  result_.state = state;
  result_.reason = std::move(reason);
  if (state == TrialState::kFailed) result_.objective.reset();
  for (std::int64_t i = 0; i <= std::min(run_, plan_.runs() - 1); ++i) {
    const RunFolder run{plan_.folder.run(number(), i)};
    std::vector<EpochRecord> epochs = read_epoch_records(complete_lines(run.metrics()));
    if (state == TrialState::kStopped) {
      epochs.resize(std::min(epochs.size(), result_.epochs.size()));
    }
    for (const EpochRecord& epoch : epochs) {
      const double seconds = epoch.seconds.value_or(0);
      result_.seconds += seconds;
      result_.tokens += std::llround(epoch.tokens_per_second.value_or(0) * seconds);
    }
    fs::remove_all(run.cache());
    fs::remove_all(run.checkpoint().parent_path());
    if (state != TrialState::kComplete) fs::remove(run.best_weights());
  }
  write_file_whole(plan_.folder.result(number()), trial_line(result_) + "\n");
  return result_;
}

}  // namespace sequent
