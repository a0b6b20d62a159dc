#include <memory>

#include "apps/commands.h"
#include "sequent/data.h"
#include "sequent/log.h"

namespace sequent {

void add_data_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("data", "Look at a config's data before training");
  command->require_subcommand(1);
  auto config = std::make_shared<std::string>();
  CLI::App* check = command->add_subcommand(
      "check", "Rows, labels, lengths, unknown words, duplicates and overlap of the splits");
  check->add_option("CONFIG", *config, "Config file, JSON")->required();
  check->callback([config, &action] {
    action = [config] {
      const DataCheck result = check_data(load_config(*config));
      print(result.text);
      log_info(result.warnings == 0 ? "nothing to worry about"
                                    : std::to_string(result.warnings) + " things to look at");
    };
  });
}

}  // namespace sequent
