// Initializes layers from the data before training: pretrained vectors and the characters of
// tokens.
#pragma once

#include <string>

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// Copies the pretrained vectors that the config names into the model's embeddings; tokens without
/// a vector keep their initial values. Returns a description of the coverage for the report, or an
/// empty string without vectors.
/// Errors: Data, as read_word_vectors.
std::string load_vectors(const Config& config, const PreparedData& data, SequenceModelImpl& model);

/// Passes the characters of the vocabulary's tokens to the character-level encoder, if the model
/// has one.
void load_spellings(const Vocabulary& vocabulary, SequenceModelImpl& model);

}  // namespace sequent
