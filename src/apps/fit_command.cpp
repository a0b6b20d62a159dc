#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "search/fit.h"
#include "sequent/log.h"

namespace sequent {
namespace {

struct FitCommandOptions {
  FitOptions fit;
  std::string out;
  std::string time = "10m";
};

void fit_command(FitCommandOptions options) {
  options.fit.out = options.out;
  options.fit.seconds = parse_seconds(options.time, "--time");
  FitHooks hooks;
  hooks.line = [](const std::string& line) { log_info(line); };
  hooks.stop_requested = [] { return received_signal() != 0; };
  watch_signals();
  print(fit(options.fit, hooks).summary);
}

void add_fit_data_options(CLI::App& command, SniffOptions& data) {
  command
      .add_option("DATA", data.train,
                  "Labelled data: CSV, TSV, JSON Lines, fastText, CoNLL, or a folder per label")
      ->required();
  command.add_option("--label", data.label, "Column of the label (default: inferred)")
      ->type_name("COLUMN");
  command
      .add_option(
          "--text", data.texts,
          "Column of the text; repeat it for texts that are read as one (default: inferred)")
      ->type_name("COLUMN")
      ->allow_extra_args(false);
  command
      .add_option("--feature", data.features,
                  "Further column that the model reads: a category, a number or a date; can be "
                  "repeated")
      ->type_name("COLUMN")
      ->allow_extra_args(false);
  command
      .add_option("--task", data.task,
                  "classification, multi_label, regression or tagging (default: inferred)")
      ->type_name("TASK");
  command
      .add_option("--validation", data.validation,
                  "File in the same format that chooses the model (default: a tenth of DATA)")
      ->type_name("FILE");
  command
      .add_option("--test", data.test,
                  "File in the same format on which the chosen model is measured at the end")
      ->type_name("FILE");
}

}  // namespace

void add_fit_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<FitCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "fit", "Find, train and export the best model for a data file, without a config");
  add_fit_data_options(*command, options->fit.data);
  command->add_option("-o,--out", options->out, "Run folder to create")
      ->type_name("FOLDER")
      ->required();
  command->add_option("--time", options->time, "Time for everything, such as 90s, 10m or 1h")
      ->capture_default_str()
      ->type_name("TIME");
  command
      ->add_option("--metric", options->fit.metric,
                   "Validation metric that chooses the model, such as macro_f1 (default: that of "
                   "the task)")
      ->type_name("METRIC");
  command->add_option("--max-trials", options->fit.max_trials, "End after this number of trials")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000}));
  command
      ->add_option("--members", options->fit.members,
                   "Average at most so many models of the chosen settings, if that is better on "
                   "validation and there is time")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, FitOptions::kMostMembers));
  command
      ->add_option("--workers", options->fit.workers,
                   "CPU threads per training (default: one per core)")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1024}));
  command->add_option("--seed", options->fit.seed, "Seed of the search and of the trainings")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{9007199254740000}));
  command->add_flag("--overwrite", options->fit.overwrite,
                    "Replace the run in --out if there is one");
  command->add_flag("--keep-trials", options->fit.keep_trials,
                    "Keep the runs of all trials in the folder <out>.trials");
  command->callback([options, &action] {
    action = [options] {
      FitCommandOptions chosen = *options;
      chosen.fit.command_line = {"sequent", "fit", chosen.fit.data.train, "--out", chosen.out};
      const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value) chosen.fit.command_line.insert(chosen.fit.command_line.end(), {name, *value});
      };
      add("--label", chosen.fit.data.label);
      for (const std::string& text : chosen.fit.data.texts) add("--text", text);
      for (const std::string& feature : chosen.fit.data.features) add("--feature", feature);
      add("--task", chosen.fit.data.task);
      add("--validation", chosen.fit.data.validation);
      add("--test", chosen.fit.data.test);
      add("--metric", chosen.fit.metric);
      add("--time", chosen.time);
      add("--members", std::to_string(chosen.fit.members));
      fit_command(chosen);
    };
  });
}

}  // namespace sequent
