#include "train/workers.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "model/sequence_padding.h"
#include "runtime/autocast.h"
#include "runtime/device.h"
#include "runtime/rows.h"
#include "runtime/thread_setup.h"

namespace sequent {
namespace {

constexpr std::int64_t kEvaluationTokens = 16384;  // per batch, padding included

/// What the sum of a batch's losses is divided by: its rows, or where tokens are answered or
/// written these tokens.
double loss_units(const EncodedDataset& data, const RowNumbers& rows, const Config& config) {
  if (config.is_sequence_to_sequence()) {
    std::int64_t tokens = 0;
    for (const std::int64_t row : rows) tokens += data.row(row).pair().second.length() + 1;
    return static_cast<double>(tokens);
  }
  if (!data.is_tagged()) return static_cast<double>(rows.size());
  std::int64_t tokens = 0;
  for (const std::int64_t row : rows) tokens += data.length(row);
  return static_cast<double>(tokens);
}

/// Shapes: -> [B] int64.
torch::Tensor classes_of(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  torch::Tensor classes = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kInt64);
  auto* out = classes.data_ptr<std::int64_t>();
  for (const std::int64_t row : rows) *out++ = data.label(row);
  return classes;
}

/// Shapes: -> classes [B] int64, or targets [B, K] float32.
torch::Tensor wanted_outputs(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  if (data.target_count() == 0) return classes_of(data, rows);
  torch::Tensor targets = torch::empty({count, data.target_count()}, torch::kFloat32);
  auto* out = targets.data_ptr<float>();
  for (const std::int64_t row : rows) out = std::ranges::copy(data.targets(row), out).out;
  return targets;
}

/// The sum of two coalesced sparse gradients of one table, coalesced.
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

/// Elements [begin, end) of a parameter's gradient; all of a sparse one.
struct GradientPiece {
  std::size_t parameter = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Pieces of about equal size, so that threads can add them up side by side.
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

torch::Tensor wanted_tags(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  std::int64_t longest = 0;
  for (const std::int64_t row : rows) longest = std::max(longest, data.length(row));
  torch::Tensor tags =
      torch::zeros({static_cast<std::int64_t>(rows.size()), longest}, torch::kInt64);
  auto* out = tags.data_ptr<std::int64_t>();
  for (const std::int64_t row : rows) {
    std::ranges::copy(data.tags(row), out);
    out += longest;
  }
  return tags;
}

WorkerTeam::WorkerTeam(SequenceModel model, torch::Device device, int workers,
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

void WorkerTeam::keep_on_device(const EncodedDataset& data) {
  const RowForm form = row_form(replicas_[0]->config().config);
  const bool plain = !form.pairs && !form.targets && form.max_bytes == 0;
  if (device_.is_cpu() || !plain || !DeviceRows::fits(data)) return;
  on_device_.emplace(&data, DeviceRows(data, device_));
}

template <class Numbers>
Batch WorkerTeam::batch_of(const EncodedDataset& data, const Numbers& rows) const {
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
  if (tensors.targets.defined()) {
    batch.targets = send_to(tensors.targets, device_);
    batch.target_lengths = send_to(tensors.target_lengths, device_);
  }
  return batch;
}

void WorkerTeam::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (pool_) {
    pool_->run(count, task);
  } else {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
}

double WorkerTeam::gradients_of_part(SequenceModelImpl& replica, const EncodedDataset& data,
                                     std::span<const std::int64_t> rows, const PartContext& context,
                                     const LossOptions& loss, double units) const {
  Batch batch = batch_of(data, rows);
  batch.noise = context.key;
  batch.first_row = context.first_row;
  batch.carried = context.carried;
  const bool writes = batch.targets.defined();
  if (replica.has_token_loss(batch)) {
    const torch::Tensor next = writes ? batch.targets : wanted_tags(data, rows);
    const torch::Tensor loss_sum = replica.token_loss(batch, next, loss.label_smoothing, 1 / units);
    loss_sum.backward();
    return loss_sum.item<double>();
  }
  torch::Tensor row_scores;
  torch::Tensor logits;
  {
    const AutocastScope rounded(device_.type(), products_);
    logits = replica.forward(batch, &row_scores);
  }
  if (products_) {
    logits = logits.to(torch::kFloat32);
    if (row_scores.defined()) row_scores = row_scores.to(torch::kFloat32);
  }
  torch::Tensor losses;
  if (writes) {
    losses = tag_losses(replica, logits, batch.targets, batch.target_lengths, loss.label_smoothing);
  } else if (data.is_tagged()) {
    losses = tag_losses(replica, logits, send_to(wanted_tags(data, rows), device_), batch.lengths,
                        loss.label_smoothing);
  } else {
    torch::Tensor wanted = send_to(wanted_outputs(data, rows), device_);
    const torch::Tensor base = replica.forecast_base(batch);
    if (base.defined()) wanted = wanted - base;
    losses = row_losses(logits, wanted, loss);
  }
  torch::Tensor sum = losses.sum() / units;
  if (row_scores.defined()) {
    const torch::Tensor labels = send_to(classes_of(data, rows), device_);
    const torch::Tensor of_rows =
        row_losses(row_scores, labels, {.label_smoothing = loss.label_smoothing}).sum();
    sum =
        sum + of_rows * (replica.config().config.row_label()->loss_weight / context.rows_of_batch);
  }
  (context.loss_scale == 1 ? sum : sum * context.loss_scale).backward();
  return sum.item<double>();
}

double WorkerTeam::compute_gradients(const EncodedDataset& data, const RowNumbers& rows,
                                     const NoiseKey& noise, const LossOptions& loss,
                                     CarriedStates* carried, double loss_scale) {
  const auto parts = split_by_tokens(data, rows, replicas_.size());
  std::vector<CarriedStates> states(parts.size());
  const double units = loss_units(data, rows, replicas_[0]->config().config);
  std::vector<double> losses(parts.size(), 0.0);
  run(parts.size(), [&](std::size_t i) {
    for (torch::Tensor& parameter : replicas_[i]->parameters()) {
      parameter.mutable_grad() = torch::Tensor();
    }
    PartContext context{noise, parts[i].data() - rows.data(), static_cast<double>(rows.size())};
    context.loss_scale = loss_scale;
    if (carried != nullptr) {
      states[i] = rows_of(*carried, context.first_row, static_cast<std::int64_t>(parts[i].size()));
      context.carried = &states[i];
    }
    losses[i] = gradients_of_part(*replicas_[i], data, parts[i], context, loss, units);
  });
  if (carried != nullptr) *carried = joined(states);
  if (parts.size() > 1) sum_gradients(parts.size());
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

/// Each piece is summed in the workers' order, by whoever is free: the same bytes every time.
void WorkerTeam::sum_gradients(std::size_t parts) {
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

torch::Tensor WorkerTeam::predict(const EncodedDataset& data,
                                  const std::vector<std::size_t>& rows) {
  const torch::NoGradGuard no_gradient;
  const Batch batch = batch_of(data, rows);
  return replicas_[0]->predict(batch).cpu().contiguous();
}

void WorkerTeam::for_each_batch(
    const EncodedDataset& data, std::int64_t tokens,
    const std::function<void(std::size_t number, const std::vector<std::size_t>& rows)>& use) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t row = 0; row < data.size(); ++row) lengths.push_back(data.length(row));
  const auto batches = plan_batches(lengths, tokens);
  run(batches.size(), [&](std::size_t b) { use(b, batches[b]); });
}

std::vector<float> WorkerTeam::predict(const EncodedDataset& data) {
  const std::int64_t outputs = replicas_[0]->config().class_count;
  std::vector<float> all(static_cast<std::size_t>(data.size() * outputs));
  for_each_batch(data, kEvaluationTokens, [&](std::size_t, const std::vector<std::size_t>& rows) {
    const torch::Tensor values = predict(data, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float* from = values.data_ptr<float>() + static_cast<std::int64_t>(i) * outputs;
      std::copy(from, from + outputs, all.begin() + static_cast<std::ptrdiff_t>(rows[i]) * outputs);
    }
  });
  return all;
}

TaggedRows WorkerTeam::tag(const EncodedDataset& data) {
  TaggedRows result;
  result.tags.resize(static_cast<std::size_t>(data.size()));
  std::vector<double> losses(result.tags.size());
  std::vector<std::int64_t> measured(result.tags.size());
  const auto labels = static_cast<std::size_t>(replicas_[0]->config().row_class_count);
  result.row_labels.resize(result.tags.size() * labels);
  for_each_batch(data, kEvaluationTokens, [&](std::size_t, const std::vector<std::size_t>& rows) {
    const torch::NoGradGuard no_gradient;
    SequenceModelImpl& model = *replicas_[0];
    const Batch batch = batch_of(data, rows);
    torch::Tensor row_scores;
    const torch::Tensor logits = model.forward(batch, &row_scores);
    if (row_scores.defined()) {
      const torch::Tensor found =
          torch::softmax(row_scores, 1).to(torch::kCPU, torch::kFloat32).contiguous();
      for (std::size_t i = 0; i < rows.size(); ++i) {
        std::copy_n(found.data_ptr<float>() + i * labels, labels,
                    result.row_labels.data() + rows[i] * labels);
      }
    }
    const RowNumbers numbers(rows.begin(), rows.end());
    const torch::Tensor wanted = wanted_tags(data, numbers);
    const torch::Tensor of_rows =
        tag_losses(model, logits, wanted.clamp_min(0).to(device_), batch.lengths, /*smoothing=*/0)
            .to(torch::kCPU, torch::kFloat64);
    const torch::Tensor is_known = wanted.ge(0).all(1);
    // decode() would run the layers once more, for probabilities that nobody asks for here.
    const CrfImpl* crf = model.crf_head();
    const torch::Tensor tags =
        (crf == nullptr ? logits.argmax(2) : crf->best_paths(logits, batch.lengths))
            .cpu()
            .contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const auto* from = tags.data_ptr<std::int64_t>() + row * tags.size(1);
      const std::int64_t length = data.length(static_cast<std::int64_t>(rows[i]));
      if (is_known[row].item<bool>()) {
        losses[rows[i]] = of_rows[row].item<double>();
        measured[rows[i]] = length;
      }
      result.tags[rows[i]].assign(from, from + length);
    }
  });
  result.loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  result.measured = std::accumulate(measured.begin(), measured.end(), std::int64_t{0});
  return result;
}

void WrittenRows::add(const torch::Tensor& log_probabilities, const torch::Tensor& targets,
                      const torch::Tensor& target_lengths) {
  const torch::Tensor padding = padding_of({targets, target_lengths});
  const torch::Tensor found = log_probabilities.gather(2, targets.unsqueeze(2)).squeeze(2);
  loss -= found.to(torch::kFloat64).masked_fill(padding, 0).sum().item<double>();
  const torch::Tensor is_best = log_probabilities.argmax(2).eq(targets);
  right += is_best.masked_fill(padding, false).sum().item<std::int64_t>();
  tokens += target_lengths.sum().item<std::int64_t>();
}

void WrittenRows::add(const WrittenRows& other) {
  loss += other.loss;
  right += other.right;
  tokens += other.tokens;
}

WrittenRows WorkerTeam::write(const EncodedDataset& data) {
  SequenceModelImpl& model = *replicas_[0];
  const std::int64_t tokens = scored_tokens(model.config().class_count, kEvaluationTokens);
  WrittenRows result;
  result.texts.resize(static_cast<std::size_t>(data.size()));
  std::vector<WrittenRows> parts(result.texts.size());  // of each batch, by its number
  for_each_batch(data, tokens, [&](std::size_t number, const std::vector<std::size_t>& rows) {
    const torch::NoGradGuard no_gradient;
    const Batch batch = batch_of(data, rows);
    parts[number].add(torch::log_softmax(model.forward(batch), 2), batch.targets,
                      batch.target_lengths);
    const std::int64_t most = max_length(model.config().config.input) + 1;
    const auto texts = texts_of(model.write(batch, most).tokens);
    for (std::size_t i = 0; i < rows.size(); ++i) result.texts[rows[i]] = texts[i];
  });
  for (const WrittenRows& part : parts) result.add(part);
  return result;
}

TextScore read_streams(const TokenWindows& windows, std::int64_t first, std::int64_t end,
                       const StreamReader& reader, const StreamLearner& learn) {
  TextScore score;
  for (std::int64_t window = 0; window < windows.count(); ++window) {
    const RowNumbers rows = windows.rows_of(window, first, end);
    EncodedRows encoded;
    for (const std::int64_t row : rows) encoded.push_back(windows.rows.row(row));
    const RowTensors tensors = make_row_tensors(encoded);
    const torch::Tensor scores = reader(tensors.input, tensors.lengths);
    const torch::Tensor next = wanted_tags(windows.rows, rows).to(scores.device());
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

TextScore WorkerTeam::read(const TokenWindows& windows) {
  const TaskRunner on_workers =
      [this](std::size_t count, const std::function<void(std::size_t)>& task) { run(count, task); };
  const auto read_part = [&](std::size_t worker, std::int64_t first, std::int64_t end) {
    const torch::NoGradGuard no_gradient;
    SequenceModelImpl& model = *replicas_[worker];
    CarriedStates states = model.zero_states(end - first);
    return read_streams(windows, first, end,
                        [&](const torch::Tensor& tokens, const torch::Tensor& lengths) {
                          Batch batch{tokens.to(device_), lengths.to(device_)};
                          batch.carried = &states;
                          return model.forward(batch);
                        });
  };
  return read_in_parts(windows, size(), on_workers, read_part);
}

}  // namespace sequent
