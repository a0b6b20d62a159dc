#include <memory>

#include "apps/commands.h"
#include "search/compare.h"

namespace sequent {
namespace {

struct CompareCommandOptions {
  std::string a;
  std::string b;
  std::string data;
  std::string changed;
  bool json = false;
  CompareOptions how;
};

void compare_command(const CompareCommandOptions& options) {
  CompareOptions how = options.how;
  if (!options.data.empty()) how.data = options.data;
  if (!options.changed.empty()) how.changed = options.changed;
  const ComparedModels found = compare_models(options.a, options.b, how);
  if (options.json) return print(report_to_json(found.report) + "\n");
  print(report_to_text(found.report) + "\n" + found.sentence + ".\n");
}

}  // namespace

void add_compare_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<CompareCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "compare", "Compare two models on the same rows and say whether the difference is by chance");
  command->add_option("A", options->a, "Run folder or model archive")->required();
  command->add_option("B", options->b, "Run folder or model archive")->required();
  command->add_option("DATA", options->data,
                      "Labelled data file; by default, the rows that both runs held out: those of "
                      "the test part, or else of the validation part");
  command
      ->add_option("--changed", options->changed,
                   "Write the rows whose answers differ to this file (JSON Lines)")
      ->type_name("FILE");
  command
      ->add_option("--threads", options->how.evaluation.threads,
                   "Number of threads; 0 uses one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print the report as one JSON object");
  command->callback([options, &action] { action = [options] { compare_command(*options); }; });
}

}  // namespace sequent
