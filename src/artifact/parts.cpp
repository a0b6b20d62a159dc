#include "artifact/parts.h"

#include <utility>

#include "core/former_names.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

[[noreturn]] void fail(const JsonOrigin& origin, const std::string& message) {
  throw Error(ErrorKind::kArtifact, origin.where, message + "; " + origin.cure);
}

/// Returns the result of `make`. Errors that it throws are reported as errors of the artifact.
template <class Make>
auto made_from_artifact(const JsonOrigin& origin, const Make& make) {
  try {
    return make();
  } catch (const Error& error) {
    fail(origin, error.issues().at(0).message);
  }
}

void check_names(const std::vector<std::string>& names, const JsonOrigin& origin) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string entry = "entry " + std::to_string(i + 1);
    if (names[i].empty()) fail(origin, entry + " is empty");
    if (find_invalid_utf8(names[i])) fail(origin, entry + " is not UTF-8");
  }
}

}  // namespace

void check_format_version(const JsonFields& fields, std::int64_t greatest,
                          const std::string& program) {
  const std::string key = "format_version";
  const std::int64_t found = fields.integer(key);
  if (found < 1) fields.fail(key, "found " + std::to_string(found) + "; expected at least 1");
  if (found <= greatest) return;
  throw Error(ErrorKind::kArtifact, fields.origin().where,
              "was made by a later version of Sequent (format " + std::to_string(found) +
                  ", this program reads up to " + std::to_string(greatest) + "): use " + program +
                  " of that version or later");
}

Config config_from_artifact(const std::string& json, const std::string& where,
                            const std::string& cure) {
  try {
    return parse_config(with_present_names(json), where);
  } catch (const Error& error) {
    std::vector<Issue> issues = error.issues();
    for (Issue& issue : issues) issue.message += "; " + cure;
    throw Error(ErrorKind::kArtifact, std::move(issues));
  }
}

Vocabulary vocabulary_from_artifact(std::vector<std::string> tokens, const JsonOrigin& origin) {
  const std::vector<std::string> reserved = Vocabulary().tokens();
  for (std::size_t i = 0; i < reserved.size(); ++i) {
    if (i < tokens.size() && tokens[i] == reserved[i]) continue;
    const std::string found = i < tokens.size() ? "found \"" + tokens[i] + "\"" : "missing";
    fail(origin,
         "entry " + std::to_string(i + 1) + ": " + found + "; expected \"" + reserved[i] + "\"");
  }
  check_names(tokens, origin);
  tokens.erase(tokens.begin(), tokens.begin() + Vocabulary::kReserved);
  return made_from_artifact(origin, [&] { return Vocabulary(std::move(tokens)); });
}

LabelSet labels_from_artifact(const std::vector<std::string>& names, const Task& task,
                              const JsonOrigin& origin) {
  check_names(names, origin);
  const TaskDefinition& definition = definition_of(task);
  if (definition.target() == TargetKind::kNumbers) {
    return made_from_artifact(origin, [&] { return LabelSet::of_targets(names); });
  }
  if (definition.predicts_tokens()) {
    if (!names.empty()) fail(origin, "found labels; expected none for a model that generates text");
    return LabelSet::none();
  }
  LabelSet labels = made_from_artifact(origin, [&] { return LabelSet(names); });
  if (labels.names() != names) fail(origin, "the labels are not in byte order");
  return labels;
}

LabelSet with_sequence_labels_from_artifact(const LabelSet& labels,
                                            const std::vector<std::string>& names,
                                            const JsonOrigin& origin) {
  check_names(names, origin);
  LabelSet result = made_from_artifact(origin, [&] { return labels.with_sequence_labels(names); });
  if (result.sequence_names() != names) fail(origin, "the labels are not in byte order");
  return result;
}

}  // namespace sequent
