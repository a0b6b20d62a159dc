// The stage of the fused engine for pairs whose texts have separate encoders.
#include <algorithm>
#include <array>
#include <utility>

#include "infer/stages.h"

namespace sequent {
namespace {

using kernels::StepPlan;

class EncodersStage : public Stage {
 public:
  EncodersStage(std::vector<StagePointer> shared, std::vector<StagePointer> first,
                std::vector<StagePointer> second)
      : shared_(std::move(shared)), encoders_{std::move(first), std::move(second)} {}

  void run(Flow& flow) const override {
    float* result = nullptr;
    for (std::size_t text = 0; text < encoders_.size(); ++text) {
      std::vector<InputRow> rows;
      std::vector<std::int64_t> lengths;
      for (std::size_t i = text; i < flow.inputs.size(); i += encoders_.size()) {
        rows.push_back(flow.inputs[i]);
        lengths.push_back(rows.back().length());
      }
      const StepPlan plan(lengths);
      Flow own{plan, flow.arena, {}, {}, plan.mirrored()};
      own.inputs = rows;
      read_rows(rows, own);
      for (const StagePointer& stage : shared_) stage->run(own);
      for (const StagePointer& stage : encoders_[text]) stage->run(own);
      if (result == nullptr) {
        result = flow.arena.take<float>(flow.inputs.size() * to_size(own.width));
      }
      for (std::size_t i = 0; i < rows.size(); ++i) {
        std::copy_n(own.values + i * to_size(own.width), own.width,
                    result + (encoders_.size() * i + text) * to_size(own.width));
      }
      flow.width = own.width;
    }
    flow.values = result;
    flow.is_sequence = false;
  }

 private:
  std::vector<StagePointer> shared_;
  std::array<std::vector<StagePointer>, 2> encoders_;
};

}  // namespace

StagePointer encoders_stage(std::vector<StagePointer> shared, std::vector<StagePointer> first,
                            std::vector<StagePointer> second) {
  return std::make_unique<EncodersStage>(std::move(shared), std::move(first), std::move(second));
}

}  // namespace sequent
