// The config: the data, how they are converted to model input, the layers, how to train, and where
// to run. Each option is declared once; src/core/ parses, dumps and documents these declarations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/data_spec.h"
#include "sequent/describe.h"
#include "sequent/input_spec.h"
#include "sequent/layers.h"
#include "sequent/precision.h"
#include "sequent/training_spec.h"

namespace sequent {

// ---- runtime ----------------------------------------------------------------------------------

template <>
struct EnumNames<Precision> {
  static constexpr std::array<std::string_view, 4> values{"float32", "bfloat16", "float16", "auto"};
};

struct RuntimeSpec {
  std::string device = "auto";
  Precision precision = Precision::kFloat32;
  std::int64_t workers = 0;
  double checkpoint_seconds = 300;
  double log_seconds = 5;
  bool baseline = true;
  std::optional<std::string> tensorboard;
  bool operator==(const RuntimeSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("device", self.device, "Device to run on: auto, cpu, cuda or cuda:N.", not_empty);
    visit("precision", self.precision,
          "Precision of matrix products during training. On the CPU, it applies to the recurrent "
          "layers and to the output layer of a language model: bfloat16 rounds the operands to 8 "
          "significant bits and accumulates in float32; auto selects bfloat16 if the CPU has "
          "instructions for it. On a GPU, it applies to all products: bfloat16 and float16 use "
          "LibTorch's autocast, float16 with loss scaling; auto selects float32. Weights, "
          "gradients, metrics and exported models are always float32.");
    visit("workers", self.workers,
          "Number of CPU threads, each of which processes a part of every batch. 0: one per core.",
          between(0, 1024));
    visit("checkpoint_seconds", self.checkpoint_seconds,
          "Maximum training time between checkpoints, in seconds. A checkpoint is also written at "
          "the end of each epoch.",
          above(0));
    visit("log_seconds", self.log_seconds, "Time between progress lines, in seconds.", above(0));
    visit("baseline", self.baseline,
          "For classification of texts: also train a linear model on n-grams of words and "
          "characters, which takes seconds, and compare the model with it.");
    visit("tensorboard", self.tensorboard,
          "Folder for TensorBoard event files, relative to this config file. The run writes them "
          "to a folder of its own name in it.",
          not_empty);
  }
};

// ---- the whole --------------------------------------------------------------------------------

/// A task, by its name in configs: "classification", "tagging", ... src/tasks/task_table.h lists
/// the tasks; the rest of the library queries a task's properties, never its name.
class Task {
 public:
  Task() : Task("classification") {}
  /// Errors: Config if there is no such task.
  explicit Task(std::string_view name);

  const std::string& name() const { return name_; }
  bool operator==(const Task&) const = default;

  /// All tasks, in the order of the table.
  static std::vector<std::string> names();

 private:
  std::string name_;
};

/// The help of the option `task`, which describes each task.
std::string_view task_help();

/// The layers begin, ..., end - 1.
struct LayerRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  bool contains(std::size_t layer) const { return begin <= layer && layer < end; }
};

struct Config {
  std::int64_t version = 1;
  std::string name = "model";
  Task task;
  DataSpec data;
  InputSpec input = TextInput{};
  ModelSpec model;
  TrainingSpec training;
  RuntimeSpec runtime;

  /// The base of relative paths: the folder of the config file. Not part of the file.
  std::filesystem::path base_directory;

  /// The config file, for messages; empty for a config constructed in code. Not part of the file.
  std::filesystem::path file;

  /// The location of an error for messages: the file, if there is one, and the JSON pointer.
  std::string in_file(const std::string& pointer) const;

  /// Returns `path` of this config as an absolute path, relative to base_directory.
  std::filesystem::path resolve_path(const std::string& path) const;

  /// Whether a row has two texts, which a pair layer combines.
  bool reads_pairs() const;

  /// The layers that have weights of their own for the second text of a pair: those between the
  /// embedding and a pair layer with separate encoders. Empty if both texts share all layers.
  LayerRange second_encoder() const;

  /// How weights are initialized: as set, or else inferred from the task.
  Initialization initialization() const;

  /// The loss: as set, or else inferred from the task and the last layer.
  Loss loss() const;

