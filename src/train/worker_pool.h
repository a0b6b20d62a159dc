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
  /// `workers` threads on the CPU; on another device the one calling thread. `model` outlives this.
  /// `products`: the type of the operands of products while training on another device; nothing:
  /// float32.
  WorkerPool(SequenceModel model, torch::Device device, int workers,
             std::optional<torch::ScalarType> products = std::nullopt);

  /// Copies a data set that will be read often, and outlives this, into the device's memory if it
  /// is another and there is room for it.
  void keep_on_device(const EncodedDataset& data);

  /// Sets the model's gradients to those of the batch's mean loss (over rows, where tokens are
  /// answered over tokens) and returns that mean. Gradients are summed in the order of the workers:
  /// the same number of workers gives the same bytes. `carried`: see Batch, of all rows.
  /// The gradients are of the loss times `loss_scale`.
  double compute_gradients(const EncodedDataset& data, const RowNumbers& rows,
                           const NoiseKey& noise, const LossOptions& loss,
                           CarriedStates* carried = nullptr, double loss_scale = 1);

  /// The model's predictions for all rows. Dropout is off. Shapes: -> [rows, C], row by row.
  std::vector<float> predict(const EncodedDataset& data);

  /// Shapes: row numbers -> [rows, C] float32 on the CPU.
  torch::Tensor predict(const EncodedDataset& data, const std::vector<std::size_t>& rows);

  /// The input of rows on the device; where texts are to be written, these as well.
  Batch make_batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const;
  Batch make_batch(const EncodedDataset& data, const std::vector<std::size_t>& rows) const;

  /// Runs task(0) ... task(count - 1) on the workers.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

  TaskRunner runner();

  int size() const { return static_cast<int>(replicas_.size()); }
  torch::Device device() const { return device_; }

  /// The model, whose weights all replicas share. A replica keeps a worker's gradients.
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
  std::unique_ptr<ThreadPool> pool_;     // none for other devices
};

}  // namespace sequent
