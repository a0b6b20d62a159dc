#include <memory>

#include "apps/commands.h"
#include "search/tune.h"
#include "search/tune_spec.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

struct TuneCommandOptions {
  std::string search;
  std::string out;
  std::string join;
  std::vector<std::string> changes;
  bool resume = false;
  bool reference = false;
};

void tune_command(const TuneCommandOptions& options) {
  if (options.reference) return print(tune_reference());
  TuneOptions tune_options;
  tune_options.search = options.search;
  tune_options.out = options.out;
  tune_options.overrides = parse_overrides(options.changes);
  if (options.resume) tune_options.start = TuneStart::kResume;
  if (!options.join.empty()) {
    tune_options.start = TuneStart::kJoin;
    tune_options.out = options.join;
  } else if (options.search.empty() || options.out.empty()) {
    throw Error(ErrorKind::kUsage, options.search.empty() ? "SEARCH" : "--out",
                "missing; expected sequent tune SEARCH.json --out FOLDER, or sequent tune --join "
                "FOLDER");
  }
  watch_signals();
  const TuneOutcome outcome = tune(tune_options, [] { return received_signal() != 0; });
  const std::filesystem::path out = tune_options.out;
  if (!options.join.empty()) {
    log_info("trained " + std::to_string(outcome.trials) + " trials of " + out.string());
  } else if (!outcome.finished) {
    log_info("stopped after " + std::to_string(outcome.trials) +
             " trials; continue with the same command and --resume");
  } else {
    print(outcome.leaderboard);
    log_info("finished; the winner is " + (out / "best").string() + ", its config " +
             (out / "best.json").string() + "; report: " + (out / "report.html").string());
  }
}

}  // namespace

void add_tune_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<TuneCommandOptions>();
  CLI::App* command =
      app.add_subcommand("tune", "Search for the options of a config that give the best model");
  command->add_option("SEARCH", options->search, "Search file (JSON)");
  CLI::Option* out =
      command->add_option("-o,--out", options->out, "Folder of the search")->type_name("FOLDER");
  command
      ->add_option("--set", options->changes,
                   "Override an option of the search file, such as budget.trials=50")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
  CLI::Option* resume =
      command->add_flag("--resume", options->resume, "Continue the search in --out");
  command
      ->add_option("--join", options->join,
                   "Train trials of the search in this folder, which another process leads")
      ->type_name("FOLDER")
      ->excludes(resume)
      ->excludes(out);
  command
      ->add_flag("--reference", options->reference,
                 "Print the reference of all options of search files as Markdown")
      ->excludes(out)
      ->excludes(resume);
  command->callback([options, &action] { action = [options] { tune_command(*options); }; });
}

}  // namespace sequent
