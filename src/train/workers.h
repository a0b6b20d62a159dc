// Data-parallel training on the CPU: each worker computes a part of every batch on one thread.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/thread_pool.h"
#include "sequent/data.h"
#include "sequent/model.h"
#include "train/batching.h"
#include "train/device_rows.h"
#include "train/losses.h"
#include "train/optimizer.h"
#include "train/token_windows.h"

namespace sequent {

/// The true tags of rows. Shapes: -> [B, longest row] int64, 0 past a row's end.
torch::Tensor wanted_tags(const EncodedDataset& data, std::span<const std::int64_t> rows);

/// The predicted tags of a data set's rows.
struct TaggedRows {
  std::vector<std::vector<std::int32_t>> tags;
  double loss = 0;                // sum of -ln p of the true tags of rows without unseen ones
  std::int64_t measured = 0;      // tokens of these rows
  std::vector<float> row_labels;  // [rows, L], probabilities; empty where rows have no labels
};

/// What a language model finds in a text.
struct TextScore {
  double loss = 0;         // sum of -ln p of the tokens
  std::int64_t right = 0;  // tokens that were the most probable
};

/// Gives the scores [B, T, V] of the tokens that follow those it reads, [B, T], and remembers where
/// it is. Tokens past a row's length are padding.
using StreamReader =
    std::function<torch::Tensor(const torch::Tensor& tokens, const torch::Tensor& lengths)>;

/// Learns from what was just read; `loss` is the mean of -ln p of its tokens. Shapes: [].
using StreamLearner = std::function<void(const torch::Tensor& loss)>;

/// What reading streams [first, end) finds. `learn`, if given, is told of each window after it was
/// measured.
TextScore read_streams(const TokenWindows& windows, std::int64_t first, std::int64_t end,
                       const StreamReader& reader, const StreamLearner& learn = nullptr);

/// The same for all streams, in `parts` parts: `read_part(part, first, end)` reads each.
TextScore read_in_parts(const TokenWindows& windows, std::int64_t parts, const TaskRunner& run,
                        const std::function<TextScore(std::size_t part, std::int64_t first,
                                                      std::int64_t end)>& read_part);

/// The texts that a model writes for a data set's rows, without their ends.
struct WrittenRows {
  std::vector<std::vector<std::int32_t>> texts;
  // Of the texts that were wanted, each token read after those before it, the ends included.
  double loss = 0;         // sum of -ln p
  std::int64_t right = 0;  // tokens that were the most probable
  std::int64_t tokens = 0;

  /// Adds what ln p of a batch's tokens says of its targets. Shapes: log_probabilities [B, U, V],
  /// targets [B, U], target_lengths [B].
  void add(const torch::Tensor& log_probabilities, const torch::Tensor& targets,
           const torch::Tensor& target_lengths);
  /// Adds what was found of other rows; not their texts.
  void add(const WrittenRows& other);
};

class WorkerTeam {
 public:
  /// `workers` threads on the CPU; on another device the one calling thread. `model` outlives this.
  /// `products`: the type of the operands of products while training on another device; nothing:
  /// float32.
  WorkerTeam(SequenceModel model, torch::Device device, int workers,
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

  /// Of a tagger. Dropout is off.
  TaggedRows tag(const EncodedDataset& data);

  /// Of a model that writes text, greedily. Dropout is off.
  WrittenRows write(const EncodedDataset& data);

  /// Of a language model, which reads each stream from window to window. Dropout is off.
  TextScore read(const TokenWindows& windows);

  /// Runs task(0) ... task(count - 1) on the workers.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

  int size() const { return static_cast<int>(replicas_.size()); }

 private:
  void for_each_batch(
      const EncodedDataset& data, std::int64_t tokens,
      const std::function<void(std::size_t number, const std::vector<std::size_t>& rows)>& use);
  /// What a part of a batch needs besides its rows: see Batch.
  struct PartContext {
    NoiseKey key;
    std::int64_t first_row = 0;
    double rows_of_batch = 1;
    CarriedStates* carried = nullptr;
    double loss_scale = 1;
  };
  template <class Numbers>
  Batch batch_of(const EncodedDataset& data, const Numbers& rows) const;
  void sum_gradients(std::size_t parts);
  double gradients_of_part(SequenceModelImpl& replica, const EncodedDataset& data,
                           std::span<const std::int64_t> rows, const PartContext& context,
                           const LossOptions& loss, double units) const;
  torch::Device device_;
  std::optional<torch::ScalarType> products_;
  std::map<const EncodedDataset*, DeviceRows> on_device_;
  std::vector<SequenceModel> replicas_;  // the first is the model itself
  std::unique_ptr<ThreadPool> pool_;     // none for other devices
};

}  // namespace sequent
