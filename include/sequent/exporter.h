// Exports a trained model as a single TorchScript file.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sequent/artifact.h"
#include "sequent/model.h"

namespace sequent {

/// Writes `model` and its metadata `metadata` to `file`, completely or not at all. Before the file
/// is renamed to its final name, it is read back and must reproduce `model`'s probabilities on
/// `probes` to within 1e-5, or 1e-4 if tokens are predicted. Probes may belong to any class.
/// Edge cases are added: length 1, the greatest length, each row on its own, and mixed lengths. The
/// parity fields of the metadata are filled in.
/// Errors: Usage if the model is not on the CPU; Internal if the results differ (no file is left
/// behind); Runtime if the file cannot be written.
void export_model(SequenceModelImpl& model, ArchiveMetadata& metadata, const EncodedDataset& probes,
                  const std::filesystem::path& file);

/// Does the same for several models, whose outputs the archive averages: it must reproduce the mean
/// of their probabilities, or of their values. The models have one config (except for the seed),
/// vocabulary and set of labels, and their task has an average (TaskDefinition::has_average).
/// Errors: also Usage for fewer than 2 models or more than ArchiveMetadata::kMostMembers.
void export_ensemble(const std::vector<SequenceModel>& models, ArchiveMetadata& metadata,
                     const EncodedDataset& probes, const std::filesystem::path& file);

}  // namespace sequent
