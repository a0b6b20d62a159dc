// Runs a model archive: load a Model, then construct the view that fits its task. A program needs
// only this header and the target sequent::infer, which link no LibTorch.
//
//   const sequent::Model model = sequent::Model::load("model.pt");
//   const sequent::Classifier classifier(model);
//   for (const auto& found : classifier.classify({"not as bad as I feared", "never again"})) {
//     std::cout << classifier.labels()[found.label] << ' ' << found.probability << '\n';
//   }
//
// All views share these properties:
// - The constructor refuses a model of another task, or one that reads another kind of input. The
//   error names the view that fits; no later call fails for that reason.
// - Predictions are in the order of the inputs. Each prediction is independent of the other inputs
//   in the call (on CPUs with AMX, bfloat16 results can differ in rounding).
// - Text is UTF-8. Errors: Data for a text that is not valid UTF-8; the message names its index.
// - Predictions are finite. Errors: Numeric if the model's output for an input is NaN or infinite,
//   as after numbers of 1e38; the message names its index.
// - Views are cheap to construct and to copy, and keep their model alive.
// - Threads: a view, or many views of one model, can be used from many threads at once. All calls
//   share the model's computing threads, and each call waits only for its own inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sequent/explanation.h"
#include "sequent/precision.h"

namespace sequent {

// ---- models -----------------------------------------------------------------------------------

/// What a model reads.
enum class InputKind {
  kText,              // std::string
  kTextPair,          // TextPair
  kSeries,            // Series
  kTextWithFeatures,  // TextWithFeatures
};

/// Two texts that a model compares.
struct TextPair {
  std::string first;
  std::string second;
};

/// A text and the further columns of its row.
struct TextWithFeatures {
  std::string text;
  std::vector<std::string> features;  // in the order of Model::features(); empty: missing
};

/// A sequence of numbers. Shapes: [steps, Model::channels()], step by step.
using Series = std::vector<double>;

enum class Engine {
  kFused,        // the library's own kernels
  kTorchScript,  // the archive's graph, run by LibTorch: linked in, or loaded as a plugin
};

struct ModelOptions {
  Engine engine = Engine::kFused;

  /// kTorchScript: run the archive's code even if it is not what this library generates for the
  /// archive's config. Such code can do anything: read and write files, run for ever. Set this only
  /// for an archive whose maker you trust.
  bool trust_code = false;

  /// Number of computing threads, which all calls share; 0: one per core. If the inputs of a call
  /// fit into one batch, the calling thread computes it.
  int threads = 0;

  /// Maximum number of tokens, including padding, that one thread computes at a time.
  std::int64_t batch_tokens = 8192;

  /// kFused: maximum memory, in MiB, of the cache of per-token products; 0: no cache.
  /// Range: 0 to 2^20.
  std::int64_t token_table_mib = 256;

  /// kFused: precision of the products in recurrent layers and in a language model's last layer.
  /// Range: float32, bfloat16 or auto.
  Precision precision = Precision::kFloat32;

  /// Keep what `explain` of the views needs: the weights as stored in the archive, which takes as
  /// much memory as the model itself.
  bool explanations = false;
};

class LoadedModel;

/// A loaded archive. Immutable and shared: a copy refers to the same weights and threads.
///
/// Threads: all functions can be called from many threads at once.
class Model {
 public:
  /// Nothing in the archive is executed, unless `trust_code` is set.
  /// Errors: Artifact if the file is missing, damaged, not made by Sequent or in a later format, or
  /// if kTorchScript is requested and the archive's code is not the library's own;
  /// Runtime if bfloat16 is requested and the CPU has no instructions for it, or if kTorchScript is
  /// requested and its plugin is missing or of another version; Usage for an option out of range,
  /// and for bfloat16 if the model does not run on the library's own kernels.
  static Model load(const std::filesystem::path& file, const ModelOptions& options = {});

  /// Loads an archive from memory; messages refer to it by `name`.
  static Model load(std::span<const std::byte> archive, const std::string& name,
                    const ModelOptions& options = {});

