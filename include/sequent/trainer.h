// Training and evaluation of a config. Includes no LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sequent/artifact.h"
#include "sequent/config.h"
#include "sequent/report.h"

namespace sequent {

/// What to do if the run folder exists.
enum class ExistingRun { kRefuse, kResume, kOverwrite };

struct TrainOptions {
  std::filesystem::path out;
  ExistingRun existing = ExistingRun::kRefuse;
  std::vector<std::string> command_line;  // for the manifest
  bool strict_data = false;               // defects of the data are errors; see DataFinding
};

/// The progress of training, passed to the progress hook after steps and at the end of epochs.
struct Progress {
  std::int64_t epoch = 0;  // from 1
  std::int64_t epochs = 0;
  std::int64_t step = 0;        // of the whole run, from 1
  std::int64_t epoch_step = 0;  // of this epoch, from 1
  std::int64_t epoch_steps = 0;
  double loss = 0;  // mean training loss over this epoch so far
  double learning_rate = 0;
  double epoch_seconds = 0;
  double examples_per_second = 0;
  double tokens_per_second = 0;      // without padding
  std::optional<Report> validation;  // at the end of an epoch
  bool best = false;                 // this epoch is the best so far
};

struct Hooks {
  std::function<void(const Progress&)> progress;
  /// Called after each step; true stops training after a checkpoint. Signal handlers set it.
  std::function<bool()> stop_requested;
};

struct TrainReport {
  bool finished = false;  // false: stopped by stop_requested; can be resumed
  Manifest manifest;      // complete when finished
  Report validation;
  std::optional<Report> test;
  /// What a simple model reaches on the same rows; see Manifest::Baseline.
  std::optional<Report> baseline_validation{};
};

/// Trains `config` into the run folder `options.out`.
/// Errors: Usage if the folder exists and neither resume nor overwrite was requested, or if the
/// config to resume differs; Data; Numeric if a loss or gradient is not finite (the last checkpoint
/// is kept); Runtime if a file cannot be written or the device is not available.
TrainReport train(const Config& config, const TrainOptions& options, const Hooks& hooks = {});

struct EvaluateOptions {
  int threads = 0;                            // 0: one per core
  std::optional<DataFormat> format;           // default: the format of the model's config
  std::optional<UnseenLabels> unseen_labels;  // default: as in the model's config

  /// For a language model: after it was measured on a chunk of the text, it learns from that chunk
  /// with this learning rate (dynamic evaluation, Krause et al. 2018). The run or archive does not
  /// change. Range: above 0.
  std::optional<double> dynamic_rate;
};

/// Evaluates a run folder or a model archive on a labelled file.
/// Errors: Artifact, Data, Usage if an option does not fit the model.
Report evaluate(const std::filesystem::path& run_or_model, const std::string& data,
                const EvaluateOptions& options = {});

/// When a classifier should abstain; at most one of the two. The threshold of the probability is
/// chosen on the validation rows.
struct Abstention {
  std::optional<double> precision;  // the accuracy of the remaining predictions; in 0..1
  std::optional<double> coverage;   // the share of the remaining predictions; above 0, up to 1
};

/// Exports the best weights of a finished run as one TorchScript file, after verifying that it
/// reproduces the trained model's probabilities. Returns the archive's metadata.
/// Errors: Artifact; Usage if `out` exists and `overwrite` is false, or if the model has no
/// threshold for `abstention`; Internal if the exported model
/// differs by more than 1e-5, or 1e-4 for predicted tokens (no file is left); Runtime.
ArchiveMetadata export_run(const std::filesystem::path& run, const std::filesystem::path& out,
                           bool overwrite = false, const Abstention& abstention = {});

/// Exports several finished runs, such as folds or seeds of one config, as one archive that
/// averages their probabilities, or the values of a regression. The runs have the same input,
/// layers and labels; their vocabularies may differ. The archive's config is that of the first run.
/// Its validation report is that of the averaged predictions if the runs have the same validation
/// rows. If they are all folds of one division, it is that of each row's prediction by the run that
/// did not see it; other archives have none. A single run is exported as by export_run. Errors:
/// also Usage if the runs do not fit together (the message says what differs), or if their task has
/// no average.
ArchiveMetadata export_runs(const std::vector<std::filesystem::path>& runs,
                            const std::filesystem::path& out, bool overwrite = false,
                            const Abstention& abstention = {});

/// Returns the table of layers, output shapes and parameters, like Keras' model.summary(), of a run
/// folder, a model archive, or a config before training (with `vocabulary_size` and `class_count`).
std::string summarize(const std::filesystem::path& run_or_model);
std::string summarize(const ResolvedConfig& config);

}  // namespace sequent
