#include "search/crossval.h"

#include <cerrno>
#include <fstream>
#include <utility>

#include "core/files.h"
#include "core/folder_lock.h"
#include "core/temporary_file.h"
#include "data/splits.h"
#include "metrics/significance.h"
#include "report/report_html.h"
#include "search/row_lines.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "text/text_table.h"
#include "train/ensemble.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

/// One run of the whole.
struct PlannedRun {
  std::string name;
  Config config;
  std::int64_t repeat = 0;
  std::int64_t fold = 0;
};

void check_options(const Config& config, const CrossvalOptions& options) {
  const auto refuse = [](const char* option, std::int64_t found, const char* allowed) {
    throw Error(ErrorKind::kUsage, option,
                "found " + std::to_string(found) + "; expected " + allowed);
  };
  constexpr std::int64_t kMost = 1000;
  if (options.folds < 2 || options.folds > kMost) refuse("--folds", options.folds, "2 to 1000");
  if (options.repeats < 1 || options.repeats > kMost) {
    refuse("--repeats", options.repeats, "1 to 1000");
  }
  if (options.seeds == 1 || options.seeds < 0 || options.seeds > kMost) {
    refuse("--seeds", options.seeds, "2 to 1000");
  }
  const bool in_order = definition_of(config).rows_are_ordered() ||
                        std::holds_alternative<WindowsFormat>(config.data.format);
  if (in_order && options.repeats > 1) {
    throw Error(ErrorKind::kUsage, "--repeats",
                "the folds are blocks of time, which can be divided in one way only; leave it out");
  }
}

/// Checks before training that the runs can be averaged, and lets the numbers of all folds be
/// relative to the same origins. Errors: Usage if they cannot be averaged.
void prepare_ensemble(std::vector<PlannedRun>& runs, const CrossvalOptions& options) {
  const auto refuse = [](const std::string& message) {
    throw Error(ErrorKind::kUsage, "--ensemble", message);
  };
  if (std::ssize(runs) > ArchiveMetadata::kMostMembers) {
    refuse("found " + std::to_string(runs.size()) + " runs; an archive averages at most " +
           std::to_string(ArchiveMetadata::kMostMembers));
  }
  const bool same_rows = options.seeds > 0;
  const Config& config = runs.front().config;
  if (const auto reason = no_average_reason(config, same_rows)) refuse(*reason);
  if (same_rows) return;
  const int threads = static_cast<int>(config.runtime.workers);
  const PreparedData first = prepare_data(config, /*cache_folder=*/"", threads);
  const bool has_names_of_data = definition_of(config).target() != TargetKind::kNumbers;
  for (const PlannedRun& run : runs) {
    if (!has_names_of_data || &run == &runs.front()) continue;
    if (prepare_data(run.config, /*cache_folder=*/"", threads).labels == first.labels) continue;
    refuse(
        "the training rows of " + run.name + " have other labels than those of " +
        runs.front().name +
        ", so that the models have other outputs; use fewer folds, or leave out the rare labels");
  }
  for (PlannedRun& run : runs) first.learned.fill(run.config);
}

