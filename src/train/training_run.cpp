#include "train/training_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/files.h"
#include "data/findings.h"
#include "kernels/recurrent.h"
#include "libtorch/compute_threads.h"
#include "libtorch/device.h"
#include "model/trained_engine.h"
#include "runtime/precision.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "train/batching.h"
#include "train/fit_normalization.h"
#include "train/prepare_and_learn.h"
#include "train/short_run.h"
#include "train/start_vectors.h"
#include "train/tensor_file.h"
#include "train/transfer.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

std::string checksum_of(const std::vector<SourceFile>& sources) {
  std::string all;
  for (const SourceFile& source : sources) all += source.role + source.checksum;
  return checksum(all);
}

SequenceModel moved_to(torch::Device device, SequenceModel model) {
  model->to(device);
  return model;
}

std::optional<AveragedWeights> make_average(const TrainingSpec& training,
                                            const SequenceModel& model) {
  if (!training.ema) return std::nullopt;
  return AveragedWeights(*training.ema, *model);
}

/// Returns the type of matrix products on a device other than the CPU. The CPU kernels choose
/// theirs.
std::optional<torch::ScalarType> products_on(torch::Device device, Precision precision) {
  if (device.is_cpu()) return std::nullopt;
  if (precision == Precision::kBfloat16) return torch::kBFloat16;
  if (precision == Precision::kFloat16) return torch::kFloat16;
  return std::nullopt;
}

/// Returns the device of the config. Errors: Config or Runtime if it does not support the config's
/// precision.
torch::Device device_for(const Config& config) {
  const torch::Device device = choose_device(config.runtime.device);
  const Precision precision = config.runtime.precision;
  if (!device.is_cpu()) return device;
  const std::string where = config.in_file("/runtime/precision");
  if (precision == Precision::kBfloat16 && !definition_of(config).predicts_tokens() &&
      !trains_on_kernels(config)) {
    throw Error(ErrorKind::kConfig, where,
                "found \"bfloat16\", but it does not speed up any layer of this model; remove the "
                "option");
  }
  kernels_for(precision, where);
  return device;
}

/// Describes the engine of the recurrent layers.
std::string engine_text(torch::Device device, const ResolvedConfig& config) {
  const Precision precision = config.config.runtime.precision;
  if (!device.is_cpu()) {
    const auto products = products_on(device, precision);
    return "on LibTorch's operators, because the kernels support only the CPU" +
           (products ? "; products in " + std::string(enum_name(precision)) : "");
  }
  const std::string kernels = "on the " + std::string(kernels_for(precision, "").name) + " kernels";
  const std::string on_operators = layer_on_operators(config.config);
  return on_operators.empty()
             ? kernels
             : kernels + "; " + on_operators + ", which is trained on LibTorch's operators";
}

