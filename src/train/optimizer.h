// Optimizers. On the CPU, an update is one pass over memory; on other devices, the same formulas
// are applied to whole tensors.
//
// An embedding table is large, and a batch reads few of its rows. The other rows still move because
// of momentum, weight decay and averaging. These steps are delayed and taken together when the row
// is next read (`catch_up`) or at the end of an epoch (`flush`). The result is the same as without
// delays.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernels/update.h"
#include "sequent/config.h"
#include "sequent/model.h"
#include "text/ngram_hash.h"
#include "train/batching.h"
#include "train/task_runner.h"
#include "train/weight_average.h"

namespace sequent {

/// A trainable tensor and its training options.
struct TrainedParameter {
  std::string name;
  torch::Tensor value;     // its gradient is value.grad()
  bool decays = false;     // subject to AdamW's weight decay: matrices, not biases
  bool penalized = false;  // subject to l1 and l2: matrices of dense and recurrent layers
  bool is_table = false;   // an embedding table: its gradient may be sparse
  std::optional<NgramHash> ngrams = std::nullopt;  // set for n-gram tables
  double rate_factor = 1;                          // factor of the learning rate
  std::int64_t first_epoch = 1;                    // first epoch in which it is trained

  /// Returns the learning-rate factor in an epoch, counted from 1.
  double rate_in(std::int64_t epoch) const { return epoch < first_epoch ? 0 : rate_factor; }
};

/// Returns the weights of all layers that require a gradient, in the order of the model, with the
/// settings of training.rate_factors and training.unfreeze_every.
/// Errors: Config if there are no such weights, or a pattern in rate_factors matches none of them.
std::vector<TrainedParameter> trained_parameters(const SequenceModelImpl& model);

/// Adds the gradient of l1 * sum|w| + l2 * sum w^2 for the penalized parameters.
void add_penalty_gradients(std::vector<TrainedParameter>& parameters, double l1, double l2);

/// Returns the L2 norm of the concatenated gradients of all parameters that are trained in this
/// epoch, accumulated in double precision.
double gradient_norm(const std::vector<TrainedParameter>& parameters, std::int64_t epoch = 1);

/// Whether all gradients are finite, including those of parameters that are not trained yet.
bool gradients_are_finite(const std::vector<TrainedParameter>& parameters);

/// Whether some rows have delayed steps. If `decays`, rows without a gradient move as well.
/// Shapes: last_steps [rows], as DelayedSteps::last_steps.
bool has_rows_behind(const torch::Tensor& last_steps, std::int64_t step, bool decays);

/// Clips each element of each gradient to [-limit, limit].
void clip_gradient_values(std::vector<TrainedParameter>& parameters, double limit);

/// Delayed steps of the rows of a table. Public for its test.
class DelayedSteps {
 public:
  /// `table` [rows, width], with its optimizer slots and, if defined, its average.
  DelayedSteps(kernels::UpdateRule rule, torch::Tensor table, torch::Tensor first,
               torch::Tensor second, torch::Tensor average);

  /// Adds a step, which no row has taken yet.
  void add(const kernels::UpdateStep& step);

  /// Lets one row take all steps up to now; the last one with this gradient, if there is one.
  void take(std::int64_t row, const float* gradient, float scale);

  /// Forgets the steps once all rows are up to date.
  void forget();

  /// Returns [rows] int64: the number of the last step that each row took, or -1 if it never had a
  /// gradient.
  torch::Tensor last_steps() const { return last_; }

  void start_at(std::int64_t step);
  std::int64_t rows() const { return table_.size(0); }

 private:
  void take_far(std::int64_t row, std::size_t from);

  kernels::UpdateRule rule_;
  torch::Tensor table_, first_, second_, average_, last_;
  std::int64_t start_ = 0;  // the step before the first one in steps_
  std::vector<kernels::UpdateStep> steps_;
  std::vector<double> log_average_;  // cumulative sums of log(1 - average_share)
};

class Optimizer {
 public:
  /// `average`, if not null, is updated with the weights; it must outlive the optimizer.
  Optimizer(const OptimizerSpec& spec, std::vector<TrainedParameter> parameters,
            AveragedWeights* average = nullptr);

  /// Lets the table rows that the next batch reads catch up on their delayed steps; called before
  /// the gradients are computed.
  void catch_up(const RowsRead& rows_read, const TaskRunner& run = run_in_turn);

  /// Takes one step with each parameter's gradient times `gradient_scale`. A parameter without a
  /// gradient is not updated.
  void step(double learning_rate, double gradient_scale = 1.0, const TaskRunner& run = run_in_turn);

  /// Skips a step whose gradient overflowed. Not allowed while table rows have delayed steps.
  void skip_step() { ++step_count_; }

  /// Lets all table rows catch up on their delayed steps.
  void flush(const TaskRunner& run = run_in_turn);

  /// When resuming, repeats a step of this epoch that was taken before, so that table rows can
  /// catch up on it.
  void recall_step(double learning_rate);

  /// Starts an epoch, counted from 1. The optimizer's moments include gradients of parameters that
  /// are not trained yet. Only allowed while all rows are up to date.
  void begin_epoch(std::int64_t epoch) { epoch_ = epoch; }

  /// The base learning rate of the spec.
  double learning_rate() const;

  std::int64_t step_count() const { return step_count_; }

  /// Continues after `count` steps. All later delayed steps must be added with recall_step.
  void set_step_count(std::int64_t count);

  /// Must be called before `state` is saved.
  void note_steps();

  /// Must be called after `state` is loaded: returns whether a table that this device updates as a
  /// whole has rows with delayed steps before `step`, because the state was saved on the CPU, which
  /// delays them.
  bool has_rows_behind(std::int64_t step) const;

  /// The optimizer's state tensors, by name; writing to them sets the state.
  const std::vector<std::pair<std::string, torch::Tensor>>& state() const { return state_; }

 private:
  struct Slots {
    torch::Tensor first;
    torch::Tensor second;
    torch::Tensor average;                // undefined without averaging
    std::optional<DelayedSteps> delayed;  // only for tables on the CPU
    torch::Tensor last_steps;             // for all tables; as DelayedSteps::last_steps
  };

  kernels::UpdateStep make_step(double learning_rate, const TrainedParameter& parameter) const;
  using Tasks = std::vector<std::function<void()>>;
  void add_table_tasks(std::size_t index, float scale, Tasks& tasks);
  void add_memory_tasks(std::size_t index, const kernels::UpdateStep& step, float scale,
                        Tasks& tasks);
  void step_fused(double learning_rate, double gradient_scale);
  void step_tensor(std::size_t index, const kernels::UpdateStep& step, double scale);

  OptimizerSpec spec_;
  kernels::UpdateRule rule_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Slots> slots_;
  AveragedWeights* average_;
  std::vector<std::pair<std::string, torch::Tensor>> state_;
  std::int64_t step_count_ = 0;
  std::int64_t epoch_ = 1;
};

}  // namespace sequent
