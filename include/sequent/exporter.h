// A trained model as one TorchScript file.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sequent/artifact.h"
#include "sequent/model.h"

namespace sequent {

/// The source of `forward(tokens, lengths) -> probabilities` for a config: standard operators only.
/// With numeric input the first argument is called `values`.
///
/// Shapes:  tokens [B, T] int64 or values [B, T, channels] float32, lengths [B] int64 (1..T)
///          -> probabilities [B, C] float32; a sigmoid head gives [1 - p, p].
/// Padding: positions past lengths[b] never influence row b.
std::string torchscript_source(const ResolvedConfig& config);

/// Writes `model` with `card` to `file`, whole or not at all. Before the file gets its name it is
/// read back and must give `model`'s probabilities on `probes` (rows of any class; edge cases are
/// added: length 1, the greatest length, each row alone, mixed lengths) to within 1e-5, or 1e-4
/// where tokens are predicted. The card's parity fields are filled in.
/// Errors: Usage if the model is not on the CPU, Internal if they differ (no file is left), Runtime
/// if the file cannot be written.
void export_model(SequenceModelImpl& model, ArchiveCard& card, const EncodedDataset& probes,
                  const std::filesystem::path& file);

}  // namespace sequent
