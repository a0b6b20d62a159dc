// The config: what the data are, how they become model input, which layers, how to train, where to
// run. Each option is declared once; src/core/ parses, dumps and documents from these declarations.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"
#include "sequent/layers.h"

namespace sequent {

// ---- data -------------------------------------------------------------------------------------

/// A column by its header name, or by its index from 0.
using Column = std::variant<std::string, std::int64_t>;

struct TsvFormat {
  static constexpr std::string_view kType = "tsv";
  Column text = "text";
  Column label = "label";
  bool header = true;
  bool operator==(const TsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Column of the text, by name or by index from 0.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("header", self.header, "The first line holds the column names.");
  }
};

struct CsvFormat {
  static constexpr std::string_view kType = "csv";
  Column text = "text";
  Column label = "label";
  bool header = true;
  bool operator==(const CsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Column of the text, by name or by index from 0.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("header", self.header, "The first record holds the column names.");
  }
};

struct JsonlFormat {
  static constexpr std::string_view kType = "jsonl";
  std::string text = "text";
  std::string label = "label";
  bool operator==(const JsonlFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Key of the text in each line's object.", not_empty);
    visit("label", self.label, "Key of the label: a string, an integer or a boolean.", not_empty);
  }
};

/// One folder per label, one text per *.txt file below it.
struct FoldersFormat {
  static constexpr std::string_view kType = "folders";
  bool operator==(const FoldersFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

/// `__label__x text`, as fastText reads it; one label a line.
struct FastTextFormat {
  static constexpr std::string_view kType = "fasttext";
  std::string prefix = "__label__";
  bool operator==(const FastTextFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("prefix", self.prefix, "What marks a word as the label.", not_empty);
  }
};

using DataFormat = std::variant<TsvFormat, CsvFormat, JsonlFormat, FoldersFormat, FastTextFormat>;

/// A seeded share of the training rows, the same share of each label.
struct HeldOut {
  double fraction = 0.1;
  std::int64_t seed = 1;
  bool operator==(const HeldOut&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("fraction", self.fraction, "Share of the training rows held out, stratified by label.",
          between(0, 0.9).open_below());
    visit("seed", self.seed, "Which rows: apart from training.seed, so that seeds share a split.",
          between(0, 9007199254740991.0));
  }
};

/// What becomes of validation and test rows whose label no training row has.
enum class UnseenLabels { kError, kSkip };
template <>
struct EnumNames<UnseenLabels> {
  static constexpr std::array<std::string_view, 2> values{"error", "skip"};
};

/// A file, or a share of the training rows.
using ValidationSource = std::variant<std::string, HeldOut>;

struct DataSpec {
  std::string train;
  ValidationSource validation = HeldOut{};
  std::optional<std::string> test;
  DataFormat format = TsvFormat{};
  UnseenLabels unseen_labels = UnseenLabels::kError;
  bool operator==(const DataSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("train", self.train,
          "Training file or folder, relative to this config file; .gz and .xz are read as well.",
          required, not_empty);
    visit("validation", self.validation, "A file, or a held-out share of the training rows.");
    visit("test", self.test, "File evaluated once, after training, with the kept weights.");
    visit("format", self.format, "How the files are laid out.");
    visit("unseen_labels", self.unseen_labels,
          "Validation and test rows with a label that no training row has: an error, or left out "
          "with a warning that counts them.");
  }
};

// ---- input ------------------------------------------------------------------------------------

/// What all tokenizers do to a text before they split it.
struct Normalization {
  bool lowercase = true;
  bool nfkc = true;
  bool operator==(const Normalization&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("lowercase", self.lowercase, "Full Unicode case folding (Unicode 3.13).");
    visit("nfkc", self.nfkc,
          "Normalization form KC (UAX #15): full-width letters and digits become half-width.");
  }
};

/// Words by Unicode word boundaries (UAX #29); Chinese, Japanese and Thai by ICU's dictionaries.
/// Punctuation marks are tokens, white space is not.
struct WordsTokenizer : Normalization {
  static constexpr std::string_view kType = "words";
};
/// Grapheme clusters (UAX #29), white space left out.
struct CharactersTokenizer : Normalization {
  static constexpr std::string_view kType = "characters";
};
/// What stands between white space.
struct WhitespaceTokenizer : Normalization {
  static constexpr std::string_view kType = "whitespace";
};

using TokenizerSpec = std::variant<WordsTokenizer, CharactersTokenizer, WhitespaceTokenizer>;

/// The reserved ids are `<pad>` 0, `<unk>` 1 and `<empty>` 2; words follow by falling count, then
/// by their bytes.
struct VocabularySpec {
  std::int64_t max_size = 50000;
  std::int64_t min_count = 1;
  bool operator==(const VocabularySpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("max_size", self.max_size, "Greatest number of ids, the three reserved ones included.",
          between(4, 10000000));
    visit("min_count", self.min_count, "Rarer training words become <unk>.",
          between(1, 1000000000));
  }
};

enum class Side { kPre, kPost };
template <>
struct EnumNames<Side> {
  static constexpr std::array<std::string_view, 2> values{"pre", "post"};
};

struct TextInput {
  static constexpr std::string_view kType = "text";
  TokenizerSpec tokenizer = WordsTokenizer{};
  VocabularySpec vocabulary;
  std::int64_t max_length = 256;
  Side truncating = Side::kPost;
  std::optional<Side> padding;
  bool operator==(const TextInput&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokenizer", self.tokenizer, "How a text becomes tokens.");
    visit("vocabulary", self.vocabulary, "Which tokens get an id of their own.");
    visit("max_length", self.max_length, "Longer texts are cut to this many tokens.",
          between(1, 1000000));
    visit("truncating", self.truncating, "Which end of a long text is cut off.");
    visit("padding", self.padding,
          "Only for an embedding with \"mask\": false, which reads padding as a token: the side on "
          "which every text is filled up to max_length.");
  }
};

using InputSpec = std::variant<TextInput>;

// ---- training ---------------------------------------------------------------------------------

enum class Loss { kCategoricalCrossentropy, kBinaryCrossentropy };
template <>
struct EnumNames<Loss> {
  static constexpr std::array<std::string_view, 2> values{"categorical_crossentropy",
                                                          "binary_crossentropy"};
};

enum class BalancedWeights { kBalanced };
template <>
struct EnumNames<BalancedWeights> {
  static constexpr std::array<std::string_view, 1> values{"balanced"};
};

/// `"balanced"` (rows / (classes * rows of the class), as scikit-learn), or a weight per label.
using ClassWeights = std::variant<BalancedWeights, std::map<std::string, double>>;

/// Adam (Kingma and Ba 2015), as torch::optim::Adam.
struct AdamSpec {
  static constexpr std::string_view kType = "adam";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  bool operator==(const AdamSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("beta_1", self.beta_1, "Decay of the mean of gradients.", between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay of the mean of squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
  }
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as torch::optim::AdamW.
struct AdamWSpec {
  static constexpr std::string_view kType = "adamw";
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
  bool operator==(const AdamWSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("beta_1", self.beta_1, "Decay of the mean of gradients.", between(0, 1).open_above());
    visit("beta_2", self.beta_2, "Decay of the mean of squared gradients.",
          between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
    visit("weight_decay", self.weight_decay,
          "Each step shrinks weight matrices (not biases) by learning rate times this.",
          at_least(0));
  }
};

/// Stochastic gradient descent with momentum, as torch::optim::SGD without dampening.
struct SgdSpec {
  static constexpr std::string_view kType = "sgd";
  double learning_rate = 0.1;
  double momentum = 0.0;
  bool nesterov = false;
  bool operator==(const SgdSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("momentum", self.momentum, "Share of the last step kept.", between(0, 1).open_above());
    visit("nesterov", self.nesterov, "Look ahead along the momentum (Nesterov); needs momentum.");
  }
};

/// RMSprop (Tieleman and Hinton 2012), as torch::optim::RMSprop, with Keras' name for the decay.
struct RmsPropSpec {
  static constexpr std::string_view kType = "rmsprop";
  double learning_rate = 0.001;
  double rho = 0.9;
  double epsilon = 1e-7;
  double momentum = 0.0;
  bool operator==(const RmsPropSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("learning_rate", self.learning_rate, "Step size before the schedule.", above(0));
    visit("rho", self.rho, "Decay of the mean of squared gradients.", between(0, 1).open_above());
    visit("epsilon", self.epsilon, "Added to the root in the divisor.", above(0));
    visit("momentum", self.momentum, "Share of the last step kept.", between(0, 1).open_above());
  }
};

using OptimizerSpec = std::variant<AdamSpec, AdamWSpec, SgdSpec, RmsPropSpec>;

struct ConstantSchedule {
  static constexpr std::string_view kType = "constant";
  std::int64_t warmup_steps = 0;
  bool operator==(const ConstantSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
  }
};

/// Half a cosine from the learning rate down to `final` times it (Loshchilov and Hutter 2017).
struct CosineSchedule {
  static constexpr std::string_view kType = "cosine";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const CosineSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
    visit("final", self.final, "Share of the learning rate left at the last step.", between(0, 1));
  }
};

struct LinearSchedule {
  static constexpr std::string_view kType = "linear";
  std::int64_t warmup_steps = 0;
  double final = 0.0;
  bool operator==(const LinearSchedule&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("warmup_steps", self.warmup_steps, "Steps over which the rate rises from 0.",
          between(0, 1000000000));
    visit("final", self.final, "Share of the learning rate left at the last step.", between(0, 1));
  }
};

/// The quantities that schedules and early stopping can watch, all on validation data.
enum class Monitor { kLoss, kAccuracy, kMacroF1 };
template <>
struct EnumNames<Monitor> {
  static constexpr std::array<std::string_view, 3> values{"loss", "accuracy", "macro_f1"};
};

struct ReduceOnPlateau {
  static constexpr std::string_view kType = "reduce_on_plateau";
  Monitor monitor = Monitor::kLoss;
  double factor = 0.5;
  std::int64_t patience = 2;
  double min_learning_rate = 0.0;
  bool operator==(const ReduceOnPlateau&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("monitor", self.monitor, "The validation metric watched.");
    visit("factor", self.factor, "The rate is multiplied by this.",
          between(0, 1).open_below().open_above());
    visit("patience", self.patience, "Epochs without a better value that are let pass.",
          between(0, 1000000));
    visit("min_learning_rate", self.min_learning_rate, "The rate never falls below this.",
          at_least(0));
  }
};

using ScheduleSpec =
    std::variant<ConstantSchedule, CosineSchedule, LinearSchedule, ReduceOnPlateau>;

struct EarlyStopping {
  Monitor monitor = Monitor::kAccuracy;
  std::int64_t patience = 3;
  double min_delta = 0.0;
  bool operator==(const EarlyStopping&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("monitor", self.monitor,
          "The validation metric that says which epoch is best; its weights are the result.");
    visit("patience", self.patience, "Epochs without a better value before training stops.",
          between(1, 1000000));
    visit("min_delta", self.min_delta, "What counts as better.", at_least(0));
  }
};

struct WeightAverage {
  double decay = 0.999;
  bool operator==(const WeightAverage&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("decay", self.decay,
          "Share of the average kept at each step; early steps use min(decay, (1+t)/(10+t)).",
          between(0, 1).open_above());
  }
};

struct TrainingSpec {
  Loss loss = Loss::kCategoricalCrossentropy;
  double label_smoothing = 0.0;
  std::optional<ClassWeights> class_weights;
  OptimizerSpec optimizer = AdamSpec{};
  ScheduleSpec schedule = ConstantSchedule{};
  std::int64_t batch_size = 32;
  std::int64_t epochs = 10;
  std::optional<std::int64_t> max_steps;
  std::optional<double> max_seconds;
  std::optional<double> clip_norm;
  std::optional<double> clip_value;
  double l1 = 0.0;
  double l2 = 0.0;
  std::optional<WeightAverage> ema;
  std::optional<EarlyStopping> early_stopping;
  std::int64_t seed = 1;
  bool operator==(const TrainingSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("loss", self.loss, "What is minimized; binary_crossentropy goes with one sigmoid unit.");
    visit("label_smoothing", self.label_smoothing,
          "Share of each target spread evenly over the classes.", between(0, 1).open_above());
    visit("class_weights", self.class_weights,
          "Weight of each label's rows in the loss: \"balanced\", or an object of numbers.");
    visit("optimizer", self.optimizer, "The update rule.");
    visit("schedule", self.schedule, "The learning rate's way over the steps.");
    visit("batch_size", self.batch_size, "Rows per step.", between(1, 1000000));
    visit("epochs", self.epochs, "Greatest number of passes over the training rows.",
          between(1, 1000000));
    visit("max_steps", self.max_steps, "Stop after this many steps.", between(1, 1e12));
    visit("max_seconds", self.max_seconds, "Stop after this much training time.", above(0));
    visit("clip_norm", self.clip_norm, "Greatest L2 norm of the whole gradient.", above(0));
    visit("clip_value", self.clip_value, "Greatest absolute value in the gradient.", above(0));
    visit("l1", self.l1, "Weight of the sum of absolute weights of dense and recurrent matrices.",
          at_least(0));
    visit("l2", self.l2, "Weight of the sum of squared weights of dense and recurrent matrices.",
          at_least(0));
    visit("ema", self.ema, "Validate and keep an exponential moving average of the weights.");
    visit("early_stopping", self.early_stopping, "Stop when validation no longer improves.");
    visit("seed", self.seed, "Start of every random stream: weights, order, dropout.",
          between(0, 9007199254740991.0));
  }
};

// ---- runtime ----------------------------------------------------------------------------------

struct RuntimeSpec {
  std::string device = "auto";
  std::int64_t workers = 0;
  double checkpoint_seconds = 300;
  double log_seconds = 5;
  bool operator==(const RuntimeSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("device", self.device, "auto, cpu, cuda or cuda:N.", not_empty);
    visit("workers", self.workers,
          "CPU threads that each take a part of every batch; 0: one per core.", between(0, 1024));
    visit("checkpoint_seconds", self.checkpoint_seconds,
          "Greatest training time between checkpoints; each epoch ends with one as well.",
          above(0));
    visit("log_seconds", self.log_seconds, "Time between progress lines.", above(0));
  }
};

// ---- the whole --------------------------------------------------------------------------------

enum class Task { kClassification };
template <>
struct EnumNames<Task> {
  static constexpr std::array<std::string_view, 1> values{"classification"};
};

struct Config {
  std::int64_t version = 1;
  std::string name = "model";
  Task task = Task::kClassification;
  DataSpec data;
  InputSpec input = TextInput{};
  ModelSpec model;
  TrainingSpec training;
  RuntimeSpec runtime;

  /// Where relative paths start: the folder of the config file. Not part of the file.
  std::filesystem::path base_directory;

  /// `path` of this config, made absolute with base_directory.
  std::filesystem::path resolve_path(const std::string& path) const;

  bool operator==(const Config&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("version", self.version, "Version of this format.", required, between(1, 1));
    visit("name", self.name, "What runs and reports are called.", not_empty);
    visit("task", self.task, "What the model is for.");
    visit("data", self.data, "Where the rows come from.", required);
    visit("input", self.input, "How a row becomes model input.");
    visit("model", self.model, "The layers, in order.", required);
    visit("training", self.training, "How the weights are found.");
    visit("runtime", self.runtime, "Where and how fast; never what is learned.");
  }
};

/// One `--set a.b.2=json`: the path with dots or as a JSON pointer, the value as JSON (what is not
/// JSON is taken as a string).
struct Override {
  std::string path;
  std::string value;
};

/// Splits `a.b=value`. Errors: Usage without `=` or with an empty path.
Override parse_override(std::string_view text);

/// Reads, overrides, parses and checks a config file.
/// Errors: Config, with every fault found, each as `file: /json/pointer`.
Config load_config(const std::filesystem::path& file, const std::vector<Override>& overrides = {});

/// The same from text; `name` stands where messages name the file.
Config parse_config(std::string_view json, const std::string& name,
                    const std::vector<Override>& overrides = {});

/// Checks a config made in code against the same rules. Errors: Config.
void validate(const Config& config);

/// The config as JSON. `minimal`: only what differs from the defaults. parse_config(dump(c)) == c.
std::string dump_config(const Config& config, bool minimal = false);

/// JSON Schema, draft 2020-12.
std::string config_schema();

/// The option reference as Markdown, as the README shows it.
std::string config_reference();

/// The options in which the parts that define the result (data, input, model, training) differ, as
/// `/json/pointer: a; b`.
std::vector<std::string> config_differences(const Config& a, const Config& b);

// ---- what depends on data ---------------------------------------------------------------------

/// The form of what flows between two layers: token ids or features, a sequence or one vector.
struct Shape {
  enum class Form { kTokens, kSequence, kVector };
  Form form = Form::kTokens;
  std::int64_t width = 0;  // features per step or vector; for kTokens the vocabulary size
  bool operator==(const Shape&) const = default;
};

/// A config together with what only data can tell. Code that builds a model takes this type.
struct ResolvedConfig {
  Config config;
  std::int64_t vocabulary_size = 0;
  std::int64_t class_count = 0;
  std::vector<Shape> inputs;   // of each layer
  std::vector<Shape> outputs;  // of each layer

  /// True if one sigmoid unit gives the probability of the second of two classes.
  bool is_binary() const;
};

/// Fills in what the data decide and checks the chain of layers against it.
/// Errors: Config, each at the layer's pointer.
ResolvedConfig resolve(const Config& config, std::int64_t vocabulary_size,
                       std::int64_t class_count);

}  // namespace sequent