  /// The name of the task, as in configs: "classification", "tagging", ...
  const std::string& task() const;

  InputKind input() const;

  /// Number of values per step of a series; 0 if the model reads text.
  std::int64_t channels() const;

  /// The names of the columns that a model reads besides its text, as in the config's
  /// /input/features (an index for a table without a header); empty if it reads none.
  std::vector<std::string> features() const;

  /// The names of the outputs: classes, labels, tags or targets; empty if the model predicts
  /// tokens.
  const std::vector<std::string>& labels() const;

  /// The archive's `sequent.json`: config, vocabulary, labels, validation report, parity proof.
  const std::string& metadata_json() const;

  /// For the library itself.
  const LoadedModel& loaded() const { return *loaded_; }

 private:
  explicit Model(std::shared_ptr<const LoadedModel> loaded);
  std::shared_ptr<const LoadedModel> loaded_;
};

// ---- classification ---------------------------------------------------------------------------

struct ClassPrediction {
  std::int64_t label = 0;            // the most probable class: an index into labels()
  float probability = 0;             // of that class
  std::vector<float> probabilities;  // [labels], sum 1
  bool empty = false;                // a text had no token
  bool truncated = false;            // the input was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, those without an id; in 0..1
  bool abstained = false;            // the probability is below ClassifierOptions::abstain_below
  // The most probable class first; empty unless ClassifierOptions::set_level is given.
  std::vector<std::int64_t> prediction_set;
};

/// How a prediction set is made.
enum class PredictionSets {
  kLac,  // the smallest sets on average (Sadinle et al. 2019)
  kAps,  // sets that grow with the difficulty of the input (Romano et al. 2020)
};

struct ClassifierOptions {
  /// Predictions with a smaller probability are marked as abstained. Range: 0 to 1.
  double abstain_below = 0;

  /// Adds to each prediction a set of classes that contains the true one with this probability, if
  /// inputs come from the same source as the validation data (split conformal prediction). A set
  /// can be empty. Range: between 0 and 1.
  std::optional<double> set_level;
  PredictionSets sets = PredictionSets::kLac;
};

/// The view of a model that predicts one of several classes for each input.
template <class Input = std::string>  // or TextPair, Series or TextWithFeatures
class Classifier {
 public:
  /// Errors: Usage if the model is not a classifier, does not read `Input`, or an option is out of
  /// range; with a set_level, Artifact if the archive has no scores of its validation rows, and
  /// Usage if these are too few for the level; the message says how many are needed.
  explicit Classifier(const Model& model, const ClassifierOptions& options = {});

  /// The threshold that the archive was exported with, for ClassifierOptions::abstain_below;
  /// nothing if it has none.
  static std::optional<double> stored_threshold(const Model& model);

  /// Returns a prediction for each input. Errors: Data if a text is not UTF-8, a series has no
  /// step, an incomplete step or a value that is not finite, or a feature is no number or date;
  /// the message names the input's index.
  std::vector<ClassPrediction> classify(std::span<const Input> inputs) const;
  std::vector<ClassPrediction> classify(std::initializer_list<Input> inputs) const {
    return classify(std::span<const Input>(inputs.begin(), inputs.size()));
  }
  ClassPrediction classify(const Input& input) const {
    return std::move(classify(std::span<const Input>(&input, 1)).front());
  }

  /// Explains the predictions of texts and pairs: for each input, the predicted class, or the
  /// classes in the options. Errors: Data, as classify; Usage if the model was loaded without
  /// ModelOptions::explanations, has a layer without gradients (which the message names), or reads
  /// series, or if a label or an option is out of range.
  std::vector<std::vector<Explanation>> explain(std::span<const Input> inputs,
                                                const ExplainOptions& options = {}) const;
  /// Explains the prediction of one input.
  Explanation explain(const Input& input, const ExplainOptions& options = {}) const {
    return std::move(explain(std::span<const Input>(&input, 1), options).front().front());
  }

