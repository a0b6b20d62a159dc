// What evaluation needs of a model: its labelled rows, and the weights of an archive as a model.
#pragma once

#include <cstdint>
#include <string>

#include "data/split_rows.h"
#include "sequent/data.h"
#include "sequent/model.h"
#include "sequent/trainer.h"

namespace sequent {

struct LoadedArchive;

/// Returns the rows of a labelled file, encoded for a model. Errors: Data; Usage if the format or
/// an option does not fit the model.
SplitRows read_labelled_rows(const std::string& file, const Config& config,
                             const Vocabulary& vocabulary, const LabelSet& labels,
                             const EvaluateOptions& options);

/// Returns a trainable model with the archive's weights, or with those of one of its members.
SequenceModel trainable_model(const LoadedArchive& archive, std::int64_t member = 0);

}  // namespace sequent
