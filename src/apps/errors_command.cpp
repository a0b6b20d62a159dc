#include <memory>

#include "apps/commands.h"
#include "core/files.h"
#include "report/report_html.h"
#include "search/error_analysis.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

struct ErrorsCommandOptions {
  ErrorAnalysisOptions analysis;
  std::string model;
  std::string html;
  bool overwrite = false;
  bool json = false;
};

void errors_command(ErrorsCommandOptions options) {
  if (!options.html.empty() && !options.overwrite && std::filesystem::exists(options.html)) {
    throw Error(ErrorKind::kUsage, options.html, "exists; pass --overwrite to replace it");
  }
  options.analysis.model = options.model;
  const ErrorAnalysis analysis = analyse_errors(options.analysis);
  const Report& report = analysis.report;
  if (!options.html.empty()) {
    write_file_whole(options.html, render_report_page("Errors of " + options.model, analysis.page));
  }
  print(options.json ? report_to_json(report) + "\n" : report_to_text(report));
  for (const std::string& sentence : report.warnings()) log_warning(sentence);
}

}  // namespace

void add_errors_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ErrorsCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "errors",
      "Show where a text classifier goes wrong and why: confident mistakes, labels that are "
      "probably wrong, the tokens that drive each class, and weak slices");
  command
      ->add_option("MODEL", options->model,
                   "Run folder, model archive, or folder of sequent crossval")
      ->required();
  command->add_option("DATA", options->analysis.data,
                      "Labelled file that the model was not trained on; by default, the run's "
                      "validation rows, or all rows of a cross-validation");
  command
      ->add_option("--top", options->analysis.top,
                   "Maximum number of rows in each list, and of tokens per class")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command
      ->add_option("--slice", options->analysis.slice_column,
                   "Also compare the rows by the values of this column or key")
      ->type_name("COLUMN");
  command->add_option("--html", options->html, "Also write the report as an HTML page")
      ->type_name("FILE");
  command->add_flag("--overwrite", options->overwrite, "Replace the HTML file if it exists");
  command->add_flag("--json", options->json, "Print the report as one JSON object");
  command
      ->add_option("--threads", options->analysis.threads, "Number of threads; 0 uses one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { errors_command(*options); }; });
}

}  // namespace sequent
