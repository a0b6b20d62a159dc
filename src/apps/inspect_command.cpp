#include <memory>

#include "apps/commands.h"
#include "sequent/trainer.h"

namespace sequent {

void add_inspect_command(CLI::App& app, Action& action) {
  auto model = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Print the layers, shapes and parameters of a run folder or model archive");
  command->add_option("MODEL", *model, "Run folder or model archive")->required();
  command->callback([model, &action] { action = [model] { print(summarize(*model)); }; });
}

}  // namespace sequent
