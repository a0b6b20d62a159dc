// Pretrained word vectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/text.h"

namespace sequent {

/// The pretrained vectors of a vocabulary's tokens.
struct WordVectors {
  std::vector<float> values;  // [V, width]; 0 for tokens without a vector
  std::vector<bool> found;    // [V]
  std::int64_t found_count = 0;
  std::int64_t file_count = 0;  // vectors in the file
};

/// Reads the vectors of the vocabulary's tokens from a file. Supported formats are text with one
/// token and its numbers per line (GloVe; word2vec and fastText, whose first line holds the count
/// and width), word2vec's binary format, and models of fastText (.bin; see read_fasttext_model).
/// gzip and xz files are decompressed. Tokens are compared with the vocabulary byte by byte. If a
/// token occurs twice, the first vector is used. Errors: Data, with file and line, if the file is
/// missing or damaged, its vectors do not have width `width`, or it contains none of the tokens.
WordVectors read_word_vectors(const std::string& path, const Vocabulary& vocabulary,
                              std::int64_t width);

}  // namespace sequent
