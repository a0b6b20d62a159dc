#include <memory>
#include <utility>

#include "data/feature_encoder.h"
#include "data/row_faults.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/error.h"
#include "sequent/inference.h"
#include "tasks/inference_task.h"

namespace sequent {

Model::Model(std::shared_ptr<const LoadedModel> loaded) : loaded_(std::move(loaded)) {}

Model Model::load(const std::filesystem::path& file, const ModelOptions& options) {
  return Model(std::make_shared<const LoadedModel>(load_archive(file), file.string(), options));
}

Model Model::load(std::span<const std::byte> archive, const std::string& name,
                  const ModelOptions& options) {
  return Model(std::make_shared<const LoadedModel>(load_archive(archive, name), name, options));
}

const std::string& Model::task() const { return loaded_->config().task.name(); }
InputKind Model::input() const { return loaded_->input(); }
std::int64_t Model::channels() const { return loaded_->channels(); }
std::vector<std::string> Model::features() const {
  return feature_names(features_of(loaded_->config().input));
}
const std::vector<std::string>& Model::labels() const { return loaded_->labels(); }
const std::string& Model::metadata_json() const { return loaded_->metadata_json(); }

std::string view_name(std::string_view view, InputKind input) {
  std::string name(view);
  if (input == InputKind::kTextPair) name += "<TextPair>";
  if (input == InputKind::kSeries) name += "<Series>";
  if (input == InputKind::kTextWithFeatures) name += "<TextWithFeatures>";
  return name;
}

namespace {

/// What a model reads, for messages.
std::string kind_text(const Model& model) {
  switch (model.input()) {
    case InputKind::kText:
      return "text";
    case InputKind::kTextPair:
      return "pairs of texts";
    case InputKind::kSeries:
      return "sequences of numbers";
    case InputKind::kTextWithFeatures:
      return "text with the features " + list_names(model.features());
  }
  return "";
}

}  // namespace

void require_view(const Model& model, const std::string& view) {
  const LoadedModel& loaded = model.loaded();
  const std::string fitting = inference_task(loaded.config().task).view(model.input());
  if (fitting == view) return;
  const std::string input = kind_text(model);
  throw Error(ErrorKind::kUsage, loaded.name(),
              "the model's task is " + model.task() + " and it reads " + input + "; use " +
                  fitting + " instead of " + view);
}

}  // namespace sequent
