// Runs a model archive: load a Model, then construct the view that fits its task. Includes no
// LibTorch; a program needs this header and sequent::infer.
//
//   const sequent::Model model = sequent::Model::load("model.pt");
//   const sequent::Classifier classifier(model);
//   for (const auto& found : classifier.classify({"not as bad as I feared", "never again"})) {
//     std::cout << classifier.labels()[found.label] << ' ' << found.probability << '\n';
//   }
//
// What all views have in common:
// - The constructor refuses a model of another task, or one that reads another kind of input. The
//   error names the view that fits; no call fails for that reason later.
// - Answers come in the order of the inputs. Each is the same whatever else is in the call (in
//   bfloat16 on CPUs with AMX to rounding).
// - Text is UTF-8. Errors: Data for a text that is not, naming its index in the call.
// - Views are cheap to construct and to copy, and keep their model alive.
// - Threads: one view, or many of one model, may be used from many threads at once. All calls share
//   the model's computing threads, and each waits for its own inputs alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sequent/precision.h"

namespace sequent {

// ---- models -----------------------------------------------------------------------------------

/// What a model reads.
enum class InputKind {
  kText,      // std::string
  kTextPair,  // TextPair
  kSeries,    // Series
};

/// Two texts that a model compares.
struct TextPair {
  std::string first;
  std::string second;
};

/// A sequence of numbers. Shapes: [steps, Model::channels()], step by step.
using Series = std::vector<float>;

enum class Engine {
  kFused,        // the library's own kernels
  kTorchScript,  // the archive's graph, run by LibTorch
};

struct ModelOptions {
  /// A model with a layer that has no kernel runs on kTorchScript in either case.
  Engine engine = Engine::kFused;

  /// Computing threads, which all calls share; 0: one per core. A call whose inputs fit into one
  /// batch is computed in the calling thread.
  int threads = 0;

  /// Greatest number of tokens, padding included, that one thread computes at a time.
  std::int64_t batch_tokens = 8192;

  /// kFused: most memory, in MiB, for what is computed once per token and kept; 0: nothing is kept.
  /// Range: 0 to 2^20.
  std::int64_t token_table_mib = 256;

  /// kFused: of the products in recurrent layers, and in a language model's last layer. Range:
  /// float32, bfloat16 or auto.
  Precision precision = Precision::kFloat32;
};

class LoadedModel;

/// A loaded archive. Immutable and shared: a copy refers to the same weights and threads.
///
/// Threads: all functions may be called from many at once.
class Model {
 public:
  /// Errors: Artifact if the file is missing, truncated, not made by Sequent or of a later format;
  /// Runtime if bfloat16 is requested and the CPU has no instructions for it; Usage for an option
  /// out of range, and for bfloat16 if the model does not run on the library's own kernels.
  static Model load(const std::filesystem::path& file, const ModelOptions& options = {});

  /// The same from an archive in memory; `name` stands for it in messages.
  static Model load(std::span<const std::byte> archive, const std::string& name,
                    const ModelOptions& options = {});

  /// The name of the task, as configs write it: "classification", "tagging", ...
  const std::string& task() const;

  InputKind input() const;

  /// Numbers per step of a series; 0 if the model reads text.
  std::int64_t channels() const;

  /// The names of the outputs: classes, labels, tags or targets; none if the model predicts tokens.
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
};

/// The view of a model that gives each input one of several classes.
template <class Input = std::string>  // or TextPair or Series
class Classifier {
 public:
  /// Errors: Usage if the model is no classifier, or does not read `Input`.
  explicit Classifier(const Model& model);

  /// Returns a prediction for each input. Errors: Data if a text is not UTF-8, or a series has no
  /// step, an incomplete step or a value that is not finite; each names the input's index.
  std::vector<ClassPrediction> classify(std::span<const Input> inputs) const;
  std::vector<ClassPrediction> classify(std::initializer_list<Input> inputs) const {
    return classify(std::span<const Input>(inputs.begin(), inputs.size()));
  }
  ClassPrediction classify(const Input& input) const {
    return std::move(classify(std::span<const Input>(&input, 1)).front());
  }