  /// The classes.
  const std::vector<std::string>& labels() const { return model_.labels(); }

 private:
  Model model_;
  ClassifierOptions options_;
  double set_bound_ = 0;  // of the classes' conformal scores
};

// ---- multi-label classification ---------------------------------------------------------------

struct LabelsPrediction {
  std::vector<std::int64_t> labels;  // those at or above their thresholds: indices into labels()
  std::vector<float> probabilities;  // [labels()], independent of each other
  bool empty = false;                // a text had no token
  bool truncated = false;            // the input was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, those without an id; in 0..1
};

/// The view of a model that predicts any number of labels for each input.
template <class Input = std::string>  // or TextPair, Series or TextWithFeatures
class MultiLabelClassifier {
 public:
  /// Errors: Usage if the model's task is not multi_label, or it does not read `Input`.
  explicit MultiLabelClassifier(const Model& model);

  /// Returns the labels of each input. Errors: Data, as Classifier::classify.
  std::vector<LabelsPrediction> classify(std::span<const Input> inputs) const;
  std::vector<LabelsPrediction> classify(std::initializer_list<Input> inputs) const {
    return classify(std::span<const Input>(inputs.begin(), inputs.size()));
  }
  LabelsPrediction classify(const Input& input) const {
    return std::move(classify(std::span<const Input>(&input, 1)).front());
  }

  /// Explains the predictions of texts and pairs: for each input, the predicted labels (without
  /// one, the most probable), or those in the options. Errors: Data, as classify; Usage if the
  /// model was loaded without ModelOptions::explanations, has a layer without gradients (which the
  /// message names), or reads series, or if a label or an option is out of range.
  std::vector<std::vector<Explanation>> explain(std::span<const Input> inputs,
                                                const ExplainOptions& options = {}) const;

  const std::vector<std::string>& labels() const { return model_.labels(); }

  /// The minimum probability at which a label is predicted. Shapes: [labels()]. Range: 0 to 1.
  const std::vector<double>& thresholds() const { return *thresholds_; }

 private:
  Model model_;
  std::shared_ptr<const std::vector<double>> thresholds_;
};

// ---- regression and forecasts -----------------------------------------------------------------

struct NumbersPrediction {
  std::vector<double> values;  // [targets], in their own units
  bool empty = false;          // a text had no token
  bool truncated = false;      // the input was longer than the model's max_length
  double unknown_share = 0;    // of the tokens read, those without an id; in 0..1
  std::vector<double> lower;   // [targets], of the interval; empty without RegressorOptions::level
  std::vector<double> upper;   // likewise
};

struct RegressorOptions {
  /// Adds to each prediction an interval for each target that contains the true number with this
  /// probability, if inputs come from the same source as the validation data (split conformal
  /// prediction). Range: between 0 and 1.
  std::optional<double> level;
};

/// The view of a model that predicts numbers.
template <class Input = std::string>  // or TextPair, Series or TextWithFeatures
class Regressor {
 public:
  /// Errors: Usage if the model does not predict numbers, or does not read `Input`; with a level,
  /// as Classifier.
  explicit Regressor(const Model& model, const RegressorOptions& options = {});

  /// Returns the targets' values for each input. Errors: Data, as Classifier::classify.
  std::vector<NumbersPrediction> predict(std::span<const Input> inputs) const;
  std::vector<NumbersPrediction> predict(std::initializer_list<Input> inputs) const {
    return predict(std::span<const Input>(inputs.begin(), inputs.size()));
  }
  NumbersPrediction predict(const Input& input) const {
    return std::move(predict(std::span<const Input>(&input, 1)).front());
  }

  /// Explains the predictions of texts and pairs: for each input, the targets.
  /// Errors: Data, as predict; Usage if the model was loaded without ModelOptions::explanations,
  /// has a layer without gradients (which the message names), or reads series, or if a label or an
  /// option is out of range.
  std::vector<std::vector<Explanation>> explain(std::span<const Input> inputs,
                                                const ExplainOptions& options = {}) const;

