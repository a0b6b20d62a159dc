// Runs a model archive. Includes no LibTorch; a program needs this header and sequent::infer.
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
#include <vector>

#include "sequent/precision.h"

namespace sequent {

enum class Engine {
  kFused,        // the library's own kernels
  kTorchScript,  // the archive's graph, run by LibTorch
};

struct PredictorOptions {
  Engine engine = Engine::kFused;

  /// Threads that compute what one call's thread does not compute itself; 0: one per core.
  int threads = 0;
  /// Greatest number of tokens, padding included, that one thread computes at a time.
  std::int64_t batch_tokens = 8192;
  /// kFused: most memory, in MiB, for what is computed once per token and kept; 0: nothing is kept.
  std::int64_t token_table_mib = 256;
  /// kFused: of the products in recurrent layers, and in a language model's last layer.
  Precision precision = Precision::kFloat32;
  /// Of a model that writes text: texts that are written side by side for each that is read, of
  /// which the one with the greatest probability per token is given (beam search); 1: always the
  /// most probable token. Range: at least 1.
  std::int64_t beams = 1;
};

struct Prediction {
  std::int64_t label = 0;            // index into Predictor::labels()
  float probability = 0;             // of that label
  std::vector<float> probabilities;  // [labels], sum 1 (not of multi_label)
  std::vector<std::int64_t> labels;  // of multi_label: those that reach their thresholds
  std::vector<float> values;         // of a regression, instead: [labels], the targets' values
  bool empty = false;                // the text had no token
  bool truncated = false;            // the input was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, in 0..1
};

/// A token of a text and its tag. Places count Unicode code points, as Python's strings do.
struct TaggedToken {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t tag = 0;   // index into Predictor::labels()
  float probability = 0;  // of that tag
};

/// What tags such as B-LOC, I-LOC mark: an entity. Where tags mark none it is a single token.
struct TaggedSpan {
  std::int64_t begin = 0;  // places as in TaggedToken
  std::int64_t end = 0;
  std::int64_t first_token = 0;  // tokens [first_token, end_token)
  std::int64_t end_token = 0;
  std::string type;
  float probability = 0;  // the least of its tokens'
};

/// A tagger's answer to one text.
struct TaggedText {
  std::vector<TaggedToken> tokens;  // those the model reads: at most its max_length
  std::vector<TaggedSpan> spans;
  std::int64_t row_label = -1;  // index into Predictor::row_labels(); -1: none is given
  float row_probability = 0;    // of that label
  bool truncated = false;
  double unknown_share = 0;
};

/// The texts of a pair, for a model that compares two.
struct TextPair {
  std::string first;
  std::string second;
};

/// The text that a sequence-to-sequence model writes for another.
struct WrittenText {
  std::string text;
  double log_probability = 0;  // natural
  bool empty = false;          // the text that was read had no token
  bool truncated = false;      // it was longer than the model's max_length
  double unknown_share = 0;    // of its tokens, in 0..1
};

/// How likely a language model finds a text.
struct TextLikelihood {
  std::int64_t tokens = 0;     // predicted: those of the text, and its end
  double log_probability = 0;  // natural, of all of them together
  double unknown_share = 0;    // of the tokens, those that the model knows as <unk> alone

  /// e^(-log_probability / tokens).
  double perplexity() const;
};

/// How a language model writes. Ranges: length, lines and top_k at least 0; temperature at least 0
/// (0: always the most probable token); top_p in (0, 1].
struct GenerateOptions {
  std::int64_t length = 200;  // most tokens
  std::int64_t lines = 0;     // ends after as many lines; 0: no limit
  double temperature = 1;     // above 1 bolder, below 1 more careful
  std::int64_t top_k = 0;     // draws among the k most probable tokens; 0: among all
  double top_p = 1;           // draws among the most probable that together have this probability
  std::uint64_t seed = 1;     // the same seed gives the same text
};

/// A loaded model.
///
///   const sequent::Predictor model = sequent::Predictor::load("model.pt");
///   for (const auto& p : model.predict({"not as bad as I feared", "never again"})) {
///     std::cout << model.labels()[static_cast<std::size_t>(p.label)] << '\n';
///   }
///
/// Threads: one Predictor serves many threads at once; calls share its computing threads, and wait
/// for their own texts alone.
class Predictor {
 public:
  /// Errors: Artifact if the file is missing, truncated, not made by Sequent or of a later format;
  /// Runtime if bfloat16 is asked for and the CPU has no instructions for it; Usage if it is and
  /// the model does not run on the library's own kernels.
  static Predictor load(const std::filesystem::path& file, const PredictorOptions& options = {});