  /// The classes.
  const std::vector<std::string>& labels() const { return model_.labels(); }

 private:
  Model model_;
};

// ---- multi-label classification ---------------------------------------------------------------

struct LabelsPrediction {
  std::vector<std::int64_t> labels;  // those that reach their thresholds: indices into labels()
  std::vector<float> probabilities;  // [labels()], each on its own
  bool empty = false;                // a text had no token
  bool truncated = false;            // the input was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, those without an id; in 0..1
};

/// The view of a model that gives each input any number of labels.
template <class Input = std::string>  // or TextPair or Series
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

  const std::vector<std::string>& labels() const { return model_.labels(); }

  /// The least probability with which a label is given. Shapes: [labels()]. Range: 0 to 1.
  const std::vector<double>& thresholds() const { return *thresholds_; }

 private:
  Model model_;
  std::shared_ptr<const std::vector<double>> thresholds_;
};

// ---- regression and forecasts -----------------------------------------------------------------

struct NumbersPrediction {
  std::vector<float> values;  // [targets], in their own units
  bool empty = false;         // a text had no token
  bool truncated = false;     // the input was longer than the model's max_length
  double unknown_share = 0;   // of the tokens read, those without an id; in 0..1
};

/// The view of a model that predicts numbers.
template <class Input = std::string>  // or TextPair or Series
class Regressor {
 public:
  /// Errors: Usage if the model predicts no numbers, or does not read `Input`.
  explicit Regressor(const Model& model);

  /// Returns the targets' values for each input. Errors: Data, as Classifier::classify.
  std::vector<NumbersPrediction> predict(std::span<const Input> inputs) const;
  std::vector<NumbersPrediction> predict(std::initializer_list<Input> inputs) const {
    return predict(std::span<const Input>(inputs.begin(), inputs.size()));
  }
  NumbersPrediction predict(const Input& input) const {
    return std::move(predict(std::span<const Input>(&input, 1)).front());
  }

  /// The names of the predicted numbers.
  const std::vector<std::string>& targets() const { return model_.labels(); }

 private:
  Model model_;
};

// ---- tagging ----------------------------------------------------------------------------------

/// A token of a text and its tag. Offsets count Unicode code points, as Python's strings do.
struct TaggedToken {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t tag = 0;   // index into tags()
  float probability = 0;  // of that tag
};

/// What tags such as B-LOC, I-LOC mark: an entity. Where tags mark none it is a single token.
struct TaggedSpan {
  std::int64_t begin = 0;  // offsets as in TaggedToken
  std::int64_t end = 0;
  std::int64_t first_token = 0;  // tokens [first_token, end_token)
  std::int64_t end_token = 0;
  std::string type;
  float probability = 0;  // the least of its tokens'
};

struct TaggedText {
  std::vector<TaggedToken> tokens;  // those the model reads: at most its max_length
  std::vector<TaggedSpan> spans;
  std::int64_t sequence_label = -1;  // index into sequence_labels(); -1: none is given
  float sequence_probability = 0;    // of that label
  bool truncated = false;            // the text was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, those without an id; in 0..1
};

class TagSet;

/// The view of a model that gives each token a tag.
class Tagger {
 public:
  /// Errors: Usage if the model is no tagger.
  explicit Tagger(const Model& model);

  /// Returns the tags of each text. The model's tokenizer splits the texts; a text without a token
  /// has an empty answer. Errors: Data if a text is not UTF-8, naming its index.
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

  const std::vector<std::string>& tags() const { return model_.labels(); }

  /// The labels of whole texts, such as their intents; none if the model gives tags alone.
  const std::vector<std::string>& sequence_labels() const;

