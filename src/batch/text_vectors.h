// Vectors of texts: written as a matrix, or searched for what is near.
#pragma once

#include "batch/record_options.h"
#include "batch/record_stream.h"
#include "sequent/inference.h"

namespace sequent {

/// Writes the vectors of all input texts to options.output as NumPy's .npy (format 1.0): float32
/// [texts, width], in order.
/// Errors: Usage without an output file, or with options that say how predictions are written; Data
/// at the first record with a fault.
void write_vectors(const InferOptions& options, const Model& model, const StopRequest& stop);

/// For each input text the options.top_k texts of the file options.neighbors whose vectors have the
/// greatest cosines with its own, as JSON Lines. The vectors of that file are kept in memory.
/// Errors: as write_vectors, which does not apply to the output.
void write_neighbors(const InferOptions& options, const Model& model, const StopRequest& stop);

}  // namespace sequent
