#include "tasks/language_model/dynamic_evaluation_training.h"

#include <limits>

#include "libtorch/compute_threads.h"
#include "tasks/language_model/token_windows_training.h"
#include "train/optimizer.h"

namespace sequent {

TextScore read_dynamically(SequenceModelImpl& model, const EncodedDataset& lines,
                           double learning_rate) {
  constexpr std::int64_t kTokensPerStep = 50;
  const ComputeScope scope;
  const TokenWindows windows = cut_windows(lines, /*streams=*/1, kTokensPerStep);
  AdamSpec rule;
  rule.learning_rate = learning_rate;
  rule.beta_1 = 0;
  Optimizer optimizer(rule, trained_parameters(model));
  optimizer.begin_epoch(std::numeric_limits<std::int64_t>::max());  // no weights are frozen
  CarriedStates states = model.zero_states(/*rows=*/1);
  std::int64_t window = 0;
  const StreamReader read = [&](const torch::Tensor& tokens, const torch::Tensor& lengths) {
    optimizer.catch_up(rows_read(windows.rows, windows.rows_of(window++, 0, 1)));
    Batch batch{tokens, lengths};
    batch.carried = &states;
    return model.forward(batch);
  };
  const StreamLearner learn = [&](const torch::Tensor& loss) {
    for (torch::Tensor& weight : model.parameters()) weight.mutable_grad().reset();
    loss.backward();
    optimizer.step(learning_rate);
  };
  return read_streams(windows, 0, 1, read, learn);
}

}  // namespace sequent
