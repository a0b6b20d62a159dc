#include "torchscript/linked_engine.h"

#include "libtorch/compute_threads.h"
#include "torchscript/engine.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

class LinkedGraphEngine : public GraphEngine {
 public:
  explicit LinkedGraphEngine(const GraphModel& model)
      : engine_(model.trust_code ? trusted_graph(model.archive)
                                 : verified_graph(model.source, model.archive),
                model.form) {}

  std::vector<float> predict(const EncodedRows& rows) const override {
    const torch::Tensor found = engine_.predict(rows);
    const auto* values = found.data_ptr<float>();
    return {values, values + found.numel()};
  }

  std::vector<TaggedRow> tag(const EncodedRows& rows) const override { return engine_.tag(rows); }

  std::vector<GeneratedRow> write(const EncodedRows& sources, std::int64_t beams) const override {
    return engine_.write(sources, beams);
  }

  const TextModel& text_model() const override { return engine_; }

  void enter_thread() const override { enter_compute_thread(); }

  void run_here(const std::function<void()>& task) const override {
    const ComputeScope scope;
    task();
  }

  std::string speed_note() const override { return slow_blas_note(); }

 private:
  TorchScriptEngine engine_;
};

}  // namespace

std::unique_ptr<GraphEngine> make_linked_engine(const GraphModel& model) {
  return std::make_unique<LinkedGraphEngine>(model);
}

}  // namespace sequent
