// Update rules. On the CPU one pass over memory; elsewhere the same formulas on whole tensors.
//
// An embedding's table is large and a batch reads few of its rows. Its other rows still move under
// momentum, decay and averaging; they take those steps later, together, when they are next read
// (`catch_up`) or at the end of an epoch (`flush`). The result is that of the plain rule.
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
#include "train/weight_average.h"

namespace sequent {

/// A trainable tensor and how it may be treated.
struct TrainedParameter {
  std::string name;
  torch::Tensor value;     // its gradient is value.grad()
  bool decays = false;     // adamw's weight decay: matrices, not biases
  bool penalized = false;  // l1 and l2: matrices of dense and recurrent layers
  bool is_table = false;   // an embedding: its gradient may hold few of its rows
  std::optional<NgramHash> ngrams = std::nullopt;  // of a table of runs of tokens
  double rate_factor = 1;                          // of the learning rate
  std::int64_t first_epoch = 1;                    // from which on it learns

  /// The factor of the learning rate in an epoch, counted from 1.
  double rate_in(std::int64_t epoch) const { return epoch < first_epoch ? 0 : rate_factor; }
};

/// Each layer's weights that require a gradient, in the order of the model, with what
/// training.rate_factors and training.unfreeze_every say of them.
/// Errors: Config if there are none, or a name in rate_factors stands for none.
std::vector<TrainedParameter> trained_parameters(const SequenceModelImpl& model);

/// Adds the gradient of l1 * sum|w| + l2 * sum w^2 of the penalized parameters.
void add_penalty_gradients(std::vector<TrainedParameter>& parameters, double l1, double l2);

/// The L2 norm of all gradients together of parameters that learn in this epoch, summed in double
/// precision.
double gradient_norm(const std::vector<TrainedParameter>& parameters, std::int64_t epoch = 1);

/// Whether all gradients are, also those of parameters that do not learn yet.
bool gradients_are_finite(const std::vector<TrainedParameter>& parameters);

/// Whether rows wait for steps. Shapes: last_steps [rows], as DelayedSteps::last_steps. `decays`:
/// rows without a gradient move too.
bool has_rows_behind(const torch::Tensor& last_steps, std::int64_t step, bool decays);

/// Limits each value of each gradient.
void clip_gradient_values(std::vector<TrainedParameter>& parameters, double limit);

/// Runs task(0) ... task(count - 1), possibly at once.
using TaskRunner =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;

/// One task after the other.
void run_in_turn(std::size_t count, const std::function<void(std::size_t)>& task);

/// Steps that a table's rows have still to take. Public for its test.
class DelayedSteps {
 public:
  /// `table` [rows, width], with its slots and, if defined, its average.
  DelayedSteps(kernels::UpdateRule rule, torch::Tensor table, torch::Tensor first,
               torch::Tensor second, torch::Tensor average);

  /// A step begins to exist; no row has taken it.
  void add(const kernels::UpdateStep& step);

  /// One row takes all steps up to now; the last with this gradient, if there is one.
  void take(std::int64_t row, const float* gradient, float scale);

  /// All rows are up to date: the steps are forgotten.
  void forget();

  /// [rows] int64: the number of the last step each row took; -1 if it never had a gradient.
  torch::Tensor last_steps() const { return last_; }

  void start_at(std::int64_t step);
  std::int64_t rows() const { return table_.size(0); }

 private:
  void take_far(std::int64_t row, std::size_t from);

  kernels::UpdateRule rule_;
  torch::Tensor table_, first_, second_, average_, last_;
  std::int64_t start_ = 0;  // the step after which steps_ begin
  std::vector<kernels::UpdateStep> steps_;
  std::vector<double> log_average_;  // sums of log(1 - average_share) up to each step
};

class Optimizer {
 public:
  /// `average`, if there is one, follows the weights; it outlives this.
  Optimizer(const OptimizerSpec& spec, std::vector<TrainedParameter> parameters,
            AveragedWeights* average = nullptr);

  /// Brings the rows of tables that the next batch reads up to date: before the gradients are
  /// computed.
  void catch_up(const RowsRead& rows_read, const TaskRunner& run = run_in_turn);

  /// One update with each parameter's gradient times `gradient_scale`. A parameter without a
  /// gradient is left alone.
  void step(double learning_rate, double gradient_scale = 1.0, const TaskRunner& run = run_in_turn);

  /// A step is left out: its gradient overflowed. Not where rows of tables wait for steps.
  void skip_step() { ++step_count_; }

  /// Brings all rows up to date.
  void flush(const TaskRunner& run = run_in_turn);

  /// When resuming: a step of this epoch that was taken before, so that rows can catch up.
  void recall_step(double learning_rate);

  /// The steps to come are this epoch's, counted from 1. Gradients of a parameter that does not
  /// learn yet count in what the rule remembers. Only where all rows are up to date.
  void begin_epoch(std::int64_t epoch) { epoch_ = epoch; }

  /// The base learning rate of the spec.
  double learning_rate() const;

  std::int64_t step_count() const { return step_count_; }

  /// Continues after `count` steps; all delayed steps after that come by recall_step.
  void set_step_count(std::int64_t count);

  /// Before `state` is written.
  void note_steps();

  /// After `state` was read: whether a table that this device steps as a whole has rows that wait
  /// for steps before `step`, since another device, the CPU, delayed them.
  bool has_rows_behind(std::int64_t step) const;

  /// The tensors an update remembers, by name; writing into them sets the state.
  const std::vector<std::pair<std::string, torch::Tensor>>& state() const { return state_; }

 private:
  struct Slots {
    torch::Tensor first;
    torch::Tensor second;
    torch::Tensor average;                // undefined without averaging
    std::optional<DelayedSteps> delayed;  // tables on the CPU
    torch::Tensor last_steps;             // of other tables: as DelayedSteps has them
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
