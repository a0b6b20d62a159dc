#include "train/transfer.h"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <vector>

#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/training_task.h"

namespace sequent {
namespace {

using Layers = std::vector<std::shared_ptr<LayerImpl>>;

constexpr const char* kPointer = "/training/init_from";

/// Returns the indices, in order, of the layers that have weights, except the model's last layer.
std::vector<std::size_t> weighted_layers(const SequenceModelImpl& model) {
  const Layers& layers = model.layers();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    if (model.layer_as<SequenceLabelImpl>(i) != nullptr) continue;  // a head: see copy_row_labels
    if (!layers[i]->parameters().empty()) places.push_back(i);
  }
  return places;
}

/// Returns whether the first dimension of an embedding's parameter is the vocabulary.
bool has_token_rows(const EmbeddingImpl& embedding, const std::string& name,
                    const torch::Tensor& parameter) {
  return embedding.has_table(parameter) || name.ends_with("spellings");
}

/// Returns a title such as `layers.1 (embedding)`.
std::string titled(const Layers& layers, std::size_t place) {
  return "layers." + std::to_string(place) + " (" + std::string(layers[place]->kind()) + ")";
}

std::string shapes_of(const LayerImpl& layer) {
  std::ostringstream text;
  text << layer.kind();
  for (const auto& named : layer.named_parameters()) {
    text << " " << named.key() << " " << named.value().sizes();
  }
  return text.str();
}

/// Returns whether all weights of one layer can be copied to the other. An embedding may have
/// additional concatenated parts, and the layer that reads it `more_inputs` additional columns for
/// them. `embedding` is `to` if that is an embedding, and null otherwise. `copies`: the number of
/// texts for which `to` has weights of its own and `from` has not.
bool fits(const LayerImpl& from, const LayerImpl& to, const EmbeddingImpl* embedding,
          std::int64_t more_inputs, std::size_t copies) {
  const auto theirs = from.named_parameters();
  const auto ours = to.named_parameters();
  const bool may_have_more = embedding != nullptr;
  if (from.kind() != to.kind() || (theirs.size() * copies != ours.size() && !may_have_more)) {
    return false;
  }
  return std::all_of(theirs.begin(), theirs.end(), [&](const auto& named) {
    const torch::Tensor& other = named.value();
    const torch::Tensor* own = ours.find(named.key());
    if (own == nullptr || own->dim() != other.dim()) return false;
    for (std::int64_t d = 0; d < other.dim(); ++d) {
      const bool is_vocabulary =
          d == 0 && embedding != nullptr && has_token_rows(*embedding, named.key(), *own);
      const bool is_wider = d == 1 && own->size(1) == other.size(1) + more_inputs;
      if (own->size(d) != other.size(d) && !is_vocabulary && !is_wider) return false;
    }
    return true;
  });
}

/// Returns whether the ids of categories mean the same values in both models.
bool has_same_categories(const Config& from, const Config& to) {
  const auto values = [](const Config& config) {
    std::vector<std::vector<std::string>> lists;
    for (const FeatureSpec& feature : features_of(config.input)) {
      const auto* category = std::get_if<CategoryFeature>(&feature);
      if (category != nullptr) lists.push_back(category->values);
    }
    return lists;
  };
  return values(from) == values(to);
}

/// Returns the number of copied outputs; 0 if the heads do not match.
std::int64_t copy_head(const LoadedRun& origin, const LabelSet& labels, SequenceModelImpl& model) {
  const LayerImpl& from = *origin.model->layers().back();
  const LayerImpl& to = *model.layers().back();
  const auto theirs = from.named_parameters();
  const auto ours = to.named_parameters();
  const auto width = [](const auto& parameters) {
    const torch::Tensor* weight = parameters.find("weight");
    return weight == nullptr ? 0 : weight->size(1);
  };
  if (from.kind() != to.kind() || origin.text.config.task != model.config().config.task ||
      theirs.size() != ours.size() || width(theirs) != width(ours) ||
      model.config().is_binary() != origin.model->config().is_binary()) {
    return 0;
  }
  return training_task(model.config().config).take_head(origin, labels, model);
}

/// Returns the index of the head for whole rows, or nothing if there is none.
std::optional<std::size_t> sequence_label_index(const SequenceModelImpl& model) {
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    if (model.layer_as<SequenceLabelImpl>(i) != nullptr) return i;
  }
  return std::nullopt;
}