  /// The names of the predicted numbers.
  const std::vector<std::string>& targets() const { return model_.labels(); }

 private:
  Model model_;
  std::vector<double> half_widths_;  // [targets], of the intervals; empty without a level
};

// ---- tagging ----------------------------------------------------------------------------------

/// A token of a text and its tag. Offsets count Unicode code points, as Python's strings do.
struct TaggedToken {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t tag = 0;   // index into tags()
  float probability = 0;  // of that tag
};

/// A span marked by tags such as B-LOC and I-LOC: an entity. If the tags do not mark spans, each
/// token is one.
struct TaggedSpan {
  std::int64_t begin = 0;  // offsets as in TaggedToken
  std::int64_t end = 0;
  std::int64_t first_token = 0;  // tokens [first_token, end_token)
  std::int64_t end_token = 0;
  std::string type;
  float probability = 0;  // the minimum over its tokens
};

struct TaggedText {
  std::vector<TaggedToken> tokens;  // the tokens that the model reads: at most max_length
  std::vector<TaggedSpan> spans;
  std::int64_t sequence_label = -1;  // index into sequence_labels(); -1: none
  float sequence_probability = 0;    // of that label
  bool truncated = false;            // the text was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, those without an id; in 0..1
};

class TagSet;

/// The view of a model that predicts a tag for each token.
class Tagger {
 public:
  /// Errors: Usage if the model is not a tagger.
  explicit Tagger(const Model& model);

  /// Returns the tags of each text. The model's tokenizer splits the texts; a text without a token
  /// has an empty result. Errors: Data if a text is not UTF-8; the message names its index.
  std::vector<TaggedText> tag(std::span<const std::string> texts) const;
  std::vector<TaggedText> tag(std::initializer_list<std::string> texts) const {
    return tag(std::span(texts.begin(), texts.size()));
  }
  TaggedText tag(const std::string& text) const {
    return std::move(tag(std::span(&text, 1)).front());
  }

  /// The same for texts that are already split into tokens. Offsets refer to the tokens joined by
  /// single spaces.
  std::vector<TaggedText> tag(std::span<const std::vector<std::string>> token_lists) const;

  /// Explains the spans of each text: one explanation for each of TaggedText::spans, in order.
  /// Errors: Data, as tag; Usage, as Classifier::explain.
  std::vector<std::vector<Explanation>> explain(std::span<const std::string> texts,
                                                const ExplainOptions& options = {}) const;
  std::vector<std::vector<Explanation>> explain(
      std::span<const std::vector<std::string>> token_lists,
      const ExplainOptions& options = {}) const;

  const std::vector<std::string>& tags() const { return model_.labels(); }

  /// The labels of whole texts, such as their intents; empty if the model predicts only tags.
  const std::vector<std::string>& sequence_labels() const;

  /// Whether tags such as B-LOC mark spans; if not, each token is its own span.
  bool marks_spans() const;

 private:
  Model model_;
  std::shared_ptr<const TagSet> tags_;
};

// ---- language models --------------------------------------------------------------------------

/// The likelihood of a text under a language model.
struct TextLikelihood {
  std::int64_t tokens = 0;     // number of predicted tokens, including the end of the text
  double log_probability = 0;  // natural logarithm, summed over the tokens
  double unknown_share = 0;    // share of tokens that the model reads as <unk>

  /// e^(-log_probability / tokens).
  double perplexity() const;
};

/// How a language model generates text. Ranges: length, lines and top_k at least 0; temperature at
/// least 0 (0: always the most probable token); top_p in (0, 1].
struct GenerateOptions {
  std::int64_t length = 200;  // maximum number of tokens
  std::int64_t lines = 0;     // maximum number of lines; 0: no limit
  double temperature = 1;     // above 1: more random; below 1: more conservative
  std::int64_t top_k = 0;     // samples from the k most probable tokens; 0: from all
  double top_p = 1;           // samples from the most probable tokens with this total probability
  std::uint64_t seed = 1;     // the same seed gives the same text
};

/// The view of a model that predicts each token of a text from those before it.
class LanguageModel {
 public:
  /// Errors: Usage if the model is not a language model.
  explicit LanguageModel(const Model& model);

