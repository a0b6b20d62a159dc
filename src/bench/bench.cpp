#include "bench/bench.h"

#include <sys/resource.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "core/option_traits.h"
#include "infer/fused_engine.h"
#include "kernels/recurrent.h"
#include "libtorch/compute_threads.h"
#include "runtime/precision.h"
#include "runtime/rows.h"
#include "sequent/artifact.h"
#include "sequent/data.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "sequent/model.h"
#include "tasks/inference_task.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "train/optimizer.h"
#include "train/prepare_and_learn.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Returns the median seconds of two kinds of work that alternate, so that other load on the
/// machine affects both equally. The first turn is not counted.
std::pair<double, double> in_turns(int rounds, const std::function<void()>& a,
                                   const std::function<void()>& b) {
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (int round = 0; round <= rounds; ++round) {
    const double first = seconds_of(a);
    const double second = seconds_of(b);
    if (round == 0) continue;
    of_a.push_back(first);
    of_b.push_back(second);
  }
  return {median(of_a), median(of_b)};
}

/// Returns the GFLOP/s of a large matrix product on this core, computed by the kernels or by the
/// BLAS, whichever is faster.
double measure_limit(const kernels::Kernels<float>& table) {
  const ComputeScope scope;
  constexpr std::int64_t kSize = 768;
  const torch::Tensor a = torch::rand({kSize, kSize});
  const torch::Tensor b = torch::rand({kSize, kSize});
  torch::Tensor c = torch::empty({kSize, kSize});
  kernels::Arena arena;
  const auto [ours, blas] = in_turns(
      7,
      [&] {
        arena.reset();
        table.multiply(kSize, kSize, kSize, a.data_ptr<float>(), b.data_ptr<float>(),
                       c.data_ptr<float>(), arena);
      },
      [&] { torch::mm_out(c, a, b); });
  return 2.0 * kSize * kSize * kSize / std::min(ours, blas) / 1e9;
}

double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

BenchReport start_report(Precision precision, const std::string& where) {
  BenchReport report;
  const kernels::Kernels<float>& table = kernels_for(precision, where);
  report.instructions = table.name;
  report.limit_gflops = measure_limit(table);
  return report;
}

/// The cells of all recurrent layers with their default options, and two variants of the LSTM.
const std::map<std::string, CellKind>& named_cells() {
  static const std::map<std::string, CellKind> cells = [] {
    std::map<std::string, CellKind> all{{"lstm_coupled", CellKind::kCoupledLstm},
                                        {"lstm_peephole", CellKind::kPeepholeLstm}};
    for_each_alternative<RecurrentLayerSpec>(
        [&]<class Spec>(const Spec& spec) { all.emplace(Spec::kType, cell_kind(spec)); });
    return all;
  }();
  return cells;
}

/// Returns the floating-point operations per token of a recurrent layer's forward pass, which are
/// two per weight.
double flops_per_token(const RecurrentImpl& layer) {
  double weights = 0;
  for (const RecurrentImpl::Direction& direction : layer.directions) {
    weights += static_cast<double>(direction.weight_ih.numel());
    if (direction.weight_hh.defined()) weights += static_cast<double>(direction.weight_hh.numel());
  }
  return 2 * weights;
}

/// Returns the floating-point operations per token of all recurrent layers of a model.
double flops_per_token(const SequenceModelImpl& model) {
  double sum = 0;
  for (const RecurrentImpl* recurrent : model.find_all<RecurrentImpl>()) {
    sum += flops_per_token(*recurrent);
  }
  return sum;
}

constexpr double kTrainingPasses = 3;  // the backward pass has two products per forward product

/// Returns a report line for the work of one turn.
BenchLine make_line(const std::string& what, double rows, double tokens, double flops,
                    std::pair<double, double> seconds, int threads) {
  BenchLine line;
  line.what = what;
  line.unit = "sequences/s";
  line.ours = rows / seconds.first;
  line.torch = rows / seconds.second;
  line.tokens_per_second = tokens / seconds.first;
  line.gflops = flops / seconds.first / 1e9;
  line.threads = threads;
  return line;
}

/// A model with its worker pool and optimizer on one engine.
struct Trainee {
  SequenceModel model;
  WorkerPool pool;
  Optimizer optimizer;

  Trainee(const ResolvedConfig& config, int workers, bool use_operators)
      : model(make(config, use_operators)),
        pool(model, torch::kCPU, workers),
        optimizer(config.config.training.optimizer, trained_parameters(*model)) {}

  static SequenceModel make(const ResolvedConfig& config, bool use_operators) {
    SequenceModel model(config);
    model->use_operators(use_operators);
    return model;
  }