std::vector<PlannedRun> plan_seeds(const Config& config, const CrossvalOptions& options) {
  std::vector<PlannedRun> runs;
  for (std::int64_t i = 0; i < options.seeds; ++i) {
    PlannedRun run{"seed-" + std::to_string(config.training.seed + i), config, 0, i};
    run.config.training.seed += i;
    run.config.runtime.baseline = false;
    run.config.runtime.tensorboard.reset();
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<PlannedRun> plan_folds(const Config& config, const CrossvalOptions& options) {
  std::vector<PlannedRun> runs;
  const auto* usual = config.data.test ? std::get_if<HeldOut>(&*config.data.test) : nullptr;
  for (std::int64_t repeat = 0; repeat < options.repeats; ++repeat) {
    for (std::int64_t fold = 0; fold < options.folds; ++fold) {
      const std::string prefix =
          options.repeats > 1 ? "repeat-" + std::to_string(repeat + 1) + "-" : "";
      PlannedRun run{prefix + "fold-" + std::to_string(fold + 1), config, repeat, fold};
      HeldOut held_out;
      held_out.folds = options.folds;
      held_out.fold = fold;
      held_out.group = options.group;
      held_out.seed = (usual == nullptr ? held_out.seed : usual->seed) + repeat;
      run.config.data.test = held_out;
      run.config.runtime.baseline = false;
      run.config.runtime.tensorboard.reset();
      auto* validation = std::get_if<HeldOut>(&run.config.data.validation);
      if (validation != nullptr && options.group && !validation->column) {
        validation->group = options.group;
      }
      validate(run.config);
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

/// Returns the report of a run that is already finished, or nothing. Errors: Usage if it has
/// another config.
std::optional<Report> finished_report(const PlannedRun& run, const fs::path& folder) {
  const RunFolder files{folder};
  if (!fs::exists(files.manifest())) return std::nullopt;
  const Config trained = read_run_text(files).config;
  Config wanted = move_config(run.config, folder);
  LearnedData::of(trained).fill(wanted);
  const std::vector<std::string> differences = config_differences(trained, wanted);
  if (!differences.empty()) {
    throw Error(ErrorKind::kUsage, folder.string(),
                "was trained with another config: " + differences.front() +
                    "; use another folder for --out");
  }
  const Manifest manifest = read_manifest(files, trained.task);
  const std::string& json =
      manifest.test_report ? *manifest.test_report : manifest.validation_report;
  return report_from_json(json, trained.task);
}

/// Writes the predictions for the test rows of a run, one line for each row.
void write_predictions(const PlannedRun& run, const fs::path& folder, std::ofstream& out) {
  const RowPredictions found =
      predict_held_out(folder, RunRows::kTest, static_cast<int>(run.config.runtime.workers));
  ChosenRecords records(found.source, found.records);
  Record record;
  for (std::int64_t row = 0; records.next(record); ++row) {
    RowLine line = place_of_row(found, row, record);
    line["repeat"] = run.repeat + 1;
    line["fold"] = run.fold + 1;
    add_truth(found, row, line);
    const bool are_numbers = found.target == TargetKind::kNumbers;
    line[are_numbers ? "predictions" : "predicted"] = answer_of_row(found, row);
    if (!are_numbers) line["probabilities"] = probabilities_by_name(found, row);
    out << line.dump(-1, ' ', false, RowLine::error_handler_t::replace) << '\n';
  }
}

/// Writes the predictions of all runs, one run after the other.
void write_predictions(const std::vector<PlannedRun>& runs, const fs::path& out) {
  write_file_whole(out / "predictions.jsonl", [&](const fs::path& temporary) {
    std::ofstream file(temporary);
    for (const PlannedRun& run : runs) write_predictions(run, out / run.name, file);
    if (!file.flush()) fail_write(out / "predictions.jsonl", errno);
  });
}

/// The ratio of test rows to training rows of one run.
double test_per_training(const Config& config, const CrossvalOptions& options) {
  const double test = 1.0 / static_cast<double>(options.folds);
  const auto* validation = std::get_if<HeldOut>(&config.data.validation);
  double training = 1 - test;
  if (validation != nullptr && !validation->column) {
    training *= 1 - (validation->folds ? 1.0 / static_cast<double>(*validation->folds)
                                       : validation->fraction);
  }
  return test / training;
}

/// Errors: Data if a fold would be empty. Warns of labels with fewer rows than folds.
void check_folds(const std::vector<PlannedRun>& runs, const CrossvalOptions& options) {
  const int threads = static_cast<int>(runs.front().config.runtime.workers);
  if (options.group) {
    for (const PlannedRun& run : runs) read_parts(run.config, threads);
  }
  if (definition_of(runs.front().config).target() != TargetKind::kLabel) return;
  const PreparedData data = prepare_data(runs.front().config, {}, threads);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.labels.size()));
  for (const EncodedDataset* rows : {&data.train, &data.validation, &*data.test}) {
    for (const std::int32_t label : rows->labels()) {
      if (label >= 0) ++counts[static_cast<std::size_t>(label)];
    }
  }
  std::vector<std::string> rare;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < options.folds) rare.push_back(data.labels.names()[i]);
  }
  if (rare.empty()) return;
  log_warning(std::to_string(rare.size()) + (rare.size() == 1 ? " label has" : " labels have") +
              " fewer rows than there are folds, so that some folds do not test " +
              (rare.size() == 1 ? "it: " : "them: ") + list_some(rare));
}

/// The table of the runs, and that of the metrics over them.
Report summary_of(const std::vector<std::pair<std::string, Report>>& runs, const Config& config,
                  const CrossvalOptions& options) {
  const bool has_folds = options.seeds == 0;
  ReportFacts facts;
  if (has_folds) {
    facts.facts = {{"folds", "folds", options.folds, NumberFormat::kCount},
                   {"repeats", "repeats", options.repeats, NumberFormat::kCount}};
  } else {
    facts.facts = {{"seeds", "seeds", options.seeds, NumberFormat::kCount}};
  }
  ReportTable spread{"metrics",
                     "metrics over all runs",
                     {{"metric", "metric"},
                      {"mean", "mean"},
                      {"deviation", "deviation"},
                      {"low", "95 % from"},
                      {"high", "to"}},
                     {}};
  ReportTable each{"runs", "runs", {{"run", "run"}}, {}};
  for (const auto& [name, report] : runs) each.rows.push_back({name});
  for (const std::string& metric : runs.front().second.metrics()) {
    std::vector<double> values;
    for (const auto& [name, report] : runs) {
      if (const auto value = report.value(metric)) values.push_back(*value);
    }
    each.columns.push_back({metric, metric});
    for (std::size_t i = 0; i < runs.size(); ++i) {
      each.rows[i].push_back(report_value_of(runs[i].second.value(metric)));
    }
    if (values.size() != runs.size()) continue;
    const Spread found = spread_of(values, has_folds ? test_per_training(config, options) : 0);
    spread.rows.push_back(
        {metric, found.mean, found.deviation, found.interval.low, found.interval.high});
  }
  const ReportText note{
      "", has_folds
              ? "Each fold is tested by a model that did not see it. The intervals are corrected "
                "for training sets that overlap (Nadeau and Bengio 2003).\n"
              : "All runs have the same rows for training and measuring; the intervals hold for "
                "other seeds, not for other rows.\n"};
  return {{std::move(facts), std::move(spread), std::move(each), note}};
}

ArchiveMetadata export_average(const std::vector<PlannedRun>& runs,
                               const CrossvalOptions& options) {
  std::vector<fs::path> folders;
  folders.reserve(runs.size());
  for (const PlannedRun& run : runs) folders.push_back(options.out / run.name);
  return export_runs(folders, options.out / CrossvalOptions::kEnsembleName, /*overwrite=*/true);
}

}  // namespace