  /// Returns the likelihood of each text as a complete line. Errors: Data if a text
  /// is not UTF-8, naming its index.
  std::vector<TextLikelihood> score(std::span<const std::string> texts) const;
  std::vector<TextLikelihood> score(std::initializer_list<std::string> texts) const {
    return score(std::span(texts.begin(), texts.size()));
  }
  TextLikelihood score(const std::string& text) const { return score(std::span(&text, 1)).front(); }

  /// Returns the text that follows `prompt`, which may contain line ends. `use` receives each piece
  /// as soon as it is generated and returns false to stop. Never generates <unk>.
  /// Errors: Data if the prompt is not UTF-8 or the model knows none of its tokens; Usage if an
  /// option is out of range.
  std::string generate(std::string_view prompt, const GenerateOptions& options = {},
                       const std::function<bool(std::string_view piece)>& use = {}) const;

 private:
  Model model_;
};

// ---- sequence to sequence ---------------------------------------------------------------------

struct GeneratedText {
  std::string text;
  double log_probability = 0;  // natural
  bool empty = false;          // the source had no token
  bool truncated = false;      // the source was longer than the model's max_length
  double unknown_share = 0;    // share of its tokens without an id; in 0..1
};

struct TextToTextOptions {
  /// Width of the beam search: the number of candidates kept for each source. The one with the
  /// greatest probability per token is returned; 1: greedy decoding. Range: at least 1.
  std::int64_t beams = 1;
};

/// The view of a model that generates a text from another text.
class TextToText {
 public:
  /// Errors: Usage if the model's task is not sequence_to_sequence, or an option is out of range.
  explicit TextToText(const Model& model, const TextToTextOptions& options = {});

  /// Returns the generated text for each source. Errors: Data if a source is not UTF-8; the message
  /// names its index.
  std::vector<GeneratedText> generate(std::span<const std::string> sources) const;
  std::vector<GeneratedText> generate(std::initializer_list<std::string> sources) const {
    return generate(std::span(sources.begin(), sources.size()));
  }
  GeneratedText generate(const std::string& source) const {
    return std::move(generate(std::span(&source, 1)).front());
  }

 private:
  Model model_;
  TextToTextOptions options_;
};

// ---- vectors of texts -------------------------------------------------------------------------

/// The view of a model that turns texts into vectors, to compare texts with each other.
class TextEmbedder {
 public:
  /// Errors: Usage if the model reads series, predicts tags or tokens, has separate encoders for
  /// the texts of a pair, or does not run on the fused engine.
  explicit TextEmbedder(const Model& model);

  /// Returns the vectors that the layers compute for the texts: in a model for pairs the pair
  /// layer's input, otherwise the last layer's input. Shapes: -> [texts, width()], row-major.
  /// Errors: Data if a text is not UTF-8, naming its index.
  std::vector<float> embed(std::span<const std::string> texts) const;
  std::vector<float> embed(std::initializer_list<std::string> texts) const {
    return embed(std::span(texts.begin(), texts.size()));
  }
  std::vector<float> embed(const std::string& text) const { return embed(std::span(&text, 1)); }

  /// Number of values in each vector.
  std::int64_t width() const;

 private:
  Model model_;
};

extern template class Classifier<std::string>;
extern template class Classifier<TextPair>;
extern template class Classifier<Series>;
extern template class Classifier<TextWithFeatures>;
extern template class MultiLabelClassifier<std::string>;
extern template class MultiLabelClassifier<TextPair>;
extern template class MultiLabelClassifier<Series>;
extern template class MultiLabelClassifier<TextWithFeatures>;
extern template class Regressor<std::string>;
extern template class Regressor<TextPair>;
extern template class Regressor<Series>;
extern template class Regressor<TextWithFeatures>;

}  // namespace sequent
