#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <variant>

#include "apps/commands.h"
#include "core/nearest.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/trainer.h"

namespace sequent {
namespace {

struct EvaluateCommandOptions {
  std::string model;
  std::string data;
  bool json = false;
  bool risk_coverage = false;
  int threads = 0;
  std::optional<double> dynamic_rate;
  std::optional<UnseenLabels> unseen_labels;
  std::vector<std::string> gates;
};

/// A condition such as `accuracy>=0.9` or `loss<=0.5`.
struct Gate {
  std::string text;
  std::string metric;
  bool at_least = true;
  double bound = 0;
};

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

Gate parse_gate(const std::string& typed) {
  const std::string text = without_spaces(typed);
  const std::size_t at = text.find_first_of("<>");
  const bool complete =
      at != std::string::npos && at > 0 && at + 2 < text.size() && text[at + 1] == '=';
  Gate gate{text, text.substr(0, at), complete && text[at] == '>', 0};
  if (complete) {
    const char* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data() + at + 2, end, gate.bound);
    if (code == std::errc{} && stop == end && std::isfinite(gate.bound)) return gate;
  }
  throw Error(ErrorKind::kUsage, "--require " + typed,
              "expected METRIC>=NUMBER or METRIC<=NUMBER, such as accuracy>=0.9");
}

/// Checks the metric names. Errors: Usage for a metric that the report does not have.
void check_names(const std::vector<Gate>& gates, const Report& report) {
  const std::vector<std::string> names = report.metrics();
  std::vector<Issue> issues;
  for (const Gate& gate : gates) {
    if (std::find(names.begin(), names.end(), gate.metric) != names.end()) continue;
    issues.push_back({"--require " + gate.text, "the report of this model has no \"" + gate.metric +
                                                    "\"" + did_you_mean(gate.metric, names) +
                                                    "; it has " +
                                                    list_alternatives(names, /*quoted=*/false)});
  }
  if (!issues.empty()) throw Error(ErrorKind::kUsage, issues);
}

void check_gates(const std::vector<Gate>& gates, const Report& report) {
  std::vector<Issue> issues;
  for (const Gate& gate : gates) {
    const std::optional<double> value = report.value(gate.metric);
    const bool passed = value && (gate.at_least ? *value >= gate.bound : *value <= gate.bound);
    if (passed) continue;
    issues.push_back(
        {"--require " + gate.text, value ? "not met: found " + std::to_string(*value)
                                         : "not met: the report has no value for " + gate.metric});
  }
  if (!issues.empty()) throw Error(ErrorKind::kQualityGate, issues);
}

/// Returns the accuracy at every tenth of the coverage. Errors: Usage if the task has none.
std::string coverage_text(const Report& report) {
  const ReportTable* all = report.table("risk_coverage");
  if (all == nullptr) {
    throw Error(ErrorKind::kUsage, "--risk-coverage",
                "has no meaning for this model, which does not predict one label per row");
  }
  constexpr double kSteps = 10;
  ReportTable some = *all;
  some.rows.clear();
  some.for_people = true;
  double next = 1;
  for (const std::vector<ReportValue>& row : all->rows) {
    const double coverage = std::get<double>(row.front());
    if (coverage < next / kSteps) continue;
    some.rows.push_back(row);
    while (next / kSteps <= coverage) ++next;
  }
  return "\n" + all->title + "; area under the curve of error over coverage: " +
         std::to_string(report.value("aurc").value_or(0)) + "\n" +
         report_to_text(Report{{std::move(some)}});
}

void evaluate_command(const EvaluateCommandOptions& options) {
  std::vector<Gate> gates;
  for (const std::string& text : options.gates) gates.push_back(parse_gate(text));
  EvaluateOptions how;
  how.threads = options.threads;
  how.dynamic_rate = options.dynamic_rate;
  how.unseen_labels = options.unseen_labels;
  const Report report = evaluate(options.model, options.data, how);
  const std::string curve = options.risk_coverage ? coverage_text(report) : "";
  print(options.json ? report_to_json(report) + "\n" : report_to_text(report) + curve);
  for (const std::string& sentence : report.warnings()) log_warning(sentence);
  check_names(gates, report);
  check_gates(gates, report);
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<EvaluateCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "Evaluate a run folder or model archive on a labelled data file");
  command->add_option("MODEL", options->model, "Run folder or model archive")->required();
  command
      ->add_option("DATA", options->data,
                   "Labelled data file, in the format that the model's config gives")
      ->required();
  command->add_flag("--json", options->json, "Print the report as one JSON object");
  command->add_flag(
      "--risk-coverage", options->risk_coverage,
      "Also print the accuracy of the most confident predictions, by the share of the "
      "rows that they cover (classifiers only; --json always has it)");
  command->add_option("--threads", options->threads, "Number of threads; 0 uses one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      ->add_option("--dynamic", options->dynamic_rate,
                   "Dynamic evaluation of a language model: after each segment of the text is "
                   "scored, train on it with this learning rate, such as 0.0003; uses one thread")
      ->option_text("RATE");
  command
      ->add_option("--unseen-labels", options->unseen_labels,
                   "How to treat rows with a label or tag that the training data lack: report an "
                   "error, skip the row, or count its prediction as wrong; overrides "
                   "data.unseen_labels of the config")
      ->transform(CLI::CheckedTransformer(enum_choices<UnseenLabels>()))
      ->option_text("{error,skip,wrong}");
  command
      ->add_option("--require", options->gates,
                   "Exit with code 5 unless the report meets this condition, such as accuracy>=0.9 "
                   "or loss<=0.5")
      ->type_name("CONDITION")
      ->allow_extra_args(false);
  command->callback([options, &action] { action = [options] { evaluate_command(*options); }; });
}

}  // namespace sequent
