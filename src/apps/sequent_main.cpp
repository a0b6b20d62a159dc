// sequent: trains, evaluates and exports what a config describes.
#include "apps/commands.h"
#include "sequent/artifact.h"

int main(int argc, char** argv) {
  CLI::App app{"Trains, evaluates and exports sequence classifiers that one JSON file describes."};
  app.set_version_flag("--version", std::string(sequent::version()));
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 runtime failure, 2 usage or config, 3 data, 4 artifact, "
      "5 quality gate, 130 SIGINT, 143 SIGTERM.");
  sequent::add_log_flags(app);
  sequent::Action action;
  sequent::add_train_command(app, action);
  sequent::add_evaluate_command(app, action);
  sequent::add_export_command(app, action);
  sequent::add_generate_command(app, action);
  sequent::add_config_command(app, action);
  sequent::add_data_command(app, action);
  sequent::add_sample_command(app, action);
  sequent::add_inspect_command(app, action);
  sequent::add_bench_command(app, action);
  return sequent::run_program(app, argc, argv, [&action] { action(); });
}