  /// The validation metric that determines the best epoch.
  Monitor best_monitor() const;

  /// A tagger's head that predicts a label for the whole row; null if there is none.
  const SequenceLabelSpec* sequence_label() const;

  /// The last layer if classes are ordered; otherwise null.
  const OrdinalSpec* ordinal() const;

  /// The character-level encoder; null if the model has none.
  const CharactersSpec* characters() const;
  /// Whether an embedding has tables of n-grams.
  bool has_ngrams() const;
  /// The number of bytes of a token that the character-level encoder reads; 0 if there is none.
  std::int64_t max_bytes() const { return characters() == nullptr ? 0 : characters()->max_bytes; }

  /// Whether outputs are converted back to the scale of the training targets.
  bool standardizes_targets() const;

  /// If forecasts are relative to a window's last step: for each target, the channel whose last
  /// value is added. Otherwise empty.
  std::vector<std::int64_t> base_channels() const;

  bool operator==(const Config&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("version", self.version, "Version of the config format.", required, between(1, 1));
    visit("name", self.name, "Name of the model in runs and reports.", not_empty);
    visit("task", self.task, task_help());
    visit("data", self.data, "Where the examples come from.", required);
    visit("input", self.input, "How an example becomes model input.");
    visit("model", self.model, "The layers, in order.", required);
    visit("training", self.training, "How the model is trained.");
    visit("runtime", self.runtime,
          "Where and how fast the program runs. It does not affect what is learned, except for "
          "rounding.");
  }
};

/// One `--set a.b.2=json`: the path with dots or as a JSON pointer, and the value as JSON. A value
/// that is not JSON is a string.
struct Override {
  std::string path;
  std::string value;
};

/// Splits `a.b=value`. Errors: Usage without `=` or with an empty path.
Override parse_override(std::string_view text);
std::vector<Override> parse_overrides(const std::vector<std::string>& texts);

/// Reads a config file, applies the overrides, parses and validates it. Errors: Config, with every
/// error found, each as `file: /json/pointer`.
Config load_config(const std::filesystem::path& file, const std::vector<Override>& overrides = {});

/// Parses a config from text; messages use `name` as the file name.
Config parse_config(std::string_view json, const std::string& name,
                    const std::vector<Override>& overrides = {});

/// Validates a config constructed in code against the same rules. Errors: Config.
void validate(const Config& config);

/// Returns the config as JSON. `minimal`: only values that differ from the defaults.
/// parse_config(dump(c)) == c.
std::string dump_config(const Config& config, bool minimal = false);

/// Returns the JSON Schema, draft 2020-12.
std::string config_schema();

/// Returns the option reference as Markdown.
std::string config_reference();

/// Returns the differences between the parts that define the result (data, input, model, training),
/// each as `/json/pointer: a; b`.
std::vector<std::string> config_differences(const Config& a, const Config& b);

// ---- what depends on data ---------------------------------------------------------------------

/// The form of the data between two layers: token ids or features, a sequence or one vector.
struct Shape {
  enum class Form { kTokens, kSequence, kVector };
  Form form = Form::kTokens;
  std::int64_t width = 0;  // features per step or vector; for kTokens the vocabulary size
  bool operator==(const Shape&) const = default;
};

/// A config together with the sizes that depend on the data. Code that builds a model takes this
/// type.
struct ResolvedConfig {
  Config config;
  std::int64_t vocabulary_size = 0;
  std::int64_t class_count = 0;           // regression: targets; models that generate text: tokens
  std::vector<Shape> inputs;              // of each layer
  std::vector<Shape> outputs;             // of each layer
  std::int64_t sequence_class_count = 0;  // labels of whole rows, in addition to a tagger's tags
  std::int64_t members = 1;               // of an archive: models whose outputs are averaged

  /// Whether one sigmoid unit gives the probability of the second of two classes.
  bool is_binary() const;
};

/// Fills in the sizes that depend on the data and checks the chain of layers against them. Errors:
/// Config, each at the layer's pointer.
ResolvedConfig resolve(const Config& config, std::int64_t vocabulary_size, std::int64_t class_count,
                       std::int64_t sequence_class_count = 0);

}  // namespace sequent
