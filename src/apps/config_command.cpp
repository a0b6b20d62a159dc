#include <memory>

#include "apps/commands.h"
#include "sequent/config.h"
#include "sequent/log.h"

namespace sequent {
namespace {

struct ConfigCommandOptions {
  std::string config;
  std::vector<std::string> changes;
  bool minimal = false;
};

Config load(const ConfigCommandOptions& options) {
  return load_config(options.config, parse_overrides(options.changes));
}

void add_file_options(CLI::App* command, const std::shared_ptr<ConfigCommandOptions>& options) {
  command->add_option("CONFIG", options->config, "Config file (JSON)")->required();
  command
      ->add_option("--set", options->changes,
                   "Override an option of the config, such as training.epochs=3")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
}

}  // namespace

void add_config_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ConfigCommandOptions>();
  CLI::App* command = app.add_subcommand("config", "Check, print and document configs");
  command->require_subcommand(1);

  CLI::App* check = command->add_subcommand("check", "Report every error in a config");
  add_file_options(check, options);
  check->callback([options, &action] {
    action = [options] {
      load(*options);
      log_info(options->config + ": ok");
    };
  });

  CLI::App* show = command->add_subcommand("show", "Print a config with all defaults filled in");
  add_file_options(show, options);
  show->add_flag("--minimal", options->minimal,
                 "Print only the options that differ from their defaults");
  show->callback([options, &action] {
    action = [options] { print(dump_config(load(*options), options->minimal)); };
  });

  command->add_subcommand("schema", "Print the JSON Schema of configs")->callback([&action] {
    action = [] { print(config_schema()); };
  });
  command->add_subcommand("reference", "Print the reference of all config options as Markdown")
      ->callback([&action] { action = [] { print(config_reference()); }; });
}

}  // namespace sequent
