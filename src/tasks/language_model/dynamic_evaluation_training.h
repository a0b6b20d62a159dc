// A language model that continues to learn from the text it is evaluated on.
#pragma once

#include "sequent/data.h"
#include "sequent/model.h"
#include "tasks/language_model/text_score_training.h"

namespace sequent {

/// Reads all lines as one stream, in chunks of 50 tokens. The model is first evaluated on each
/// chunk and then learns from it, with one step of Adam without momentum, so that no token is known
/// before it is predicted: dynamic evaluation (Krause et al. 2018). Dropout is off. Changes the
/// model's weights.
/// Range: learning_rate above 0.
TextScore read_dynamically(SequenceModelImpl& model, const EncodedDataset& lines,
                           double learning_rate);

}  // namespace sequent
