// What layers know before training: vectors and spellings of tokens, the order of labels and tags.
#pragma once

#include <string>

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// Writes the vectors that the config names into the model's embeddings; tokens without one keep
/// their initial values. What was found, as a line for the report; empty without vectors.
/// Errors: Data, as read_word_vectors.
std::string load_vectors(const Config& config, const PreparedData& data, SequenceModelImpl& model);

/// Tells an encoder of spellings, where the model has one, how the vocabulary's tokens are spelled.
void load_spellings(const Vocabulary& vocabulary, SequenceModelImpl& model);

/// Tells an ordinal layer the order of the labels. Errors: Data, as label_ranks.
void order_labels(const PreparedData& data, SequenceModelImpl& model);

/// Where the training data keep to their tags' scheme, so do the answers of a crf.
void forbid_transitions(const PreparedData& data, SequenceModelImpl& model);

}  // namespace sequent
