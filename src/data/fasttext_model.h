// Word vectors in a model of fastText (.bin).
#pragma once

#include <string>
#include <string_view>

#include "data/word_vectors.h"
#include "sequent/text.h"

namespace sequent {

/// Whether a file that begins with these bytes is a model of fastText.
bool is_fasttext_model(std::string_view front);

/// Adds the vectors of the vocabulary's tokens that are words of the model. As in fastText, the
/// vector of a word is the mean of its own row of the input matrix and of the rows of its character
/// n-grams (Bojanowski et al. 2017). Words that the model does not list have no vector, although
/// fastText would make one from their n-grams. Memory: a row for each such token; the matrix is
/// read in one pass. Errors: Data if the file is damaged or quantized, or its vectors have another
/// width.
void read_fasttext_model(const std::string& path, const Vocabulary& vocabulary, std::int64_t width,
                         WordVectors& vectors);

}  // namespace sequent
