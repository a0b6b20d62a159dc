#include <memory>
#include <optional>
#include <variant>

#include "apps/commands.h"
#include "apps/export_line.h"
#include "apps/progress_line.h"
#include "core/format.h"
#include "core/typed_column.h"
#include "search/crossval.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

struct CrossvalCommandOptions {
  std::string config;
  CrossvalOptions how;
  std::string out;
  std::string group;
  std::vector<std::string> changes;
  bool json = false;
};

void crossval_command(const CrossvalCommandOptions& options) {
  const Config config = load_config(options.config, parse_overrides(options.changes));
  CrossvalOptions how = options.how;
  how.out = options.out;
  if (!options.group.empty()) {
    // A key of JSON Lines can be a number.
    const bool has_keys = std::holds_alternative<JsonlFormat>(config.data.format);
    how.group = has_keys ? Column(options.group) : typed_column(options.group);
  }
  const EpochMetric metric = definition_of(config).epoch_metrics().front();
  std::optional<ProgressLine> line;
  CrossvalHooks hooks;
  hooks.start = [&](const std::string& name, const Config& of_run) {
    log_info(name + ":");
    line.emplace(stderr_is_terminal(), of_run.runtime.log_seconds,
                 definition_of(of_run).epoch_metrics());
    Hooks result;
    result.progress = [&](const Progress& progress) { line->show(progress); };
    result.stop_requested = [] { return received_signal() != 0; };
    return result;
  };
  hooks.finished = [&](const std::string& name, const Report& report, bool is_kept) {
    log_info(name + ": " + metric.title + " " + format_metric(report.value(metric.key)) +
             (is_kept ? " (finished before)" : ""));
  };
  watch_signals();
  const CrossvalReport report = crossval(config, how, hooks);
  if (!report.finished) {
    log_info("stopped; continue with the same command and --resume");
    return;
  }
  if (report.ensemble) {
    const std::string file = (how.out / CrossvalOptions::kEnsembleName).string();
    log_info(export_line(file, *report.ensemble));
  }
  log_info("report: " + (how.out / "report.html").string());
  print(options.json ? report_to_json(report.report) + "\n" : report_to_text(report.report));
}

}  // namespace

void add_crossval_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<CrossvalCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "crossval", "Train a config on several folds or with several seeds, and report the spread");
  command->add_option("CONFIG", options->config, "Config file (JSON)")->required();
  command
      ->add_option("-o,--out", options->out, "Folder to create, with one run folder for each run")
      ->type_name("FOLDER")
      ->required();
  CLI::Option* folds =
      command
          ->add_option("--folds", options->how.folds,
                       "Number of folds of the training file; each is the test part of one run")
          ->capture_default_str();
  CLI::Option* repeats =
      command->add_option("--repeats", options->how.repeats, "Number of divisions into folds")
          ->capture_default_str();
  CLI::Option* group =
      command
          ->add_option("--group", options->group,
                       "Column, by name or by index from 0, or JSON key whose values "
                       "identify rows that stay in one fold")
          ->type_name("COLUMN");
  command
      ->add_option("--seeds", options->how.seeds,
                   "Instead of folds: train with this number of seeds on the config's own data")
      ->excludes(folds)
      ->excludes(repeats)
      ->excludes(group);
  command
      ->add_option("--set", options->changes,
                   "Override an option of the config, such as training.epochs=3")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
  command->add_flag("--resume", options->how.resume,
                    "Keep the finished runs in --out and continue the interrupted one");
  command->add_flag("--ensemble", options->how.ensemble,
                    "Export all runs as one archive, model.pt in --out, which averages their "
                    "predictions");
  command->add_flag("--json", options->json, "Print the report as one JSON object");
  command->callback([options, &action] {
    std::vector<std::string>& line = options->how.command_line;
    line = {"sequent", "crossval", options->config, "--out", options->out};
    if (options->how.seeds > 0) {
      line.insert(line.end(), {"--seeds", std::to_string(options->how.seeds)});
    } else {
      line.insert(line.end(), {"--folds", std::to_string(options->how.folds), "--repeats",
                               std::to_string(options->how.repeats)});
    }
    if (options->how.ensemble) line.emplace_back("--ensemble");
    if (!options->group.empty()) line.insert(line.end(), {"--group", options->group});
    for (const std::string& change : options->changes) line.insert(line.end(), {"--set", change});
    action = [options] { crossval_command(*options); };
  });
}

}  // namespace sequent
