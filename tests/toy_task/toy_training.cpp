// The training part of the toy task.
#include <algorithm>
#include <cmath>

#include "libtorch/device.h"
#include "tasks/row_training.h"
#include "toy_task/toy.h"
#include "train/targets.h"

namespace sequent {
namespace {

class ToyTraining : public RowTrainingTask {
 public:
  torch::Tensor predictions(const SequenceModelImpl&, const Batch&,
                            const torch::Tensor& output) const override {
    return torch::softmax(output, 1).to(torch::kFloat32);
  }

 protected:
  torch::Tensor loss_targets(const SequenceModelImpl&, const BatchPart& part) const override {
    return send_to(target_classes(part.data, part.rows), part.batch.input.device());
  }

  Report score(const Config&, const MeasuredRows& rows, const std::vector<float>& predictions,
               const WeightReader&) const override {
    MoodMetrics metrics;
    metrics.count = rows.data.size();
    const auto width = static_cast<std::ptrdiff_t>(rows.labels.size());
    for (std::int64_t row = 0; row < rows.data.size(); ++row) {
      const auto begin = predictions.begin() + row * width;
      const auto best = std::max_element(begin, begin + width) - begin;
      metrics.accuracy += best == rows.data.label(row) ? 1 : 0;
      metrics.loss -= std::log(begin[rows.data.label(row)]);
    }
    metrics.accuracy /= static_cast<double>(metrics.count);
    metrics.loss /= static_cast<double>(metrics.count);
    return mood_report(metrics);
  }
};

}  // namespace

const TrainingTask& toy_training() {
  static const ToyTraining task;
  return task;
}

}  // namespace sequent
