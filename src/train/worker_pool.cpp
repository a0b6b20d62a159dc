#include "train/worker_pool.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "libtorch/compute_threads.h"
#include "libtorch/device.h"
#include "libtorch/row_tensors.h"
#include "tasks/training_task.h"

namespace sequent {
namespace {

/// Returns the coalesced sum of two coalesced sparse gradients of one table.
torch::Tensor sum_of_rows(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor a_ids = a._indices()[0].contiguous();
  const torch::Tensor b_ids = b._indices()[0].contiguous();
  const std::span<const std::int64_t> left(a_ids.data_ptr<std::int64_t>(),
                                           static_cast<std::size_t>(a_ids.numel()));
  const std::span<const std::int64_t> right(b_ids.data_ptr<std::int64_t>(),
                                            static_cast<std::size_t>(b_ids.numel()));
  std::vector<std::int64_t> ids;
  std::set_union(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(ids));
  const auto places = [&](std::span<const std::int64_t> own) {
    std::vector<std::int64_t> result;
    std::size_t at = 0;
    for (const std::int64_t id : own) {
      while (ids[at] != id) ++at;
      result.push_back(static_cast<std::int64_t>(at));
    }
    return torch::tensor(result, torch::kInt64);
  };
  torch::Tensor values =
      torch::zeros({static_cast<std::int64_t>(ids.size()), a.size(1)}, a._values().options());
  values.index_add_(0, places(left), a._values());
  values.index_add_(0, places(right), b._values());
  torch::Tensor sum = torch::sparse_coo_tensor(torch::tensor(ids, torch::kInt64).unsqueeze(0),
                                               values, a.sizes(), a.options());
  sum._coalesced_(true);
  return sum;
}

/// Elements [begin, end) of a parameter's gradient, or all of a sparse gradient.
struct GradientPiece {
  std::size_t parameter = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Returns pieces of about equal size, so that threads can reduce them in parallel.
std::vector<GradientPiece> gradient_pieces(const std::vector<torch::Tensor>& parameters) {
  constexpr std::int64_t kElements = std::int64_t{1} << 16;
  std::vector<GradientPiece> pieces;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const torch::Tensor& gradient = parameters[p].grad();
    if (!gradient.defined()) continue;
    const std::int64_t all = gradient.numel();
    const bool whole = gradient.is_sparse() || !gradient.is_contiguous();
    for (std::int64_t begin = 0; begin < all; begin += whole ? all : kElements) {
      pieces.push_back({p, begin, whole ? all : std::min(all, begin + kElements)});
    }
  }
  return pieces;
}

void add_gradient(const torch::Tensor& parameter, const torch::Tensor& other,
                  const GradientPiece& piece) {
  const torch::Tensor& own = parameter.grad();
  if (own.is_sparse()) {
    parameter.mutable_grad() = sum_of_rows(own, other);
  } else if (piece.end - piece.begin == own.numel()) {
    own.add_(other);
  } else {
    const std::int64_t length = piece.end - piece.begin;
    own.view(-1)
        .narrow(0, piece.begin, length)
        .add_(other.contiguous().view(-1).narrow(0, piece.begin, length));
  }
}

CarriedStates rows_of(const CarriedStates& states, std::int64_t first, std::int64_t count) {
  CarriedStates part = states;
  for (CarriedStates::Layer& layer : part.layers) {
    if (layer.h.defined()) layer.h = layer.h.narrow(0, first, count);
    if (layer.c.defined()) layer.c = layer.c.narrow(0, first, count);
  }
  return part;
}

CarriedStates joined(const std::vector<CarriedStates>& parts) {
  CarriedStates whole;
  whole.layers.resize(parts.front().layers.size());
  for (std::size_t i = 0; i < whole.layers.size(); ++i) {
    std::vector<torch::Tensor> h;
    std::vector<torch::Tensor> c;
    for (const CarriedStates& part : parts) {
      if (part.layers[i].h.defined()) h.push_back(part.layers[i].h);
      if (part.layers[i].c.defined()) c.push_back(part.layers[i].c);
    }
    if (!h.empty()) whole.layers[i].h = torch::cat(h, 0);
    if (!c.empty()) whole.layers[i].c = torch::cat(c, 0);
  }
  return whole;
}

}  // namespace

WorkerPool::WorkerPool(SequenceModel model, torch::Device device, int workers,
                       std::optional<torch::ScalarType> products)
    : device_(device), products_(products) {
  replicas_.push_back(model);
  if (!device.is_cpu()) return;
  pool_ = std::make_unique<ThreadPool>(workers, enter_compute_thread);
  while (static_cast<int>(replicas_.size()) < pool_->size()) {
    SequenceModel replica(model->config(), /*initialize=*/false);
    replica->share_parameters(*model);
    replica->use_operators(model->uses_operators());
    replicas_.push_back(replica);
  }
}

void WorkerPool::keep_on_device(const EncodedDataset& data) {
  const RowForm form = row_form(replicas_[0]->config().config);
  const bool plain = !form.pairs && !form.targets && form.max_bytes == 0;
  if (device_.is_cpu() || !plain || !DeviceRows::fits(data)) return;
  on_device_.emplace(&data, DeviceRows(data, device_));
}

template <class Numbers>
Batch WorkerPool::batch_of(const EncodedDataset& data, const Numbers& rows) const {
  if (const auto kept = on_device_.find(&data); kept != on_device_.end()) {
    const RowNumbers numbers(rows.begin(), rows.end());
    return kept->second.batch(data, numbers);
  }
  EncodedRows encoded;
  encoded.reserve(rows.size());
  for (const auto row : rows) encoded.push_back(data.row(static_cast<std::int64_t>(row)));
  const RowTensors tensors = make_row_tensors(encoded, row_form(replicas_[0]->config().config));
  Batch batch{send_to(tensors.input, device_), send_to(tensors.lengths, device_)};
  if (tensors.spellings.defined()) batch.spellings = send_to(tensors.spellings, device_);
  if (tensors.features.defined()) batch.features = send_to(tensors.features, device_);
  if (tensors.targets.defined()) {
    batch.targets = send_to(tensors.targets, device_);
    batch.target_lengths = send_to(tensors.target_lengths, device_);
  }
  return batch;
}

Batch WorkerPool::make_batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const {
  return batch_of(data, rows);
}

Batch WorkerPool::make_batch(const EncodedDataset& data,
                             const std::vector<std::size_t>& rows) const {
  return batch_of(data, rows);
}

void WorkerPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (pool_) {
    pool_->run(count, task);
  } else {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
}

double WorkerPool::gradients_of_part(SequenceModelImpl& replica, const BatchPart& part,
                                     const LossOptions& loss, double loss_scale) const {
  const TrainingTask& task = training_task(replica.config().config);
  const torch::Tensor sum = task.loss(replica, part, loss);
  (loss_scale == 1 ? sum : sum * loss_scale).backward();
  return sum.item<double>();
}

double WorkerPool::compute_gradients(const EncodedDataset& data, const RowNumbers& rows,
                                     const NoiseKey& noise, const LossOptions& loss,
                                     CarriedStates* carried, double loss_scale) {
  const auto parts = split_by_tokens(data, rows, replicas_.size());
  std::vector<CarriedStates> states(parts.size());
  const double units = training_task(model().config().config).loss_units(data, rows);
  std::vector<double> losses(parts.size(), 0.0);
  run(parts.size(), [&](std::size_t i) {
    for (torch::Tensor& parameter : replicas_[i]->parameters()) {
      parameter.mutable_grad() = torch::Tensor();
    }
    BatchPart part{data, parts[i], make_batch(data, parts[i])};
    part.batch.noise = noise;
    part.batch.first_row = parts[i].data() - rows.data();
    part.batch_rows = static_cast<double>(rows.size());
    part.loss_units = units;
    part.products = products_;
    if (carried != nullptr) {
      states[i] =
          rows_of(*carried, part.batch.first_row, static_cast<std::int64_t>(parts[i].size()));
      part.batch.carried = &states[i];
    }
    losses[i] = gradients_of_part(*replicas_[i], part, loss, loss_scale);
  });
  if (carried != nullptr) *carried = joined(states);
  if (parts.size() > 1) sum_gradients(parts.size());
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

/// Each piece is summed in the order of the workers by any free thread, so that results are
/// bit-identical.
void WorkerPool::sum_gradients(std::size_t parts) {
  std::vector<std::vector<torch::Tensor>> parameters;
  for (std::size_t i = 0; i < parts; ++i) parameters.push_back(replicas_[i]->parameters());
  const std::vector<GradientPiece> pieces = gradient_pieces(parameters[0]);
  run(pieces.size(), [&](std::size_t number) {
    const torch::NoGradGuard no_gradient;
    const GradientPiece& piece = pieces[number];
    for (std::size_t i = 1; i < parts; ++i) {
      add_gradient(parameters[0][piece.parameter], parameters[i][piece.parameter].grad(), piece);
    }
  });
}

torch::Tensor WorkerPool::predict(const EncodedDataset& data,
                                  const std::vector<std::size_t>& rows) {
  const torch::NoGradGuard no_gradient;
  const Batch batch = make_batch(data, rows);
  return model().predict(batch).cpu().contiguous();
}

std::vector<float> WorkerPool::predict(const EncodedDataset& data) {
  const std::int64_t outputs = model().config().class_count;
  std::vector<float> all(static_cast<std::size_t>(data.size() * outputs));
  for_each_batch(data, scored_tokens(outputs, kEvaluationTokens), runner(),
                 [&](std::size_t, const std::vector<std::size_t>& rows) {
                   const torch::Tensor values = predict(data, rows);
                   for (std::size_t i = 0; i < rows.size(); ++i) {
                     const float* from =
                         values.data_ptr<float>() + static_cast<std::int64_t>(i) * outputs;
                     std::copy(from, from + outputs,
                               all.begin() + static_cast<std::ptrdiff_t>(rows[i]) * outputs);
                   }
                 });
  return all;
}

TaskRunner WorkerPool::runner() {
  return
      [this](std::size_t count, const std::function<void(std::size_t)>& task) { run(count, task); };
}

}  // namespace sequent