/// Logs a warning if warm-up does not end before the last step.
void warn_about_warmup(const TrainingSpec& training, std::int64_t total_steps) {
  const std::int64_t warmup = warmup_steps(training.schedule);
  if (warmup < total_steps) return;
  log_warning("/training/schedule/warmup_steps: found " + std::to_string(warmup) +
              ", but there are " + std::to_string(total_steps) +
              " steps; the learning rate never reaches its configured value");
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TrainingRun::TrainingRun(const Config& config, const TrainOptions& options, const Hooks& hooks,
                         Checkpointing checkpointing)
    : config_(config),
      task_(training_task(config)),
      options_(options),
      hooks_(hooks),
      checkpointing_(checkpointing),
      output_(config, options),
      folder_(output_.run()),
      checkpoints_(folder_),
      device_(device_for(config)),
      origin_(find_origin()),
      data_(prepare_and_learn(config_, output_.cache(), known_tokens())),
      fixed_batches_(task_.fixed_batches(config_, data_)),
      resolved_(resolve(config_, data_.vocabulary, data_.labels)),
      model_(resolved_),
      start_facts_(start_weights()),
      pool_(moved_to(device_, model_), device_, static_cast<int>(config.runtime.workers),
            products_on(device_, config.runtime.precision)),
      loss_(make_loss()),
      parameters_(trained_parameters(*model_)),
      average_(make_average(config.training, model_)),
      optimizer_(config.training.optimizer, parameters_, average_ ? &*average_ : nullptr),
      best_(config.best_monitor(),
            config.training.early_stopping ? config.training.early_stopping->min_delta : 0),
      plateau_(config.training.schedule),
      journal_(folder_.metrics()),
      epoch_steps_(fixed_batches_.empty() ? count_batches(data_.train, config.training.batch_size)
                                          : static_cast<std::int64_t>(fixed_batches_.size())),
      last_checkpoint_(Clock::now()) {
  report_findings(data_.findings, options.strict_data);
  total_steps_ = epoch_steps_ * config.training.epochs;
  if (config.training.max_steps) {
    total_steps_ = std::min(total_steps_, *config.training.max_steps);
  }
  warn_about_warmup(config.training, total_steps_);
  if (config.runtime.precision == Precision::kFloat16) loss_scale_.emplace();
  if (device_.is_cuda()) {
    // Otherwise cuDNN would use TF32, which keeps only 10 mantissa bits.
    const bool rounds = products_on(device_, config.runtime.precision).has_value();
    at::globalContext().setAllowTF32CuDNN(rounds);
  }
  pool_.keep_on_device(data_.train);
  if (!carries_states()) pool_.keep_on_device(data_.validation);
  carried_ = start_states();
  calibration_ = task_.calibrate(config_, data_.train);
  state_.workers = pool_.size();
  state_.data_checksum = checksum_of(data_.sources);
  engine_ = engine_text(device_, resolved_);
  log_debug("recurrent layers run " + engine_);
  if (const std::string note = kernels::chosen_kernels_note(); !note.empty()) log_warning(note);
  warn_about_slow_blas();
}

TrainReport TrainingRun::run() {
  // This thread also reduces gradients and runs the optimizer, whose moments can become denormal.
  const ComputeScope scope;
  if (config_.runtime.tensorboard) {
    const fs::path run = fs::absolute(options_.out / "").lexically_normal().parent_path();
    tensorboard_.emplace(config_.resolve_path(*config_.runtime.tensorboard) / run.filename(), run);
  }
  const bool resumed = options_.existing == ExistingRun::kResume && resume();
  if (!resumed) start();
  if (tensorboard_) tensorboard_->restore(state_.metrics);
  while (!interrupted_ && (state_.epoch_trained || state_.stopped_because.empty())) run_epoch();
  if (interrupted_) return {};
  if (checkpointing_ != Checkpointing::kNever) return finish();
  TrainReport report;
  report.finished = true;
  return report;
}

LossOptions TrainingRun::make_loss() const {
  LossOptions loss = plain_loss(*model_);
  loss.label_smoothing = config_.training.label_smoothing;
  loss.focal_gamma = config_.training.focal_gamma;
  loss.class_weights = make_class_weights(config_, data_.labels, data_.train.labels());
  if (loss.class_weights.defined()) loss.class_weights = loss.class_weights.to(device_);
  return loss;
}

/// Loads the run to start from. A resumed run does not need it, because its checkpoint already has
/// all weights.
std::optional<LoadedRun> TrainingRun::find_origin() const {
  if (!config_.training.init_from || resumes()) return std::nullopt;
  return load_origin(config_);
}

/// Returns the tokens that keep their ids, which are those of the run to start from.
Vocabulary TrainingRun::known_tokens() const {
  if (!config_.training.init_from) return Vocabulary();
  return origin_ ? origin_->text.vocabulary : read_run_text(folder_).vocabulary;
}

/// Sets the weights that are not initialized randomly, on the CPU. Returns their origins for the
/// report.
Facts TrainingRun::start_weights() {
  if (resumes()) return {};
  fit_normalization(data_.train, *model_);
  load_spellings(data_.vocabulary, *model_);
  task_.start_weights(data_, *model_);
  Facts facts;
  const std::string vectors = load_vectors(config_, data_, *model_);
  if (!vectors.empty()) facts.emplace_back("Vectors", vectors);
  if (origin_) {
    const std::string taken = take_weights(*origin_, data_.labels, *model_);
    facts.emplace_back("Started from", *config_.training.init_from + "; " + taken);
    origin_.reset();
  }
  return facts;
}

bool TrainingRun::limit_reached() {
  const TrainingSpec& training = config_.training;
  if (training.max_steps && state_.step >= *training.max_steps) {
    state_.stopped_because = "max_steps";
  } else if (training.max_seconds && state_.seconds >= *training.max_seconds) {
    state_.stopped_because = "max_seconds";
  } else if (state_.epoch > training.epochs) {
    state_.stopped_because = "epochs";
  }
  return !state_.stopped_because.empty();
}

std::vector<RowNumbers> TrainingRun::plan_batches() const {
  if (!fixed_batches_.empty()) return fixed_batches_;
  const auto seed = static_cast<std::uint64_t>(config_.training.seed);
  return plan_epoch(data_.train, config_.training.batch_size, seed, state_.epoch,
                    config_.training.sampling);
}

bool TrainingRun::carries_states() const { return definition_of(config_).is_causal(); }

/// Returns zero hidden states for the start of the text; empty if no states are carried.
CarriedStates TrainingRun::start_states() const {
  if (!carries_states() || fixed_batches_.empty()) return {};
  return model_->zero_states(static_cast<std::int64_t>(fixed_batches_.front().size()));
}

void TrainingRun::run_epoch() {
  optimizer_.begin_epoch(state_.epoch);
  const std::vector<RowNumbers> batches = plan_batches();
  while (!state_.epoch_trained && state_.next_batch < epoch_steps_) {
    const auto start = Clock::now();
    if (!run_step(batches[static_cast<std::size_t>(state_.next_batch)])) return;
    ++state_.next_batch;
    const double seconds = seconds_since(start);
    state_.epoch_seconds += seconds;
    state_.seconds += seconds;
    if (hooks_.progress) hooks_.progress(progress());
    if (hooks_.stop_requested && hooks_.stop_requested()) {
      save_checkpoint();
      interrupted_ = true;
      return;
    }
    if (limit_reached()) break;
    if (seconds_since(last_checkpoint_) > config_.runtime.checkpoint_seconds)
      save_regular_checkpoint();
  }
  finish_epoch();
}

/// Returns the learning rate of a step of this epoch. Steps are counted from 0.
double TrainingRun::rate_of(std::int64_t step) const {
  const double rate = plateau_.apply(
      optimizer_.learning_rate() * schedule_factor(config_.training.schedule, step, total_steps_));
  // Each rollback halves the rate of the steps from its checkpoint on.
  const auto halvings = std::count_if(state_.rollbacks.begin(), state_.rollbacks.end(),
                                      [step](std::int64_t from) { return from <= step; });
  return std::ldexp(rate, -static_cast<int>(halvings));
}

/// Returns false if the loss was not finite and the run has returned to the start of the
/// epoch.
bool TrainingRun::run_step(const RowNumbers& rows) {
  const NoiseKey noise{static_cast<std::uint64_t>(config_.training.seed),
                       static_cast<std::uint64_t>(state_.step)};
  const EncodedDataset& data = data_.train;
  optimizer_.catch_up(rows_read(data, rows), pool_.runner());
  const double scale = loss_scale_ ? loss_scale_->value() : 1;
  const double loss = pool_.compute_gradients(data, rows, noise, loss_,
                                              carries_states() ? &carried_ : nullptr, scale);
  const TrainingSpec& training = config_.training;
  add_penalty_gradients(parameters_, training.l1 * scale, training.l2 * scale);
  const double norm = gradient_norm(parameters_, state_.epoch) / scale;
  rate_ = rate_of(state_.step);
  // If a gradient overflows float16, the step is skipped and the loss scale is reduced.
  if (!loss_scale_ || loss_scale_->accept(gradients_are_finite(parameters_))) {
    if (!std::isfinite(loss) || !std::isfinite(norm)) {
      roll_back(rows, loss, norm);
      return false;
    }
    optimizer_.step(rate_, clip_scale(norm, scale) / scale, pool_.runner());
  } else {
    optimizer_.skip_step();
    if (!std::isfinite(loss)) carried_ = start_states();
  }
  ++state_.step;
  const auto count = static_cast<std::int64_t>(rows.size());
  if (std::isfinite(loss)) state_.loss_sum += loss * static_cast<double>(count);
  state_.rows += count;
  for (const std::int64_t row : rows) state_.tokens += data.length(row);
  return true;
}

/// Clips gradients, which are `scale` times too large, in place by value. For clip_norm, returns
/// the factor as in torch::nn::utils::clip_grad_norm_.
double TrainingRun::clip_scale(double norm, double scale) {
  const TrainingSpec& training = config_.training;
  if (training.clip_value) clip_gradient_values(parameters_, *training.clip_value * scale);
  constexpr double kAgainstZero = 1e-6;
  return training.clip_norm ? std::min(1.0, *training.clip_norm / (norm + kAgainstZero)) : 1.0;
}

Report TrainingRun::validate(const EncodedDataset& data) {
  if (average_) average_->swap();
  Report report = measure(data);
  if (average_) average_->swap();
  return report;
}

Progress TrainingRun::progress() const {
  Progress progress;
  progress.epoch = state_.epoch;
  progress.epochs = config_.training.epochs;
  progress.step = state_.step;
  progress.epoch_step = state_.next_batch;
  progress.epoch_steps = epoch_steps_;
  progress.loss = state_.rows > 0 ? state_.loss_sum / static_cast<double>(state_.rows) : 0;
  progress.learning_rate = rate_;
  progress.epoch_seconds = state_.epoch_seconds;
  if (state_.epoch_seconds > 0) {
    progress.examples_per_second = static_cast<double>(state_.rows) / state_.epoch_seconds;
    progress.tokens_per_second = static_cast<double>(state_.tokens) / state_.epoch_seconds;
  }
  return progress;
}

void TrainingRun::save_best_weights() {
  if (checkpointing_ == Checkpointing::kNever) return;
  if (average_) average_->swap();
  state_.best_weights = checkpoints_.save_best(weights_of(*model_));
  if (average_) average_->swap();
}

void TrainingRun::finish_epoch() {
  if (!state_.epoch_trained) {
    state_.epoch_trained = true;
    save_regular_checkpoint();  // a crash during validation then loses nothing
  }
  optimizer_.flush(pool_.runner());
  Progress epoch = progress();
  epoch.validation = validate(data_.validation);
  plateau_.add(*epoch.validation);
  epoch.best = best_.add(*epoch.validation);
  if (epoch.best) {
    state_.best_epoch = state_.epoch;
    state_.best_report = report_to_json(*epoch.validation, /*indent=*/-1);
    save_best_weights();
  }
  state_.metrics.push_back(epoch_line(epoch));
  ++state_.epoch;
  state_.epoch_trained = false;
  state_.next_batch = 0;
  state_.loss_sum = 0;
  state_.rows = 0;
  state_.tokens = 0;
  state_.epoch_seconds = 0;
  carried_ = start_states();
  const auto& early = config_.training.early_stopping;
  if (!limit_reached() && early && best_.epochs_since_best() >= early->patience) {
    state_.stopped_because = "early_stopping";
  }
  save_regular_checkpoint();
  journal_.add(state_.metrics.back());
  if (tensorboard_) tensorboard_->add(state_.metrics.back());
  if (hooks_.progress) hooks_.progress(epoch);
}

TrainReport train_short(const Config& config, const TrainOptions& options, const Hooks& hooks,
                        ShortRun kind) {
  validate(config);
  const auto checkpointing = kind == ShortRun::kTrial ? TrainingRun::Checkpointing::kNever
                                                      : TrainingRun::Checkpointing::kAtEnd;
  return TrainingRun(config, options, hooks, checkpointing).run();
}

TrainReport train(const Config& config, const TrainOptions& options, const Hooks& hooks) {
  validate(config);
  return TrainingRun(config, options, hooks).run();
}

}  // namespace sequent
