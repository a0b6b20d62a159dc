#include "tasks/language_model/text_score_training.h"

#include <algorithm>

#include "libtorch/row_tensors.h"
#include "model/sequence_padding.h"
#include "tasks/language_model/language_model_metrics.h"
#include "train/targets.h"
#include "train/worker_pool.h"

namespace sequent {

TextScore read_streams(const TokenWindows& windows, std::int64_t first, std::int64_t end,
                       const StreamReader& reader, const StreamLearner& learn) {
  TextScore score;
  for (std::int64_t window = 0; window < windows.count(); ++window) {
    const RowNumbers rows = windows.rows_of(window, first, end);
    EncodedRows encoded;
    for (const std::int64_t row : rows) encoded.push_back(windows.rows.row(row));
    const RowTensors tensors = make_row_tensors(encoded);
    const torch::Tensor scores = reader(tensors.input, tensors.lengths);
    const torch::Tensor next = target_tags(windows.rows, rows).to(scores.device());
    const torch::Tensor padding = padding_of({tensors.input, tensors.lengths}).to(scores.device());
    const torch::Tensor found =
        torch::log_softmax(scores, 2).gather(2, next.unsqueeze(2)).squeeze(2);
    score.loss -= found.to(torch::kFloat64).masked_fill(padding, 0).sum().item<double>();
    const torch::Tensor right = scores.argmax(2).eq(next).masked_fill(padding, false);
    score.right += right.sum().item<std::int64_t>();
    if (learn) learn(-found.masked_select(padding.logical_not()).mean());
  }
  return score;
}

TextScore read_in_parts(const TokenWindows& windows, std::int64_t parts, const TaskRunner& run,
                        const std::function<TextScore(std::size_t part, std::int64_t first,
                                                      std::int64_t end)>& read_part) {
  parts = std::min(parts, windows.streams);
  std::vector<TextScore> scores(static_cast<std::size_t>(parts));
  run(scores.size(), [&](std::size_t part) {
    const auto number = static_cast<std::int64_t>(part);
    scores[part] =
        read_part(part, windows.streams * number / parts, windows.streams * (number + 1) / parts);
  });
  TextScore sum;
  for (const TextScore& score : scores) {
    sum.loss += score.loss;
    sum.right += score.right;
  }
  return sum;
}

TextScore read_windows(WorkerPool& pool, const TokenWindows& windows) {
  const auto read_part = [&](std::size_t worker, std::int64_t first, std::int64_t end) {
    const torch::NoGradGuard no_gradient;
    SequenceModelImpl& model = pool.replica(worker);
    CarriedStates states = model.zero_states(end - first);
    return read_streams(windows, first, end,
                        [&](const torch::Tensor& tokens, const torch::Tensor& lengths) {
                          Batch batch{tokens.to(pool.device()), lengths.to(pool.device())};
                          batch.carried = &states;
                          return model.forward(batch);
                        });
  };
  return read_in_parts(windows, pool.size(), pool.runner(), read_part);
}

Report score_text(const EncodedDataset& lines, const TextScore& found) {
  std::int64_t unknown = 0;
  for (std::int64_t row = 0; row < lines.size(); ++row) {
    const auto ids = lines.ids(row);
    unknown += std::count_if(ids.begin(), ids.end(), is_unknown);
  }
  return to_report(language_model_report(lines.token_count(), found.loss, found.right, unknown));
}

}  // namespace sequent
