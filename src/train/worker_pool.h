// Data-parallel training on the CPU: each worker computes a part of every batch on one thread.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/thread_pool.h"
#include "sequent/data.h"
#include "sequent/model.h"
#include "train/batching.h"
#include "train/device_rows.h"
#include "train/losses.h"
#include "train/optimizer.h"

namespace sequent {

struct BatchPart;

class WorkerPool {
 public:
  /// Uses `workers` threads on the CPU, and only the calling thread on another device. `model` must
  /// outlive the pool. `products` is the operand type of matrix products when training on another
  /// device; the default is float32.
  WorkerPool(SequenceModel model, torch::Device device, int workers,
             std::optional<torch::ScalarType> products = std::nullopt);

  /// Copies a data set that is read often into the memory of a device other than the CPU, if there
  /// is room for it. The data set must outlive the pool.
  void keep_on_device(const EncodedDataset& data);

  /// Sets the model's gradients to those of the batch's mean loss times `loss_scale`, and returns
  /// the mean loss. The mean is over rows, or over tokens if tokens are predicted. Gradients are
  /// summed in the order of the workers, so that the same number of workers gives bit-identical
  /// results. `carried` holds the hidden states of all rows; see Batch.
  double compute_gradients(const EncodedDataset& data, const RowNumbers& rows,
                           const NoiseKey& noise, const LossOptions& loss,
                           CarriedStates* carried = nullptr, double loss_scale = 1);

  /// Returns the model's predictions for all rows, without dropout. Shapes: -> [rows, C], row by
  /// row.
  std::vector<float> predict(const EncodedDataset& data);

  /// Returns the predictions for these rows. Shapes: -> [rows, C] float32 on the CPU.
  torch::Tensor predict(const EncodedDataset& data, const std::vector<std::size_t>& rows);

  /// Returns the input of rows on the device, including the target texts if the model generates
  /// text.
  Batch make_batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const;
  Batch make_batch(const EncodedDataset& data, const std::vector<std::size_t>& rows) const;

  /// Runs task(0) ... task(count - 1) on the worker threads.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

  TaskRunner runner();

  int size() const { return static_cast<int>(replicas_.size()); }
  torch::Device device() const { return device_; }

  /// The model. All replicas share its weights; each replica holds the gradients of one worker.
  SequenceModelImpl& model() const { return *replicas_[0].ptr(); }
  SequenceModelImpl& replica(std::size_t worker) const { return *replicas_[worker].ptr(); }

 private:
  template <class Numbers>
  Batch batch_of(const EncodedDataset& data, const Numbers& rows) const;
  void sum_gradients(std::size_t parts);
  double gradients_of_part(SequenceModelImpl& replica, const BatchPart& part,
                           const LossOptions& loss, double loss_scale) const;
  torch::Device device_;
  std::optional<torch::ScalarType> products_;
  std::map<const EncodedDataset*, DeviceRows> on_device_;
  std::vector<SequenceModel> replicas_;  // the first is the model itself
  std::unique_ptr<ThreadPool> pool_;     // null on devices other than the CPU
};

}  // namespace sequent
