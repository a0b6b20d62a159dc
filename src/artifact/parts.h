// Parts that run folders and model archives have in common, validated when they are read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "sequent/config.h"
#include "sequent/text.h"

namespace sequent {

/// The cure for a damaged run folder.
inline constexpr const char* kRunCure =
    "the run folder is damaged: restore it from a copy, or train again with --overwrite";

/// Checks the key format_version.
/// Errors: Artifact if it is missing, not a number, or a later format than `greatest`; the message
/// then names `program` as the one to upgrade.
void check_format_version(const JsonFields& fields, std::int64_t greatest,
                          const std::string& program);

/// Parses a config that was written by this library. `where` names its file in messages.
/// Errors: Artifact, with all issues that parse_config finds.
Config config_from_artifact(const std::string& json, const std::string& where,
                            const std::string& cure);

/// Returns the vocabulary with `tokens`, which are in the order of their ids and start with the
/// reserved names.
/// Errors: Artifact, with the number of the invalid entry.
Vocabulary vocabulary_from_artifact(std::vector<std::string> tokens, const JsonOrigin& origin);

/// Returns the labels, or targets, of a model for this task.
/// Errors: Artifact if the names are not valid labels in the order of a LabelSet.
LabelSet labels_from_artifact(const std::vector<std::string>& names, const Task& task,
                              const JsonOrigin& origin);

/// Returns `labels` with the labels of whole examples added. Errors: Artifact, as
/// labels_from_artifact.
LabelSet with_sequence_labels_from_artifact(const LabelSet& labels,
                                            const std::vector<std::string>& names,
                                            const JsonOrigin& origin);

}  // namespace sequent
