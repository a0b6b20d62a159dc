#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "sequent/data.h"
#include "sequent/log.h"

namespace sequent {

void add_data_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("data", "Inspect the data of a config before training");
  command->require_subcommand(1);
  struct Options {
    std::string config;
    std::vector<std::string> changes;
  };
  auto options = std::make_shared<Options>();
  CLI::App* check = command->add_subcommand(
      "check",
      "Report rows, labels, lengths, unknown words, duplicates and overlap between the splits");
  check->add_option("CONFIG", options->config, "Config file (JSON)")->required();
  check
      ->add_option("--set", options->changes,
                   "Override an option of the config, such as training.epochs=3")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
  check->callback([options, &action] {
    action = [options] {
      const DataCheck result =
          check_data(load_config(options->config, parse_overrides(options->changes)));
      print(result.text);
      log_info(result.warnings == 0 ? "no warnings"
                                    : std::to_string(result.warnings) +
                                          (result.warnings == 1 ? " warning" : " warnings"));
    };
  });
}

}  // namespace sequent
