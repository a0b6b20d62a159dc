// The inference part of the toy task, which predicts the mood of records.
#include <algorithm>

#include "batch/record_inputs.h"
#include "infer/loaded_model.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

struct Mood {
  std::size_t label = 0;
  bool empty = false;
  bool truncated = false;
  double unknown_share = 0;
};

class MoodRecords : public AnswererOf<Mood> {
 public:
  MoodRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix), model_(model) {}

  std::vector<std::string> names() const override { return {"mood"}; }

  std::string answer_line(const std::string& line) const override {
    const std::vector<std::string> texts{line};
    return model_.labels()[moods_of(texts).front().label];
  }

 protected:
  std::vector<Mood> answers_to(const std::vector<Record>& window) const override {
    return moods_of(inputs_of<std::string>(window));
  }
  void append_json(std::string& out, const Record&, const Mood& mood) const override {
    append_key(out, "mood");
    append_json_string(out, model_.labels()[mood.label]);
  }

 private:
  std::vector<Mood> moods_of(const std::vector<std::string>& texts) const {
    return answer_inputs<Mood>(model_.loaded(), std::span<const std::string>(texts),
                               [](Mood& mood, std::span<const float> outputs) {
                                 const auto best = std::max_element(outputs.begin(), outputs.end());
                                 mood.label = static_cast<std::size_t>(best - outputs.begin());
                               });
  }

  Model model_;
};

class ToyInference : public InferenceTask {
 public:
  std::string view(InputKind) const override { return "MoodRecords"; }
  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return std::make_unique<MoodRecords>(model, options);
  }
};

}  // namespace

const InferenceTask& toy_inference() {
  static const ToyInference task;
  return task;
}

}  // namespace sequent
