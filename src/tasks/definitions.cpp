#include <algorithm>

#include "core/nearest.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"
#include "tasks/task_table.h"

namespace sequent {

#define SEQUENT_DECLARE(task) const TaskDefinition& task##_definition();
SEQUENT_TASKS(SEQUENT_DECLARE)
#undef SEQUENT_DECLARE

namespace {

const std::vector<const TaskDefinition*>& definitions() {
#define SEQUENT_ENTRY(task) &task##_definition(),
  static const std::vector<const TaskDefinition*> all{SEQUENT_TASKS(SEQUENT_ENTRY)};
#undef SEQUENT_ENTRY
  return all;
}

}  // namespace

const TaskDefinition& definition_of(const Task& task) {
  for (const TaskDefinition* one : definitions()) {
    if (one->name() == task.name()) return *one;
  }
  throw Error(ErrorKind::kInternal, "task", "there is no task \"" + task.name() + "\"");
}

Task::Task(std::string_view name) : name_(name) {
  const std::vector<std::string> all = names();
  if (std::find(all.begin(), all.end(), name) != all.end()) return;
  throw Error(ErrorKind::kConfig, "task",
              "found \"" + name_ + "\"" + did_you_mean(name_, all) + "; expected " +
                  list_alternatives(all));
}

std::vector<std::string> Task::names() {
  std::vector<std::string> result;
  for (const TaskDefinition* one : definitions()) result.emplace_back(one->name());
  return result;
}

std::string_view task_help() {
  static const std::string help = [] {
    std::string text = "What the model predicts.";
    for (const TaskDefinition* one : definitions()) {
      text += " " + std::string(one->name()) + ": " + std::string(one->help());
    }
    return text;
  }();
  return help;
}

Loss TaskDefinition::default_loss(const Config& config) const {
  const auto* head =
      config.model.layers.empty() ? nullptr : std::get_if<DenseSpec>(&config.model.layers.back());
  const bool sigmoid = head != nullptr && head->activation == Activation::kSigmoid;
  return sigmoid ? Loss::kBinaryCrossentropy : Loss::kCategoricalCrossentropy;
}

Report TaskDefinition::with_abstention(const Report&, const Abstention&) const {
  throw Error(ErrorKind::kUsage, "abstention", "has no meaning for " + title() + "; leave it out");
}

std::optional<std::string> TaskDefinition::unseen_labels_error(const Config&,
                                                               UnseenLabels unseen) const {
  if (unseen == UnseenLabels::kError) return std::nullopt;
  switch (target()) {
    case TargetKind::kLabel:
    case TargetKind::kTags:
      return std::nullopt;
    case TargetKind::kLabelSet:
      if (unseen == UnseenLabels::kSkip) return std::nullopt;
      return "found \"wrong\"; " + title() + " has \"error\" and \"skip\"";
    case TargetKind::kNumbers:
    case TargetKind::kNextTokens:
    case TargetKind::kText:
      break;
  }
  return "has no meaning for " + title() + "; leave it out";
}

std::vector<double> report_calibration(const std::string& json, const Task& task) {
  if (json.empty()) return {};
  return definition_of(task).calibration(report_from_json(json, task));
}

}  // namespace sequent
