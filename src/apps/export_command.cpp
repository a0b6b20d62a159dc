#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/export_line.h"
#include "sequent/log.h"
#include "sequent/trainer.h"

namespace sequent {
namespace {

struct ExportCommandOptions {
  std::vector<std::string> runs;
  std::string out;
  bool overwrite = false;
  Abstention abstention;
};

void export_command(const ExportCommandOptions& options) {
  const std::vector<std::filesystem::path> runs(options.runs.begin(), options.runs.end());
  const ArchiveMetadata metadata =
      export_runs(runs, options.out, options.overwrite, options.abstention);
  log_info(export_line(options.out, metadata));
}

}  // namespace

void add_export_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExportCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "export", "Export a finished run, or the average of several, as a model archive");
  command
      ->add_option("RUN", options->runs,
                   "Run folder; of several runs with the same layers and labels, the archive "
                   "averages the predictions")
      ->type_name("FOLDER")
      ->required();
  command->add_option("-o,--out", options->out, "Model archive to create, such as model.pt")
      ->required();
  command->add_flag("--overwrite", options->overwrite, "Replace the archive if it exists");
  CLI::Option* precision =
      command
          ->add_option("--abstain-precision", options->abstention.precision,
                       "Store the threshold for sequent-infer --abstain at which this share of the "
                       "remaining predictions is right on the validation rows, such as 0.95")
          ->check(CLI::Range(0.0, 1.0))
          ->type_name("SHARE");
  command
      ->add_option(
          "--abstain-coverage", options->abstention.coverage,
          "Store the threshold at which this share of the validation rows is answered, such "
          "as 0.8")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE")
      ->excludes(precision);
  command->callback([options, &action] { action = [options] { export_command(*options); }; });
}

}  // namespace sequent
