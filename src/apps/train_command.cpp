#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/commands.h"
#include "apps/progress_line.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/trainer.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

struct TrainCommandOptions {
  std::string config;
  std::string out;
  std::vector<std::string> changes;
  std::optional<std::string> init_from;
  bool resume = false;
  bool overwrite = false;
  bool strict_data = false;
};

/// Quotes the command line for a shell.
std::string typed(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    const bool plain = !word.empty() && word.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_-./=:,+") == std::string::npos;
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

void train_command(const TrainCommandOptions& options,
                   const std::vector<std::string>& command_line) {
  std::vector<Override> overrides = parse_overrides(options.changes);
  if (options.init_from) {
    if (options.init_from->empty()) {
      throw Error(ErrorKind::kUsage, "--init-from", "found \"\"; expected a run folder");
    }
    const auto run = std::filesystem::absolute(*options.init_from).lexically_normal();
    overrides.push_back({"training.init_from", nlohmann::json(run.string()).dump()});
  }
  const Config config = load_config(options.config, overrides);
  TrainOptions train_options;
  train_options.out = options.out;
  train_options.command_line = command_line;
  train_options.strict_data = options.strict_data;
  if (options.resume) train_options.existing = ExistingRun::kResume;
  if (options.overwrite) train_options.existing = ExistingRun::kOverwrite;
  ProgressLine line(stderr_is_terminal(), config.runtime.log_seconds,
                    definition_of(config).epoch_metrics());
  Hooks hooks;
  hooks.progress = [&line](const Progress& progress) { line.show(progress); };
  hooks.stop_requested = [] { return received_signal() != 0; };
  watch_signals();
  const TrainReport report = train(config, train_options, hooks);
  if (!report.finished) {
    log_info("stopped; the checkpoint is saved. Continue with: " + typed(command_line) +
             " --resume");
    return;
  }
  log_info("finished (" + report.manifest.stopped_because + "); best epoch " +
           std::to_string(report.manifest.best_epoch) +
           "; report: " + (std::filesystem::path(options.out) / "report.html").string());
  print("validation, best epoch\n" + report_to_text(report.validation));
  if (report.test) print("\ntest\n" + report_to_text(*report.test));
}

}  // namespace

void add_train_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<TrainCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "Train the model that a config describes and save it in a run folder");
  command->add_option("CONFIG", options->config, "Config file (JSON)")->required();
  command->add_option("-o,--out", options->out, "Run folder to create")
      ->type_name("FOLDER")
      ->required();
  command
      ->add_option("--set", options->changes,
                   "Override an option of the config, such as training.epochs=3")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
  command
      ->add_option("--init-from", options->init_from,
                   "Initialize the weights from this run folder; overrides training.init_from")
      ->type_name("FOLDER");
  CLI::Option* resume =
      command->add_flag("--resume", options->resume, "Continue the interrupted run in --out");
  command->add_flag("--overwrite", options->overwrite, "Replace the run in --out if there is one")
      ->excludes(resume);
  command->add_flag("--strict-data", options->strict_data,
                    "Exit with code 3 before training if the data have similar labels, texts with "
                    "more than one label, or texts of validation or test that are also in "
                    "training");
  command->callback([options, &action] {
    action = [options] {
      std::vector<std::string> line = {"sequent", "train", options->config, "--out", options->out};
      for (const std::string& change : options->changes) {
        line.emplace_back("--set");
        line.push_back(change);
      }
      if (options->init_from) line.insert(line.end(), {"--init-from", *options->init_from});
      if (options->strict_data) line.emplace_back("--strict-data");
      train_command(*options, line);
    };
  });
}

}  // namespace sequent