  void train(const EncodedDataset& data, std::span<const RowNumbers> batches) {
    const TaskRunner run = pool.runner();
    const bool carries = definition_of(model->config().config).is_causal();
    const LossOptions loss = plain_loss(*model);
    for (const RowNumbers& rows : batches) {
      optimizer.catch_up(rows_read(data, rows), run);
      CarriedStates states = model->zero_states(static_cast<std::int64_t>(rows.size()));
      pool.compute_gradients(data, rows, {1, 1}, loss, carries ? &states : nullptr);
      optimizer.step(optimizer.learning_rate(), 1, run);
    }
  }
};

BenchLine bench_training(const ResolvedConfig& config, const EncodedDataset& data,
                         std::vector<RowNumbers> batches, int rounds) {
  constexpr std::size_t kSteps = 12;
  batches.resize(std::min(batches.size(), kSteps));
  const auto workers = static_cast<int>(config.config.runtime.workers);
  Trainee ours(config, workers, /*use_operators=*/false);
  Trainee torch(config, workers, /*use_operators=*/true);
  const auto seconds = in_turns(
      rounds, [&] { ours.train(data, batches); }, [&] { torch.train(data, batches); });
  double rows = 0;
  double tokens = 0;
  for (const RowNumbers& batch : batches) {
    rows += static_cast<double>(batch.size());
    for (const std::int64_t row : batch) tokens += static_cast<double>(data.length(row));
  }
  return make_line("training", rows, tokens,
                   tokens * flops_per_token(*ours.model) * kTrainingPasses, seconds,
                   ours.pool.size());
}

BenchLine bench_inference(const ResolvedConfig& config, const EncodedDataset& data,
                          const InferenceWork& work, int rounds) {
  Trainee model(config, static_cast<int>(config.config.runtime.workers), /*use_operators=*/true);
  std::map<std::string, torch::Tensor> weights;
  for (const auto& named : model.model->named_parameters()) {
    weights[named.key()] = named.value().detach();
  }
  const FusedEngine engine(
      config,
      [&](const std::string& name) -> std::span<const float> {
        const torch::Tensor& weight = weights.at(name);
        return {weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel())};
      },
      {FusedOptions{}.token_table_bytes, config.config.runtime.precision});
  constexpr std::int64_t kMostRows = 2000;
  std::vector<std::int64_t> lengths;
  double tokens = 0;
  for (std::int64_t row = 0; row < std::min(data.size(), kMostRows); ++row) {
    lengths.push_back(data.length(row));
    tokens += static_cast<double>(data.length(row));
  }
  const auto batches = plan_batches(lengths, work.batch_tokens);
  const auto seconds = in_turns(
      rounds,
      [&] {
        model.pool.run(batches.size(),
                       [&](std::size_t b) { work.run(engine, input_rows(data, batches[b])); });
      },
      [&] {
        model.pool.run(batches.size(),
                       [&](std::size_t b) { model.pool.predict(data, batches[b]); });
      });
  return make_line(work.what, static_cast<double>(lengths.size()), tokens,
                   tokens * flops_per_token(*model.model), seconds, model.pool.size());
}

/// Returns the median milliseconds that sequent-infer takes to process one line, from process start
/// to exit; nothing if there is no sequent-infer in the folder of this program.
std::optional<double> start_of_program(const std::filesystem::path& archive) {
  std::error_code code;
  const auto program =
      std::filesystem::read_symlink("/proc/self/exe", code).parent_path() / "sequent-infer";
  if (code || !std::filesystem::exists(program, code)) return std::nullopt;
  const std::string command =
      "echo text | '" + program.string() + "' '" + archive.string() + "' - >/dev/null 2>&1";
  constexpr int kStarts = 7;
  std::vector<double> times;
  for (int i = 0; i < kStarts; ++i) {
    int status = 0;
    times.push_back(1e3 * seconds_of([&] { status = std::system(command.c_str()); }));
    if (status != 0) return std::nullopt;
  }
  return median(times);
}

/// Returns the row as a request to a service: a record with the tokens separated by spaces.
Record request_of(const InputRow& row, const Config& config, const Vocabulary& vocabulary) {
  const auto text_of = [&](const InputRow& part) {
    std::string words;
    for (const std::int32_t id : part.ids) words += vocabulary.token(id) + " ";
    return words;
  };
  Record request;
  request.values.assign(row.values.begin(), row.values.end());
  request.channels = row.channels;
  request.features.resize(features_of(config.input).size());  // all missing
  const bool has_target = definition_of(config).target() == TargetKind::kText;
  if (!config.reads_pairs() && !has_target) {
    request.text = text_of(row);
    return request;
  }
  const auto [first, second] = row.pair();
  request.text = text_of(first);
  if (!has_target) request.second = text_of(second);
  return request;
}