  /// Whether tags such as B-LOC mark spans; if not, each token is a span of its own.
  bool marks_spans() const;

 private:
  Model model_;
  std::shared_ptr<const TagSet> tags_;
};

// ---- language models --------------------------------------------------------------------------

/// How likely a language model finds a text.
struct TextLikelihood {
  std::int64_t tokens = 0;     // predicted: those of the text, and its end
  double log_probability = 0;  // natural, of all of them together
  double unknown_share = 0;    // of the tokens, those that the model knows as <unk> alone

  /// e^(-log_probability / tokens).
  double perplexity() const;
};

/// How a language model generates text. Ranges: length, lines and top_k at least 0; temperature at
/// least 0 (0: always the most probable token); top_p in (0, 1].
struct GenerateOptions {
  std::int64_t length = 200;  // most tokens
  std::int64_t lines = 0;     // ends after as many lines; 0: no limit
  double temperature = 1;     // above 1 bolder, below 1 more careful
  std::int64_t top_k = 0;     // draws among the k most probable tokens; 0: among all
  double top_p = 1;           // draws among the most probable that together have this probability
  std::uint64_t seed = 1;     // the same seed gives the same text
};

/// The view of a model that predicts each token of a text from those before it.
class LanguageModel {
 public:
  /// Errors: Usage if the model is no language model.
  explicit LanguageModel(const Model& model);

  /// Returns how likely each text is, read from a line's start to its end. Errors: Data if a text
  /// is not UTF-8, naming its index.
  std::vector<TextLikelihood> score(std::span<const std::string> texts) const;
  std::vector<TextLikelihood> score(std::initializer_list<std::string> texts) const {
    return score(std::span(texts.begin(), texts.size()));
  }
  TextLikelihood score(const std::string& text) const { return score(std::span(&text, 1)).front(); }

  /// Returns the text that follows `prompt`, which may contain line ends. `use` receives each piece
  /// as soon as it is generated; it returns false to end the text. Never generates <unk>.
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
  bool truncated = false;      // it was longer than the model's max_length
  double unknown_share = 0;    // of its tokens, those without an id; in 0..1
};

struct TextToTextOptions {
  /// Width of the beam search: candidates kept for each source, of which the one with the greatest
  /// probability per token is returned; 1: always the most probable token. Range: at least 1.
  std::int64_t beams = 1;
};

/// The view of a model that answers a text with another.
class TextToText {
 public:
  /// Errors: Usage if the model's task is not sequence_to_sequence, or an option is out of range.
  explicit TextToText(const Model& model, const TextToTextOptions& options = {});

  /// Returns a text for each source. Errors: Data if a source is not UTF-8, naming its index.
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
  /// Errors: Usage if the model reads series, answers each token or predicts tokens, or does not
  /// run on the fused engine.
  explicit TextEmbedder(const Model& model);

  /// Returns the vectors that the layers make of the texts: of a model for pairs the pair layer's
  /// input, else the last layer's input. Shapes: -> [texts, width()], row by row. Errors: Data if a
  /// text is not UTF-8, naming its index.
  std::vector<float> embed(std::span<const std::string> texts) const;
  std::vector<float> embed(std::initializer_list<std::string> texts) const {
    return embed(std::span(texts.begin(), texts.size()));
  }
  std::vector<float> embed(const std::string& text) const { return embed(std::span(&text, 1)); }

  /// Values of each vector.
  std::int64_t width() const;

 private:
  Model model_;
};

extern template class Classifier<std::string>;
extern template class Classifier<TextPair>;
extern template class Classifier<Series>;
extern template class MultiLabelClassifier<std::string>;
extern template class MultiLabelClassifier<TextPair>;
extern template class MultiLabelClassifier<Series>;
extern template class Regressor<std::string>;
extern template class Regressor<TextPair>;
extern template class Regressor<Series>;

}  // namespace sequent