  /// The same from an archive in memory; `name` stands for it in messages.
  static Predictor load(std::span<const std::byte> archive, const std::string& name,
                        const PredictorOptions& options = {});

  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  /// One prediction per text, in order; each the same whatever else is in the span (in bfloat16 on
  /// CPUs with AMX to rounding).
  /// Errors: Data if a text is not UTF-8, naming its index; Usage if the model reads numbers or
  /// pairs, is a tagger or a language model, or writes texts.
  std::vector<Prediction> predict(std::span<const std::string> texts) const;
  std::vector<Prediction> predict(std::initializer_list<std::string> texts) const {
    return predict(std::span(texts.begin(), texts.size()));
  }
  Prediction predict(std::string_view text) const;

  /// The same for a model that reads pairs; `predict` of single texts is not for it. A prediction
  /// is `empty` or `truncated` if one of its texts is.
  std::vector<Prediction> predict(std::span<const TextPair> pairs) const;
  std::vector<Prediction> predict(std::initializer_list<TextPair> pairs) const {
    return predict(std::span(pairs.begin(), pairs.size()));
  }
  Prediction predict(std::string_view first, std::string_view second) const;

  /// The vector that the layers make of each text, to compare texts with each other: of pairs what
  /// the pair layer reads, else what the last layer reads. Shapes: -> [texts, vector_width()], row
  /// by row. Errors: Data if a text is not UTF-8, naming its index; Usage if the model reads
  /// numbers, answers each token, or does not run on the fused engine.
  std::vector<float> embed(std::span<const std::string> texts) const;
  std::vector<float> embed(std::initializer_list<std::string> texts) const {
    return embed(std::span(texts.begin(), texts.size()));
  }
  std::int64_t vector_width() const;

  /// As `predict`, for a model of numeric input. Shapes: each sequence [steps, channels()], step by
  /// step. Errors: Data if a sequence has no step, a broken one or a value that is not finite,
  /// naming its index; Usage if the model reads text.
  std::vector<Prediction> predict(std::span<const std::vector<float>> sequences) const;

  /// The same for a tagger; `predict` is not for it. Texts are split by the model's tokenizer; a
  /// text without a token has an empty answer. Errors: Data if a text is not UTF-8, naming its
  /// index; Usage if the model is no tagger.
  std::vector<TaggedText> tag(std::span<const std::string> texts) const;
  std::vector<TaggedText> tag(std::initializer_list<std::string> texts) const {
    return tag(std::span(texts.begin(), texts.size()));
  }
  TaggedText tag(std::string_view text) const;

  /// The same for texts that are split already; places are those in the tokens with one space
  /// between them.
  std::vector<TaggedText> tag(std::span<const std::vector<std::string>> token_lists) const;

  /// Of a sequence-to-sequence model: one text per text, in order; each the same whatever else is
  /// in the span. Errors: Data if a text is not UTF-8, naming its index; Usage if the model writes
  /// none.
  std::vector<WrittenText> write(std::span<const std::string> texts) const;
  std::vector<WrittenText> write(std::initializer_list<std::string> texts) const {
    return write(std::span(texts.begin(), texts.size()));
  }
  WrittenText write(std::string_view text) const;

  /// Of a language model: one answer per text, which is read from a line's start to its end; each
  /// the same whatever else is in the span. Errors: Data if a text is not UTF-8, naming its index;
  /// Usage if the model is no language model.
  std::vector<TextLikelihood> score(std::span<const std::string> texts) const;
  std::vector<TextLikelihood> score(std::initializer_list<std::string> texts) const {
    return score(std::span(texts.begin(), texts.size()));
  }
  TextLikelihood score(std::string_view text) const;

  /// Writes on from `prompt`, of which line ends are part, and returns what follows it. `use` gets
  /// each piece as soon as it is there; false ends the text. Never writes <unk>.
  /// Errors: Data if the prompt is not UTF-8 or the model knows none of its tokens; Usage if the
  /// model is no language model, or an option is out of range.
  std::string generate(std::string_view prompt, const GenerateOptions& options = {},
                       const std::function<bool(std::string_view piece)>& use = {}) const;

  /// Whether the model reads two texts at a time.
  bool reads_pairs() const;

  /// Whether the model gives each token a tag.
  bool is_tagger() const;

  /// Whether the model answers a text with another.
  bool is_sequence_to_sequence() const;

  /// Whether the model predicts the tokens of texts themselves.
  bool is_language_model() const;

  /// Numbers per step of what the model reads; 0: it reads text.
  std::int64_t channels() const;

  /// The classes; of a tagger the tags; of a regression the names of its targets; of a language
  /// model none.
  const std::vector<std::string>& labels() const;

  /// Of a tagger that labels whole texts as well, such as with their intent; else none.
  const std::vector<std::string>& row_labels() const;

  /// Whether a text may have any number of labels.
  bool is_multi_label() const;

  /// Whether predictions are numbers.
  bool is_regression() const;

  /// The archive's `sequent.json`: config, vocabulary, labels, metrics, parity proof.
  const std::string& card_json() const;

 private:
  class Impl;
  explicit Predictor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sequent