CrossvalReport crossval(const Config& config, const CrossvalOptions& options,
                        const CrossvalHooks& hooks) {
  check_options(config, options);
  std::error_code code;
  const bool exists = fs::exists(options.out, code) && !fs::is_empty(options.out, code);
  if (exists && !options.resume) {
    throw Error(ErrorKind::kUsage, options.out.string(),
                "exists; use --resume to continue it, or another folder");
  }
  const bool has_folds = options.seeds == 0;
  std::vector<PlannedRun> runs =
      has_folds ? plan_folds(config, options) : plan_seeds(config, options);
  if (has_folds && config.data.test) {
    log_info("the test data of the config are not used; each fold is the test part of its run");
  }
  if (has_folds) check_folds(runs, options);
  if (options.ensemble) prepare_ensemble(runs, options);
  const FolderLock lock(options.out);
  std::vector<std::pair<std::string, Report>> reports;
  for (const PlannedRun& run : runs) {
    const fs::path folder = options.out / run.name;
    std::optional<Report> report = finished_report(run, folder);
    const bool is_kept = report.has_value();
    if (!report) {
      TrainOptions how;
      how.out = folder;
      how.command_line = options.command_line;
      if (fs::exists(folder, code)) how.existing = ExistingRun::kResume;
      const Hooks of_run = hooks.start ? hooks.start(run.name, run.config) : Hooks{};
      const TrainReport trained = train(run.config, how, of_run);
      if (!trained.finished) return {};
      report = trained.test ? *trained.test : trained.validation;
    }
    if (hooks.finished) hooks.finished(run.name, *report, is_kept);
    reports.emplace_back(run.name, std::move(*report));
  }
  CrossvalReport result{true, summary_of(reports, config, options)};
  const TargetKind target = definition_of(config).target();
  const bool has_row_outputs = target == TargetKind::kLabel || target == TargetKind::kLabelSet ||
                               target == TargetKind::kNumbers;
  if (has_folds && has_row_outputs) write_predictions(runs, options.out);
  if (options.ensemble) result.ensemble = export_average(runs, options);
  write_file_whole(options.out / "crossval.json", report_to_json(result.report) + "\n");
  const std::string title = config.name + ": " + (has_folds ? "cross-validation" : "several seeds");
  write_file_whole(options.out / "report.html", render_report_page(title, result.report));
  return result;
}

}  // namespace sequent
