// The subcommands of `sequent`. Each function adds a subcommand to the app; selecting the
// subcommand sets the action.
#pragma once

#include <CLI/CLI.hpp>

#include "apps/common_program.h"

namespace sequent {

void add_fit_command(CLI::App& app, Action& action);
void add_train_command(CLI::App& app, Action& action);
void add_tune_command(CLI::App& app, Action& action);
void add_evaluate_command(CLI::App& app, Action& action);
void add_errors_command(CLI::App& app, Action& action);
void add_export_command(CLI::App& app, Action& action);
void add_generate_command(CLI::App& app, Action& action);
void add_config_command(CLI::App& app, Action& action);
void add_data_command(CLI::App& app, Action& action);
void add_sample_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_inspect_command(CLI::App& app, Action& action);
void add_crossval_command(CLI::App& app, Action& action);
void add_compare_command(CLI::App& app, Action& action);
void add_runs_command(CLI::App& app, Action& action);

}  // namespace sequent