/// Measures the latency of an archive on one text at a time, as in a service.
void bench_single(const ResolvedConfig& config, const PreparedData& data, BenchReport& report) {
  SequenceModel model(config);
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = config.config;
  metadata.vocabulary = data.vocabulary;
  metadata.labels = data.labels;
  const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                     ("sequent-bench-" + std::to_string(::getpid()) + ".pt");
  export_model(*model, metadata, {}, file);
  std::optional<Model> loaded;
  ModelOptions how;
  how.precision = config.config.runtime.precision;
  report.load_ms = 1e3 * seconds_of([&] { loaded = Model::load(file, how); });
  if (loaded->input() == InputKind::kText) report.start_ms = start_of_program(file);
  std::filesystem::remove(file);
  const auto answerer = inference_task(config.config.task).answerer(*loaded, InferOptions{});
  constexpr std::int64_t kRequests = 1000;
  std::vector<double> times;
  for (std::int64_t i = 0; i < kRequests; ++i) {
    std::vector<Record> request{request_of(data.validation.row(i % data.validation.size()),
                                           config.config, data.vocabulary)};
    times.push_back(1e6 * seconds_of([&] { answerer->answer(request); }));
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  report.single = Latency{at(0.5), at(0.95), at(0.99), kRequests};
}

}  // namespace

std::vector<std::string> bench_cells() {
  std::vector<std::string> names;
  for (const auto& [name, cell] : named_cells()) names.push_back(name);
  return names;
}

BenchReport bench_layer(const LayerBenchOptions& options) {
  BenchReport report = start_report(options.precision, "--precision");
  const ComputeScope scope;
  RecurrentOptions layer{named_cells().at(options.cell),
                         options.input > 0 ? options.input : options.units,
                         options.units,
                         false,
                         true,
                         0};
  layer.bfloat16 = options.precision != Precision::kFloat32;
  RecurrentImpl ours(layer);
  RecurrentImpl torch(layer);
  torch.use_operators(true);
  at::Generator generator = at::detail::createCPUGenerator(1);
  ours.initialize(Initialization::kTorch, generator);
  torch.initialize(Initialization::kTorch, generator);
  const torch::Tensor input =
      torch::randn({options.batch, options.length, layer.input_size}).requires_grad_();
  const torch::Tensor lengths = torch::full({options.batch}, options.length, torch::kInt64);
  const NoiseKey training{1, 1};  // training mode, because only training uses bfloat16
  const Batch batch{torch::zeros({options.batch, options.length}, torch::kInt64), lengths,
                    training};
  const LayerContext context{batch, torch::zeros({options.batch, options.length}, torch::kBool)};
  const auto step = [&](RecurrentImpl& which) {
    ours.zero_grad();
    torch.zero_grad();
    which.forward(input, context).sum().backward();
  };
  const auto forward = [&](RecurrentImpl& which) {
    const torch::NoGradGuard no_gradient;
    which.forward(input, context);
  };
  const auto tokens = static_cast<double>(options.batch * options.length);
  const double flops = flops_per_token(ours) * tokens;
  const auto rows = static_cast<double>(options.batch);
  report.lines.push_back(
      make_line("forward", rows, tokens, flops,
                in_turns(
                    options.rounds, [&] { forward(ours); }, [&] { forward(torch); }),
                1));
  report.lines.push_back(make_line("forward and backward", rows, tokens, flops * kTrainingPasses,
                                   in_turns(
                                       options.rounds, [&] { step(ours); }, [&] { step(torch); }),
                                   1));
  report.peak_mib = peak_mib();
  return report;
}

BenchReport bench_config(const Config& given, int rounds) {
  validate(given);
  Config config = given;
  if (const std::string& device = config.runtime.device; device != "cpu" && device != "auto") {
    throw Error(ErrorKind::kConfig, "/runtime/device",
                "found \"" + device + "\"; bench measures only the CPU; use \"cpu\" or \"auto\"");
  }
  BenchReport report = start_report(config.runtime.precision, "/runtime/precision");
  PreparedData data = prepare_and_learn(config, "");
  const ResolvedConfig resolved = resolve(config, data.vocabulary, data.labels);
  const BatchSize& size = config.training.batch_size;
  const TrainingTask& task = training_task(config);
  std::vector<RowNumbers> batches = task.fixed_batches(config, data);
  if (batches.empty()) batches = plan_epoch(data.train, size, /*seed=*/1, /*epoch=*/1);
  report.lines.push_back(bench_training(resolved, data.train, std::move(batches), rounds));
  const auto work = task.inference_work(resolved, ModelOptions{}.batch_tokens);
  if (work) {
    report.lines.push_back(bench_inference(resolved, data.validation, *work, rounds));
  }
  bench_single(resolved, data, report);
  report.peak_mib = peak_mib();
  return report;
}

}  // namespace sequent
