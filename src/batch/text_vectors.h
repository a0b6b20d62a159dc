// Vectors of texts: writes them as a matrix, or searches them for nearest neighbors.
#pragma once

#include "batch/record_options.h"
#include "batch/record_stream.h"
#include "sequent/inference.h"

namespace sequent {

/// Writes the vectors of all input texts to options.output in NumPy's .npy format (1.0): float32
/// [texts, width], in order.
/// Errors: Usage without an output file, or with options for the format of predictions; Data at the
/// first record with an error.
void write_vectors(const InferOptions& options, const Model& model, const StopRequest& stop);

/// For each input text, writes the options.top_k texts of the file options.neighbors whose vectors
/// have the greatest cosine similarity, as JSON Lines. The vectors of that file are kept in memory.
/// Errors: as write_vectors, except for the output.
void write_neighbors(const InferOptions& options, const Model& model, const StopRequest& stop);

}  // namespace sequent
