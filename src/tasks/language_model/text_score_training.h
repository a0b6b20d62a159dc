// Measures how well a language model predicts a text.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>

#include "sequent/report.h"
#include "tasks/language_model/token_windows_training.h"
#include "train/task_runner.h"

namespace sequent {

class WorkerPool;

/// The measurements of a language model on a text.
struct TextScore {
  double loss = 0;         // sum of -ln p of the tokens
  std::int64_t right = 0;  // tokens that were the most probable
};

/// Returns the logits [B, T, V] of the tokens that follow the tokens read, [B, T], and keeps the
/// hidden state. Tokens past a row's length are padding.
using StreamReader =
    std::function<torch::Tensor(const torch::Tensor& tokens, const torch::Tensor& lengths)>;

/// Learns from the tokens just read; `loss` is the mean of -ln p of these tokens. Shapes: [].
using StreamLearner = std::function<void(const torch::Tensor& loss)>;

/// Measures streams [first, end). `learn`, if given, is called for each window after it was
/// measured.
TextScore read_streams(const TokenWindows& windows, std::int64_t first, std::int64_t end,
                       const StreamReader& reader, const StreamLearner& learn = nullptr);

/// Measures all streams, in `parts` parts: `read_part(part, first, end)` reads each.
TextScore read_in_parts(const TokenWindows& windows, std::int64_t parts, const TaskRunner& run,
                        const std::function<TextScore(std::size_t part, std::int64_t first,
                                                      std::int64_t end)>& read_part);

/// Measures the model of a pool on all streams. Dropout is off.
TextScore read_windows(WorkerPool& pool, const TokenWindows& windows);

/// Returns the report of the measurements on these lines.
Report score_text(const EncodedDataset& lines, const TextScore& found);

}  // namespace sequent
