// Checkpoints of a run: start, resume and rollback.
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "core/files.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "train/diverged_batch.h"
#include "train/tensor_file.h"
#include "train/training_run.h"

namespace sequent {
namespace fs = std::filesystem;

bool TrainingRun::resumes() const {
  return options_.existing == ExistingRun::kResume && checkpoints_.exist();
}

void TrainingRun::start() {
  if (options_.existing != ExistingRun::kRefuse) output_.clear();
  write_run_text(folder_, {config_, data_.vocabulary, data_.labels});
  write_file_whole(folder_.metrics(), "");
  if (is_rollback_point()) save_checkpoint();
}

bool TrainingRun::resume() {
  if (!checkpoints_.exist()) {
    log_info(folder_.root.string() + ": found no checkpoint to resume from; starting a new run");
    return false;
  }
  if (!(read_run_text(folder_).vocabulary == data_.vocabulary)) {
    throw Error(
        ErrorKind::kUsage, folder_.root.string(),
        "cannot be resumed: the data has changed and its vocabulary differs; choose another --out");
  }
  checkpoints_.load(checkpoint_tensors(),
                    [this](const std::string& text) { use_checkpoint(text); });
  if (is_rollback_point()) save_checkpoint();
  const bool was_at_limit = state_.stopped_because == "epochs" ||
                            state_.stopped_because == "max_steps" ||
                            state_.stopped_because == "max_seconds";
  if (was_at_limit) {  // the limit may have been raised
    state_.stopped_because.clear();
    limit_reached();
  }
  if (state_.stopped_because.empty()) fs::remove(folder_.manifest());
  log_info(folder_.root.string() + ": resumed at epoch " + std::to_string(state_.epoch) +
           ", step " + std::to_string(state_.step));
  return true;
}

/// Continues from a checkpoint, whose tensors have been loaded.
void TrainingRun::use_checkpoint(const std::string& text) {
  const TrainingState state =
      training_state_from_json(text, folder_.checkpoint().parent_path().string());
  if (!state.best_weights.empty()) checkpoints_.restore_best(state.best_weights);
  apply_state(state);
  journal_.restore(state_.metrics);
}

/// Sets everything except the tensors.
void TrainingRun::apply_state(const TrainingState& state) {
  if (state.data_checksum != state_.data_checksum) {
    throw Error(ErrorKind::kUsage, folder_.root.string(),
                "cannot be resumed: the data files have changed; choose another --out");
  }
  const std::int64_t workers = state_.workers;
  state_ = state;
  if (state_.workers != workers) {
    log_warning("resumed with " + std::to_string(workers) + " workers instead of " +
                std::to_string(state_.workers) + "; results are equal only up to rounding");
    state_.workers = workers;
  }
  best_.restore(state_.best);
  plateau_.restore(state_.plateau);
  if (loss_scale_) loss_scale_->restore(state_.loss_scale);
  optimizer_.begin_epoch(state_.epoch);
  if (optimizer_.has_rows_behind(state_.step)) {
    throw Error(
        ErrorKind::kUsage, folder_.root.string(),
        "was stopped within an epoch on the CPU and has delayed steps of embedding rows; resume "
        "it with \"runtime\": {\"device\": \"cpu\"}");
  }
  const std::int64_t epoch_begin = state_.step - state_.next_batch;
  optimizer_.set_step_count(epoch_begin);
  for (std::int64_t step = epoch_begin; step < state_.step; ++step) {
    optimizer_.recall_step(rate_of(step));
  }
  rate_ = state_.step > 0 ? rate_of(state_.step - 1) : 0;
}

NamedTensors TrainingRun::checkpoint_tensors() const {
  NamedTensors tensors = weights_of(*model_);
  for (const auto& slot : optimizer_.state()) tensors.push_back(slot);
  if (average_) {
    for (const auto& weight : average_->tensors()) tensors.push_back(weight);
  }
  for (std::size_t i = 0; i < carried_.layers.size(); ++i) {
    const std::string name = "carried." + std::to_string(i);
    const CarriedStates::Layer& layer = carried_.layers[i];
    if (layer.h.defined()) tensors.emplace_back(name + ".h", layer.h);
    if (layer.c.defined()) tensors.emplace_back(name + ".c", layer.c);
  }
  return tensors;
}

void TrainingRun::save_checkpoint() {
  state_.best = best_.state();
  state_.plateau = plateau_.state();
  if (loss_scale_) state_.loss_scale = loss_scale_->state();
  optimizer_.note_steps();
  checkpoints_.save(to_json(state_), checkpoint_tensors());
  last_checkpoint_ = Clock::now();
  if (is_rollback_point()) checkpoints_.keep_for_epoch();
}

void TrainingRun::save_regular_checkpoint() {
  const bool is_end = checkpointing_ == Checkpointing::kAtEnd && !state_.stopped_because.empty();
  if (checkpointing_ == Checkpointing::kRegular || is_end) save_checkpoint();
}

/// Whether a rollback may return to this point. Only the start of an epoch is one: the result then
/// depends neither on the time of the other checkpoints nor on stops.
bool TrainingRun::is_rollback_point() const {
  const bool rolls_back = config_.training.divergence == Divergence::kRollback;
  return rolls_back && state_.next_batch == 0 && !state_.epoch_trained;
}

/// Saves the batch, and returns to the start of the epoch if the config allows it. Errors: Numeric.
void TrainingRun::roll_back(const RowNumbers& rows, double loss, double norm) {
  constexpr std::size_t kMostRollbacks = 5;
  const DivergedStep diverged{state_.epoch, state_.step + 1, loss, norm};
  const fs::path file = diverged_batch_file(folder_);
  write_diverged_batch(file, diverged, data_, rows);
  const std::string where =
      "epoch " + std::to_string(diverged.epoch) + ", step " + std::to_string(diverged.step);
  std::ostringstream message;
  message << (std::isfinite(loss) ? "the gradient" : "the loss") << " is not finite (loss " << loss
          << ", gradient norm " << norm << "); the batch is saved in " << file.string();
  const bool returns = config_.training.divergence == Divergence::kRollback;
  if (!returns || state_.rollbacks.size() >= kMostRollbacks) {
    if (returns) message << "; " << kMostRollbacks << " rollbacks did not help";
    message << "; try a smaller /training/optimizer/learning_rate (now "
            << optimizer_.learning_rate() << ")"
            << (config_.training.clip_norm ? "" : " or /training/clip_norm, such as 5")
            << (returns ? "" : ", or set /training/divergence to \"rollback\"");
    message << (checkpoints_.exist() ? ". The last checkpoint is kept"
                                     : ". There is no checkpoint yet");
    throw Error(ErrorKind::kNumeric, where, message.str());
  }
  std::vector<std::int64_t> rollbacks = state_.rollbacks;  // the checkpoint has only earlier ones
  carried_ = start_states();
  checkpoints_.load_start_of_epoch(checkpoint_tensors(),
                                   [this](const std::string& text) { use_checkpoint(text); });
  rollbacks.push_back(state_.step);
  state_.rollbacks = std::move(rollbacks);
  save_checkpoint();
  message << "; returned to step " << state_.step
          << ", the start of the epoch, with half the learning "
          << "rate (rollback " << state_.rollbacks.size() << " of " << kMostRollbacks << ")";
  log_warning(where + ": " + message.str());
}

}  // namespace sequent