/// Copies the outputs of labels with equal names. Returns their number; 0 if the heads do not
/// match.
std::int64_t copy_row_labels(const LoadedRun& origin, const LabelSet& labels, const LayerImpl& from,
                             LayerImpl& to) {
  const auto theirs = from.named_parameters();
  const auto ours = to.named_parameters();
  if (theirs["weight"].size(1) != ours["weight"].size(1)) return 0;
  std::int64_t taken = 0;
  for (std::int64_t label = 0; label < labels.sequence_size(); ++label) {
    const auto known = origin.text.labels.find_sequence_label(
        labels.sequence_names()[static_cast<std::size_t>(label)]);
    if (!known) continue;
    for (const char* name : {"weight", "bias"}) ours[name][label].copy_(theirs[name][*known]);
    ++taken;
  }
  return taken;
}

/// Describes for the log which layers were copied.
class Taken {
 public:
  void add(const std::string& layer) { taken_ += (taken_.empty() ? "" : ", ") + layer; }
  void leave(const std::string& layer) { left_ += (left_.empty() ? "" : ", ") + layer; }
  std::string text() const {
    return "taken: " + taken_ + (left_.empty() ? "" : "; newly initialized: " + left_);
  }

 private:
  std::string taken_;
  std::string left_;
};

}  // namespace

OutputPairs pair_labels(const LabelSet& from, const LabelSet& to) {
  OutputPairs pairs;
  for (std::int64_t i = 0; i < to.size(); ++i) {
    const std::optional<std::int64_t> found = from.find(to.name(i));
    if (!found) continue;
    pairs.from.push_back(*found);
    pairs.to.push_back(i);
  }
  return pairs;
}

OutputPairs pair_first(std::int64_t count) {
  OutputPairs pairs;
  pairs.from.resize(static_cast<std::size_t>(count));
  std::iota(pairs.from.begin(), pairs.from.end(), 0);
  pairs.to = pairs.from;
  return pairs;
}

void copy_rows(const torch::Tensor& from, const torch::Tensor& to, const OutputPairs& pairs) {
  const torch::Tensor from_rows = torch::tensor(pairs.from, torch::kInt64);
  const torch::Tensor to_rows = torch::tensor(pairs.to, torch::kInt64);
  to.index_copy_(0, to_rows, from.index_select(0, from_rows));
}

std::int64_t copy_outputs(const LayerImpl& from, const LayerImpl& to, const OutputPairs& pairs) {
  if (pairs.to.empty()) return 0;
  const auto theirs = from.named_parameters();
  for (const auto& named : to.named_parameters()) {
    copy_rows(theirs[named.key()], named.value(), pairs);
  }
  return static_cast<std::int64_t>(pairs.to.size());
}

void copy_layer(const LayerImpl& from, const LayerImpl& to) {
  const auto ours = to.named_parameters();
  for (const auto& named : from.named_parameters()) {
    const torch::Tensor& value = named.value();
    // Known tokens have the same ids in both models.
    torch::Tensor target = ours[named.key()].narrow(0, 0, value.size(0));
    if (value.dim() > 1) target = target.narrow(1, 0, value.size(1));
    target.copy_(value);
  }
}

