// Generates texts for the rows of a data set and measures them.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "tasks/training_task.h"

namespace sequent {

/// Generates texts greedily, each of at most `most_tokens` tokens including the end token; see
/// DecoderImpl::write. Dropout is off.
GeneratedTexts write_texts(SequenceModelImpl& model, const Batch& batch, std::int64_t most_tokens);

/// The generated texts of a data set, and how well the model predicts the expected texts.
struct GeneratedRows {
  std::vector<std::vector<std::int32_t>> texts;  // generated, without end tokens
  // Of the expected texts, including end tokens, with teacher forcing:
  double loss = 0;         // sum of -ln p
  std::int64_t right = 0;  // tokens that are the most probable
  std::int64_t tokens = 0;

  /// Adds the targets of a batch, for which the model gives these values of ln p. Shapes:
  /// log_probabilities [B, U, V], targets [B, U], target_lengths [B].
  void add(const torch::Tensor& log_probabilities, const torch::Tensor& targets,
           const torch::Tensor& target_lengths);
  /// Adds the sums of other rows, but not their texts.
  void add(const GeneratedRows& other);
};

/// Generates a text for each row with the model of the pool. Dropout is off.
GeneratedRows write_rows(WorkerPool& pool, const EncodedDataset& data);

/// Generates them with the graph of an archive.
GeneratedRows write_rows(const MeasuredArchive& archive, const MeasuredRows& rows);

/// Returns the report of generated texts. Errors: Data if there are no rows.
Report score_sequences(const Config& config, const MeasuredRows& rows,
                       const GeneratedRows& written);

}  // namespace sequent
