// Performs one training run, from its config to its manifest.
#pragma once

#include <torch/torch.h>

#include <chrono>
#include <memory>
#include <optional>

#include "sequent/trainer.h"
#include "tasks/training_task.h"
#include "train/checkpoint.h"
#include "train/journal.h"
#include "train/load_run.h"
#include "train/loss_scale.h"
#include "train/losses.h"
#include "train/optimizer.h"
#include "train/run_folder.h"
#include "train/schedule.h"
#include "train/tensorboard.h"
#include "train/training_state.h"
#include "train/weight_average.h"
#include "train/worker_pool.h"

namespace sequent {

/// The life cycle of a run:
///  1. The folder is created, resumed or rejected.
///  2. Data, resolved config and model are loaded, and the checkpoint if the run is resumed.
///  3. Each epoch ends with a checkpoint, validation, another checkpoint and a line in
///     metrics.jsonl. If it is the best epoch, its weights are saved in best.weights. If a loss is
///     not finite, the run stops or returns to the start of the epoch.
///  4. A stop request ends the run after a checkpoint. Otherwise the best weights are tested, and
///     the report and the manifest are written; only then is the run finished. If it replaces
///     another run, it takes its place now.
class TrainingRun {
 public:
  /// When checkpoints are written, besides those of stops. With kNever, the run has no result but
  /// its progress.
  enum class Checkpointing { kRegular, kAtEnd, kNever };

  TrainingRun(const Config& config, const TrainOptions& options, const Hooks& hooks,
              Checkpointing checkpointing = Checkpointing::kRegular);
  TrainReport run();

 private:
  using Clock = std::chrono::steady_clock;

  bool resumes() const;
  std::optional<LoadedRun> find_origin() const;
  Vocabulary known_tokens() const;
  Facts start_weights();
  LossOptions make_loss() const;
  void start();
  bool resume();
  void use_checkpoint(const std::string& text);
  void apply_state(const TrainingState& state);
  void save_checkpoint();
  void save_regular_checkpoint();
  void save_best_weights();
  bool is_rollback_point() const;
  void run_epoch();
  bool run_step(const RowNumbers& rows);
  std::vector<RowNumbers> plan_batches() const;
  bool carries_states() const;
  CarriedStates start_states() const;
  double rate_of(std::int64_t step) const;
  double clip_scale(double norm, double scale);
  void roll_back(const RowNumbers& rows, double loss, double norm);
  bool limit_reached();
  void finish_epoch();
  Report measure(const EncodedDataset& data);
  Report validate(const EncodedDataset& data);
  Progress progress() const;
  NamedTensors checkpoint_tensors() const;
  TrainReport finish();
  Manifest make_manifest(const std::optional<Report>& test);
  /// What only the report page shows.
  struct PageSections {
    std::vector<ReportSection> baseline;
    std::vector<ReportSection> curves;
  };
  void write_report(const Manifest& manifest, const std::optional<Report>& test,
                    PageSections sections) const;

  Config config_;
  const TrainingTask& task_;
  TrainOptions options_;
  Hooks hooks_;
  Checkpointing checkpointing_;
  OutputFolder output_;
  RunFolder folder_;
  Checkpoints checkpoints_;
  torch::Device device_;
  std::optional<LoadedRun> origin_;  // until its weights are copied
  PreparedData data_;
  std::vector<RowNumbers> fixed_batches_;  // see TrainingTask
  ResolvedConfig resolved_;
  SequenceModel model_;
  Facts start_facts_;
  WorkerPool pool_;
  LossOptions loss_;
  std::vector<TrainedParameter> parameters_;
  std::optional<AveragedWeights> average_;
  Optimizer optimizer_;
  BestTracker best_;
  PlateauTracker plateau_;
  std::optional<LossScale> loss_scale_;  // for float16
  TrainingState state_;
  CarriedStates carried_;  // carried across steps; see TaskDefinition::is_causal
  std::vector<double> calibration_;
  Journal journal_;
  std::optional<TensorBoardLog> tensorboard_;
  std::int64_t epoch_steps_ = 0;
  std::int64_t total_steps_ = 0;
  double rate_ = 0;     // learning rate of the last step
  std::string engine_;  // see engine_text()
  bool interrupted_ = false;
  Clock::time_point last_checkpoint_;
};

}  // namespace sequent
