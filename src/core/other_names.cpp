#include "core/other_names.h"

#include <algorithm>
#include <array>

#include "core/nearest.h"

namespace sequent {
namespace {

struct OtherName {
  std::string_view name;
  std::string_view here;    // a name that may be allowed where the other stands
  std::string_view advice;  // where it is not
};

constexpr std::string_view kLearningRate =
    "write it into \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.001}";
constexpr std::string_view kUnits = "layers have \"units\"";
constexpr std::string_view kWidth = "an embedding has \"output_dim\"";
constexpr std::string_view kMaxLength =
    "write \"input\": {\"type\": \"text\", \"max_length\": 100}";
constexpr std::string_view kVocabulary =
    "write \"vocabulary\": {\"max_size\": 20000} into \"input\"";
constexpr std::string_view kClip = "write \"clip_norm\" into \"training\"";
constexpr std::string_view kSeed = "write \"seed\" into \"training\"";
constexpr std::string_view kPool = "write {\"type\": \"pool\", \"mode\": \"max\"}";
constexpr std::string_view kMeanPool = "write {\"type\": \"pool\", \"mode\": \"mean\"}";

constexpr std::array kOtherNames = {
    OtherName{"lr", "learning_rate", kLearningRate},
    OtherName{"learning_rate", "learning_rate", kLearningRate},
    OtherName{"hidden_size", "units", kUnits},
    OtherName{"hidden_dim", "units", kUnits},
    OtherName{"num_units", "units", kUnits},
    OtherName{"out_features", "units", kUnits},
    OtherName{"embedding_dim", "output_dim", kWidth},
    OtherName{"embed_dim", "output_dim", kWidth},
    OtherName{"embedding_size", "output_dim", kWidth},
    OtherName{"input_dim", "",
              "an embedding has a row for each token of the vocabulary: leave it out"},
    OtherName{"num_embeddings", "",
              "an embedding has a row for each token of the vocabulary: leave it out"},
    OtherName{"maxlen", "max_length", kMaxLength},
    OtherName{"max_len", "max_length", kMaxLength},
    OtherName{"sequence_length", "max_length", kMaxLength},
    OtherName{"vocab_size", "max_size", kVocabulary},
    OtherName{"num_words", "max_size", kVocabulary},
    OtherName{"max_features", "max_size", kVocabulary},
    OtherName{"max_tokens", "max_size", kVocabulary},
    OtherName{"validation_split", "", "write \"validation\": {\"fraction\": 0.1} into \"data\""},
    OtherName{"validation_data", "validation", "write \"validation\" into \"data\""},
    OtherName{"test_size", "", "write \"test\": {\"fraction\": 0.1} into \"data\""},
    OtherName{"text_column", "text", "write \"text\" into the \"format\" of \"data\""},
    OtherName{"label_column", "label", "write \"label\" into the \"format\" of \"data\""},
    OtherName{"sep", "",
              "write \"format\": {\"type\": \"csv\"} or {\"type\": \"tsv\"} into \"data\""},
    OtherName{"num_layers", "", "write a layer for each into \"layers\""},
    OtherName{"recurrent_dropout", "weight_drop", "recurrent layers have \"weight_drop\""},
    OtherName{"return_state", "", "states are carried where a task needs them: leave it out"},
    OtherName{"batch_first", "", "it is always so: leave it out"},
    OtherName{"num_epochs", "epochs", "write \"epochs\" into \"training\""},
    OtherName{"n_epochs", "epochs", "write \"epochs\" into \"training\""},
    OtherName{"max_epochs", "epochs", "write \"epochs\" into \"training\""},
    OtherName{"clipnorm", "clip_norm", kClip},
    OtherName{"gradient_clip", "clip_norm", kClip},
    OtherName{"max_grad_norm", "clip_norm", kClip},
    OtherName{"grad_clip", "clip_norm", kClip},
    OtherName{"random_seed", "seed", kSeed},
    OtherName{"random_state", "seed", kSeed},
    OtherName{"patience", "", "write \"early_stopping\": {\"patience\": 3} into \"training\""},
    OtherName{"callbacks", "early_stopping", "write \"early_stopping\" into \"training\""},
    OtherName{"metrics", "", "reports have all metrics of their task: leave it out"},
    OtherName{"simplernn", "rnn", ""},
    OtherName{"bidirectional", "", "write \"bidirectional\": true into the layer itself"},
    OtherName{"timedistributed", "",
              "a dense layer behind \"return_sequences\": true reads each step: leave it out"},
    OtherName{"linear", "dense", ""},
    OtherName{"globalmaxpooling1d", "pool", kPool},
    OtherName{"maxpooling1d", "pool", kPool},
    OtherName{"max_pool", "pool", kPool},
    OtherName{"globalaveragepooling1d", "pool", kMeanPool},
    OtherName{"averagepooling1d", "pool", kMeanPool},
    OtherName{"flatten", "pool", kPool},
    OtherName{"layernormalization", "layer_norm", ""},
    OtherName{"layernorm", "layer_norm", ""},
    OtherName{"spatialdropout1d", "spatial_dropout", ""},
    OtherName{"textvectorization", "", "write it into \"input\""},
    OtherName{"masking", "", "an embedding masks padding by itself: leave it out"},
    OtherName{"mse", "mean_squared_error", ""},
    OtherName{"mae", "mean_absolute_error", ""},
    OtherName{"val_loss", "loss", ""},
    OtherName{"val_accuracy", "accuracy", ""},
    OtherName{"val_acc", "accuracy", ""},
    OtherName{"acc", "accuracy", ""},
    OtherName{"crossentropy", "categorical_crossentropy", ""},
    OtherName{"cross_entropy", "categorical_crossentropy", ""},
    OtherName{"sparse_categorical_crossentropy", "categorical_crossentropy", ""},
};

}  // namespace

std::string suggest_name(std::string_view name, const std::vector<std::string>& allowed) {
  std::string wanted = lower_ascii(name);
  const auto* found = std::find_if(kOtherNames.begin(), kOtherNames.end(),
                                   [&](const OtherName& other) { return other.name == wanted; });
  if (found == kOtherNames.end()) return did_you_mean(name, allowed);
  if (std::find(allowed.begin(), allowed.end(), found->here) != allowed.end()) {
    return "; here it is \"" + std::string(found->here) + "\"";
  }
  return found->advice.empty() ? "" : "; here " + std::string(found->advice);
}

}  // namespace sequent
