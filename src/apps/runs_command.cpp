#include <memory>

#include "apps/commands.h"
#include "core/files.h"
#include "report/report_html.h"
#include "search/run_table.h"
#include "sequent/log.h"

namespace sequent {
namespace {

struct RunsCommandOptions {
  std::string folder;
  std::string sort;
  std::string html;
  bool json = false;
};

void runs_command(const RunsCommandOptions& options) {
  const Report report = table_of_runs(options.folder, options.sort);
  if (!options.html.empty()) {
    write_file_whole(options.html, render_report_page("Runs in " + options.folder, report));
    log_info("wrote " + options.html);
  }
  print(options.json ? report_to_json(report) + "\n" : report_to_text(report));
}

}  // namespace

void add_runs_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunsCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "runs", "List the runs in a folder, with their metrics and the options that differ");
  command->add_option("FOLDER", options->folder, "Folder with run folders below it")->required();
  command
      ->add_option("--sort", options->sort,
                   "Validation metric to sort by, such as macro_f1; by default, that of the task")
      ->type_name("METRIC");
  command->add_option("--html", options->html, "Also write the table as a page to this file")
      ->type_name("FILE");
  command->add_flag("--json", options->json, "Print the table as one JSON object");
  command->callback([options, &action] { action = [options] { runs_command(*options); }; });
}

}  // namespace sequent
