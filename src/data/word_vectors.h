// Pretrained word vectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/text.h"

namespace sequent {

/// Vectors of a vocabulary's tokens.
struct WordVectors {
  std::vector<float> values;  // [V, width]; 0 for tokens without a vector
  std::vector<bool> found;    // [V]
  std::int64_t found_count = 0;
  std::int64_t file_count = 0;  // vectors in the file
};

/// Reads the vectors that the vocabulary asks for out of a file: text with one token and its
/// numbers a line (GloVe; word2vec and fastText, whose first line has count and width), or
/// word2vec's binary form; .gz and .xz are unpacked. Of a token that comes twice the first counts.
/// Tokens are compared byte by byte with the vocabulary's. Errors: Data, with file and line, if the
/// file is missing or damaged, its vectors are not `width` wide, or it has none of the tokens.
WordVectors read_word_vectors(const std::string& path, const Vocabulary& vocabulary,
                              std::int64_t width);

}  // namespace sequent
