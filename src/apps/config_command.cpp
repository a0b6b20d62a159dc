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
  command->add_option("CONFIG", options->config, "Config file, JSON")->required();
  command->add_option("--set", options->changes, "Change an option: path=JSON; may be repeated")
      ->allow_extra_args(false);
}

}  // namespace

void add_config_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ConfigCommandOptions>();
  CLI::App* command = app.add_subcommand("config", "Check, show and document configs");
  command->require_subcommand(1);

  CLI::App* check = command->add_subcommand("check", "Say all that is wrong with a config");
  add_file_options(check, options);
  check->callback([options, &action] {
    action = [options] {
      load(*options);
      log_info(options->config + ": ok");
    };
  });

  CLI::App* show = command->add_subcommand("show", "Print a config with all its defaults");
  add_file_options(show, options);
  show->add_flag("--minimal", options->minimal, "Only what differs from the defaults");
  show->callback([options, &action] {
    action = [options] { print(dump_config(load(*options), options->minimal)); };
  });

  command->add_subcommand("schema", "Print the JSON Schema of configs")->callback([&action] {
    action = [] { print(config_schema()); };
  });
  command->add_subcommand("reference", "Print all options as Markdown")->callback([&action] {
    action = [] { print(config_reference()); };
  });
}

}  // namespace sequent
