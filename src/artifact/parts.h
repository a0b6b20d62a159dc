// Parts that run folders and model archives have in common, checked on the way in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "sequent/config.h"
#include "sequent/text.h"

namespace sequent {

/// What to do about a run folder that is damaged.
inline constexpr const char* kRunCure =
    "the run folder is damaged: restore it from a copy, or train again with --overwrite";

/// Checks the key format_version.
/// Errors: Artifact if it is missing or no number, or for a later format: `program` is named as
/// what would read it.
void check_format_version(const JsonFields& fields, std::int64_t greatest,
                          const std::string& program);

/// A config that this library wrote itself. `where` names its file.
/// Errors: Artifact, with all the faults that parse_config finds.
Config config_from_artifact(const std::string& json, const std::string& where,
                            const std::string& cure);

/// `tokens` in the order of their ids, the reserved names first.
/// Errors: Artifact, naming the element at `where`.
Vocabulary vocabulary_from_artifact(std::vector<std::string> tokens, const JsonOrigin& origin);

/// The labels, or targets, of a model for this task.
/// Errors: Artifact if the names are not what a LabelSet holds, in its order.
LabelSet labels_from_artifact(const std::vector<std::string>& names, Task task,
                              const JsonOrigin& origin);

/// `labels` with those of whole rows. Errors: Artifact, as labels_from_artifact.
LabelSet with_rows_from_artifact(const LabelSet& labels, const std::vector<std::string>& names,
                                 const JsonOrigin& origin);

}  // namespace sequent