LoadedRun load_origin(const Config& config) {
  LoadedRun origin = load_run(config.resolve_path(*config.training.init_from));
  const auto* theirs = std::get_if<TextInput>(&origin.text.config.input);
  const auto* ours = std::get_if<TextInput>(&config.input);
  if ((theirs == nullptr) != (ours == nullptr)) {
    throw Error(ErrorKind::kConfig, config.in_file(kPointer),
                origin.folder.string() + " reads " + (theirs == nullptr ? "numbers" : "text") +
                    ", but this model reads " + (ours == nullptr ? "numbers" : "text"));
  }
  if (ours != nullptr && !(theirs->tokenizer == ours->tokenizer)) {
    throw Error(ErrorKind::kConfig, config.in_file(kPointer),
                origin.folder.string() +
                    " uses another tokenizer, so that its tokens differ from those of this model; "
                    "use its /input/tokenizer");
  }
  return origin;
}

std::string take_weights(const LoadedRun& origin, const LabelSet& labels,
                         SequenceModelImpl& model) {
  const torch::NoGradGuard no_gradient;
  const Layers& from = origin.model->layers();
  const Layers& to = model.layers();
  const std::vector<std::size_t> theirs = weighted_layers(*origin.model);
  const std::vector<std::size_t> ours = weighted_layers(model);
  Taken taken;
  std::size_t paired = 0;
  std::int64_t more_inputs = 0;
  const bool same_categories = has_same_categories(origin.text.config, model.config().config);
  for (; paired < std::min(theirs.size(), ours.size()); ++paired) {
    const std::size_t source = theirs[paired];
    const std::size_t target = ours[paired];
    if (!same_categories && model.layer_as<FeaturesImpl>(target) != nullptr) break;
    // Separate encoders start from the weights of a shared one.
    const LayerImpl* second =
        origin.model->second_layer(source) == nullptr ? model.second_layer(target) : nullptr;
    if (!fits(*from[source], *to[target], model.layer_as<EmbeddingImpl>(target), more_inputs,
              second == nullptr ? 1 : 2)) {
      break;
    }
    copy_layer(*from[source], *to[target]);
    if (second != nullptr) copy_layer(*from[source], *second);
    more_inputs =
        model.config().outputs[target].width - origin.model->config().outputs[source].width;
    taken.add(titled(to, target) + (second != nullptr ? " for each text" : "") +
              (more_inputs > 0 ? " without " + std::to_string(more_inputs) + " new columns" : ""));
  }
  if (paired == 0) {
    throw Error(ErrorKind::kConfig, model.config().config.in_file(kPointer),
                theirs.empty() || ours.empty()
                    ? "found no layer with weights before the last one"
                    : "no layer matches: the first layer with weights is " +
                          shapes_of(*from[theirs[0]]) + " there and " + shapes_of(*to[ours[0]]) +
                          " here");
  }
  for (std::size_t i = paired; i < ours.size(); ++i) taken.leave(titled(to, ours[i]));
  if (const auto row_head = sequence_label_index(model)) {
    const auto theirs_at = sequence_label_index(*origin.model);
    const std::int64_t outputs =
        theirs_at ? copy_row_labels(origin, labels, *from[*theirs_at], *to[*row_head]) : 0;
    const std::string title = titled(to, *row_head);
    if (outputs > 0) taken.add(title + " with " + std::to_string(outputs) + " of its labels");
    if (outputs == 0) taken.leave(title);
  }
  const bool whole = paired == theirs.size() && paired == ours.size();
  const std::int64_t outputs = whole ? copy_head(origin, labels, model) : 0;
  const std::string head = titled(to, to.size() - 1);
  if (outputs > 0 && !model.config().is_binary()) {
    taken.add(head + " with " + std::to_string(outputs) + " of its outputs");
  } else if (outputs > 0) {
    taken.add(head);
  } else {
    taken.leave(head);
  }
  std::string known;
  if (std::holds_alternative<TextInput>(origin.text.config.input)) {
    known = std::to_string(origin.text.vocabulary.size()) + " known tokens; ";
  }
  const std::string text = known + taken.text();
  log_info(origin.folder.string() + ": " + text);
  return text;
}

}  // namespace sequent
