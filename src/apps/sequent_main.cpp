// The program sequent, which trains, evaluates and exports the models that configs describe.
#include "apps/cli_docs.h"
#include "apps/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Trains, evaluates and exports sequence models that one JSON file describes.",
               "sequent"};
  const std::vector<sequent::ExitCode> exit_codes = {
      {0, "success"},
      {1, "runtime failure, such as a full disk, too little memory or a loss that is not finite"},
      {2, "invalid command line or config"},
      {3, "invalid data"},
      {4, "invalid run folder or model archive"},
      {5, "a condition given with --require is not met"},
      {129, "stopped by SIGHUP"},
      {130, "stopped by SIGINT"},
      {143, "stopped by SIGTERM"}};
  sequent::add_help(app, exit_codes);
  app.require_subcommand(1);
  sequent::add_log_flags(app);
  sequent::Action action;
  sequent::add_fit_command(app, action);
  sequent::add_train_command(app, action);
  sequent::add_tune_command(app, action);
  sequent::add_evaluate_command(app, action);
  sequent::add_errors_command(app, action);
  sequent::add_export_command(app, action);
  sequent::add_generate_command(app, action);
  sequent::add_config_command(app, action);
  sequent::add_data_command(app, action);
  sequent::add_sample_command(app, action);
  sequent::add_inspect_command(app, action);
  sequent::add_crossval_command(app, action);
  sequent::add_compare_command(app, action);
  sequent::add_runs_command(app, action);
  sequent::add_bench_command(app, action);
  sequent::add_docs_commands(app, exit_codes, action);
  return sequent::run_program(app, argc, argv, [&action] { action(); });
}
