#include <memory>
#include <sstream>

#include "apps/commands.h"
#include "sequent/log.h"
#include "sequent/trainer.h"

namespace sequent {
namespace {

struct ExportCommandOptions {
  std::string run;
  std::string out;
  bool overwrite = false;
};

void export_command(const ExportCommandOptions& options) {
  const ArchiveCard card = export_run(options.run, options.out, options.overwrite);
  std::ostringstream text;
  text << options.out << ": proven equal to the trained model on " << card.parity_rows
       << " rows, greatest difference " << card.parity_difference;
  log_info(text.str());
}

}  // namespace

void add_export_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExportCommandOptions>();
  CLI::App* command = app.add_subcommand("export", "Write a finished run as one TorchScript file");
  command->add_option("RUN", options->run, "Run folder")->required();
  command->add_option("-o,--out", options->out, "File to make, such as model.pt")->required();
  command->add_flag("--overwrite", options->overwrite, "Replace the file if it exists");
  command->callback([options, &action] { action = [options] { export_command(*options); }; });
}

}  // namespace sequent
