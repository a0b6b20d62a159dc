#include "core/other_names.h"

#include <algorithm>
#include <array>

#include "core/nearest.h"

namespace sequent {
namespace {

struct OtherName {
  std::string_view name;
  std::string_view here;    // Sequent's name, suggested if it is allowed here
  std::string_view advice;  // suggested otherwise
};

constexpr std::string_view kLearningRate =
    "set it in \"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.001}";
constexpr std::string_view kUnits = "use \"units\" of the layer";
constexpr std::string_view kWidth = "use \"output_dim\" of the embedding";
constexpr std::string_view kMaxLength = "set \"input\": {\"type\": \"text\", \"max_length\": 100}";
constexpr std::string_view kVocabulary = "set \"vocabulary\": {\"max_size\": 20000} in \"input\"";
constexpr std::string_view kClip = "set \"clip_norm\" in \"training\"";
constexpr std::string_view kSeed = "set \"seed\" in \"training\"";
constexpr std::string_view kPool = "use {\"type\": \"pool\", \"mode\": \"max\"}";
constexpr std::string_view kMeanPool = "use {\"type\": \"pool\", \"mode\": \"mean\"}";

constexpr std::array kOtherNames = {
    OtherName{"beside", "concat", "an embedding has \"concat\""},
    OtherName{"row_label", "sequence_label", ""},
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
              "the embedding's size is inferred from the vocabulary: remove this option"},
    OtherName{"num_embeddings", "",
              "the embedding's size is inferred from the vocabulary: remove this option"},
    OtherName{"maxlen", "max_length", kMaxLength},
    OtherName{"max_len", "max_length", kMaxLength},
    OtherName{"sequence_length", "max_length", kMaxLength},
    OtherName{"vocab_size", "max_size", kVocabulary},
    OtherName{"num_words", "max_size", kVocabulary},
    OtherName{"max_features", "max_size", kVocabulary},
    OtherName{"max_tokens", "max_size", kVocabulary},
    OtherName{"validation_split", "", "set \"validation\": {\"fraction\": 0.1} in \"data\""},
    OtherName{"validation_data", "validation", "set \"validation\" in \"data\""},
    OtherName{"test_size", "", "set \"test\": {\"fraction\": 0.1} in \"data\""},
    OtherName{"text_column", "text", "set \"text\" in the \"format\" of \"data\""},
    OtherName{"label_column", "label", "set \"label\" in the \"format\" of \"data\""},
    OtherName{"sep", "", "set \"format\": {\"type\": \"csv\"} or {\"type\": \"tsv\"} in \"data\""},
    OtherName{"num_layers", "", "add one entry per layer to \"layers\""},
    OtherName{"recurrent_dropout", "weight_drop", "use \"weight_drop\" of a recurrent layer"},
    OtherName{"return_state", "",
              "states are carried over automatically where a task needs them: remove this option"},
    OtherName{"batch_first", "", "batches are always first: remove this option"},
    OtherName{"num_epochs", "epochs", "set \"epochs\" in \"training\""},
    OtherName{"n_epochs", "epochs", "set \"epochs\" in \"training\""},
    OtherName{"max_epochs", "epochs", "set \"epochs\" in \"training\""},
    OtherName{"clipnorm", "clip_norm", kClip},
    OtherName{"gradient_clip", "clip_norm", kClip},
    OtherName{"max_grad_norm", "clip_norm", kClip},
    OtherName{"grad_clip", "clip_norm", kClip},
    OtherName{"random_seed", "seed", kSeed},
    OtherName{"random_state", "seed", kSeed},
    OtherName{"patience", "", "set \"early_stopping\": {\"patience\": 3} in \"training\""},
    OtherName{"callbacks", "early_stopping", "set \"early_stopping\" in \"training\""},
    OtherName{"metrics", "", "reports always contain all metrics of the task: remove this option"},
    OtherName{"simplernn", "rnn", ""},
    OtherName{"bidirectional", "", "set \"bidirectional\": true in the recurrent layer itself"},
    OtherName{
        "timedistributed", "",
        "a dense layer after \"return_sequences\": true applies to each step: remove this layer"},
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
    OtherName{"textvectorization", "", "set these options in \"input\""},
    OtherName{"masking", "", "the embedding masks padding by default: remove this layer"},
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
    return "; Sequent calls it \"" + std::string(found->here) + "\"";
  }
  return found->advice.empty() ? "" : "; " + std::string(found->advice);
}

}  // namespace sequent
