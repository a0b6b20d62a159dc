#include "core/config_rules.h"

#include <map>

#include "core/json_fields.h"
#include "core/layer_chain.h"
#include "core/option_reader.h"

namespace sequent {
namespace {

void check_device(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const std::string& device = config.runtime.device;
  const bool numbered = device.starts_with("cuda:") && device.size() > 5 && device.size() < 9 &&
                        device.find_first_not_of("0123456789", 5) == std::string::npos;
  if (device == "auto" || device == "cpu" || device == "cuda" || numbered) return;
  issues.push_back(
      {prefix + "/runtime/device", "found \"" + device +
                                       "\"; allowed are \"auto\", \"cpu\", \"cuda\" or "
                                       "\"cuda:N\""});
}

void check_training(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const TrainingSpec& training = config.training;
  if (const auto* sgd = std::get_if<SgdSpec>(&training.optimizer)) {
    if (sgd->nesterov && sgd->momentum == 0) {
      issues.push_back({prefix + "/training/optimizer/nesterov",
                        "found true with momentum 0; set momentum, such as 0.9"});
    }
  }
  if (training.clip_norm && training.clip_value) {
    issues.push_back({prefix + "/training/clip_value", "stands beside clip_norm; use one of them"});
  }
  if (training.init_from && training.init_from->empty()) {
    issues.push_back({prefix + "/training/init_from", "found \"\"; expected a run folder"});
  }
}

void check_class_weights(const Config& config, const std::string& prefix,
                         std::vector<Issue>& issues) {
  if (!config.training.class_weights) return;
  const auto* given = std::get_if<std::map<std::string, double>>(&*config.training.class_weights);
  if (given == nullptr) return;
  const std::string where = prefix + "/training/class_weights";
  bool any_positive = false;
  for (const auto& [label, weight] : *given) {
    any_positive = any_positive || weight > 0;
    if (weight < 0) {
      issues.push_back({pointer_append(where, label),
                        "found " + format_number(weight) + "; allowed is at least 0"});
    }
  }
  if (!any_positive) {
    issues.push_back({where, "no weight is above 0: nothing would be learned"});
  }
}

void check_columns(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const auto same_column = [](const auto& format) {
    if constexpr (requires { format.text == format.label; }) return format.text == format.label;
    if constexpr (requires { format.values == format.label; }) return format.values == format.label;
    return false;
  };
  if (std::visit(same_column, config.data.format)) {
    issues.push_back({prefix + "/data/format/label",
                      is_numeric(config.data.format)
                          ? "is the key of the steps as well; name the key of the labels"
                          : "is the column of the text as well; name the column of the labels"});
  }
}

/// Tagged formats and tagging need each other.
void check_tags(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  if (config.is_tagging() != is_tagged(config.data.format)) {
    issues.push_back({prefix + "/data/format/type",
                      "found \"" + std::string(format_name(config.data.format)) +
                          "\" with the task \"" + std::string(enum_name(config.task)) +
                          "\"; the formats \"conll\" and \"tokens\" and the task \"tagging\" need "
                          "each other"});
  }
  const auto* conll = std::get_if<ConllFormat>(&config.data.format);
  if (conll != nullptr && conll->token == conll->tag) {
    issues.push_back({prefix + "/data/format/tag",
                      "is the column of the token as well; name the column of the tags"});
  }
  const auto* tokens = std::get_if<TokensFormat>(&config.data.format);
  if (tokens != nullptr && tokens->tokens == tokens->tags) {
    issues.push_back({prefix + "/data/format/tags",
                      "is the key of the tokens as well; name the key of the tags"});
  }
  if (tokens != nullptr && tokens->label) {
    if (tokens->label == tokens->tokens || tokens->label == tokens->tags) {
      issues.push_back({prefix + "/data/format/label",
                        "is the key of the tokens or tags as well; name the key of the label"});
    } else if (config.row_label() == nullptr) {
      issues.push_back({prefix + "/data/format/label",
                        "names a label of the whole row, but no layer reads it; add {\"type\": "
                        "\"row_label\"} before the last layer"});
    }
  }
  const auto* text = std::get_if<TextInput>(&config.input);
  if (config.is_tagging() && text != nullptr && text->padding) {
    issues.push_back({prefix + "/input/padding", "has no meaning for tagging; leave it out"});
  }
}

/// A second text and a pair layer need each other.
void check_pairs(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const bool has_second = std::visit(
      [](const auto& format) {
        if constexpr (requires { format.text_b; }) return format.text_b.has_value();
        return false;
      },
      config.data.format);
  const bool same = std::visit(
      [](const auto& format) {
        if constexpr (requires { format.text_b; }) {
          return format.text_b == format.text || format.text_b == format.label;
        }
        return false;
      },
      config.data.format);
  if (same) {
    issues.push_back({prefix + "/data/format/text_b",
                      "is the column of the text or of the label as well; name another"});
  }
  if (has_second && !config.reads_pairs()) {
    issues.push_back({prefix + "/data/format/text_b",
                      "names a second text, but no layer reads it; add {\"type\": \"pair\"} where "
                      "the vectors of both texts are there, such as behind a pool"});
  }
  if (!config.reads_pairs()) return;
  if (!has_second) {
    issues.push_back({prefix + "/data/format",
                      "has no \"text_b\", but a pair layer reads two texts; the formats tsv, csv "
                      "and jsonl have it"});
  }
  const auto* text = std::get_if<TextInput>(&config.input);
  if (text != nullptr && text->padding) {
    issues.push_back({prefix + "/input/padding", "has no meaning for pairs; leave it out"});
  }
}

void check_input(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const auto* numeric = std::get_if<NumericInput>(&config.input);
  const std::string format(format_name(config.data.format));
  check_tags(config, prefix, issues);
  check_pairs(config, prefix, issues);
  if ((numeric != nullptr) != is_numeric(config.data.format)) {
    issues.push_back({prefix + "/data/format/type",
                      "found \"" + format + "\" with " + (numeric ? "numeric" : "text") +
                          " input; numeric input and the formats \"series\" and \"windows\" need "
                          "each other"});
  }
  if (numeric != nullptr && config.is_multi_label()) {
    issues.push_back({prefix + "/input/type", "found \"numeric\"; multi_label reads text"});
  }
  const auto* windows = std::get_if<WindowsFormat>(&config.data.format);
  if (windows == nullptr) return;
  if (!config.is_regression()) {
    issues.push_back({prefix + "/task", "found \"" + std::string(enum_name(config.task)) +
                                            "\"; windows of a series have numbers as targets: use "
                                            "\"regression\""});
  }
  if (windows->season && *windows->season > windows->length) {
    issues.push_back({prefix + "/data/format/season", "found " + std::to_string(*windows->season) +
                                                          "; a window has /data/format/length " +
                                                          std::to_string(windows->length) +
                                                          " steps: a season is looked up in them"});
  }
  const auto columns = static_cast<std::int64_t>(windows->columns.size());
  if (numeric != nullptr && numeric->channels != columns) {
    issues.push_back({prefix + "/input/channels", "found " + std::to_string(numeric->channels) +
                                                      "; /data/format/columns names " +
                                                      std::to_string(columns)});
  }
  if (numeric != nullptr && numeric->max_length < windows->length) {
    issues.push_back(
        {prefix + "/input/max_length", "found " + std::to_string(numeric->max_length) +
                                           ", which would cut the windows of /data/format/length " +
                                           std::to_string(windows->length)});
  }
}

/// What only a language model reads, and what it cannot.
void check_language_model(const Config& config, const std::string& prefix,
                          std::vector<Issue>& issues) {
  const bool lines = std::holds_alternative<LinesFormat>(config.data.format);
  const auto fault = [&](const std::string& pointer, const std::string& message) {
    issues.push_back({prefix + pointer, message});
  };
  if (!config.is_language_model()) {
    if (!lines) return;
    return fault("/data/format/type",
                 "found \"lines\", which have no labels; they are for the task "
                 "\"language_model\"");
  }
  const auto* text = std::get_if<TextInput>(&config.input);
  if (text == nullptr) {
    return fault("/input/type", "found \"numeric\"; a language model reads text");
  }
  if (text->padding) fault("/input/padding", "has no meaning for a language model; leave it out");
  if (text->truncating != Side::kPost) {
    fault("/input/truncating", "has no meaning for a language model, which cuts nothing off");
  }
  if (!std::holds_alternative<std::int64_t>(config.training.batch_size)) {
    fault("/training/batch_size",
          "found a budget of tokens; a language model reads this many streams of text side by "
          "side: expected a number");
  }
  if (config.characters() != nullptr) {
    fault("/model/layers", "read how tokens are spelled; a language model cannot");
  }
  if (config.has_ngrams()) {
    fault("/model/layers",
          "read runs of tokens (\"ngrams\"); a language model reads token by token");
  }
}

/// What only a model that answers with a text reads, and what it cannot.
void check_sequence_to_sequence(const Config& config, const std::string& prefix,
                                std::vector<Issue>& issues) {
  if (!config.is_sequence_to_sequence()) return;
  const auto fault = [&](const std::string& pointer, const std::string& message) {
    issues.push_back({prefix + pointer, message});
  };
  const DataFormat& format = config.data.format;
  if (!std::holds_alternative<TsvFormat>(format) && !std::holds_alternative<CsvFormat>(format) &&
      !std::holds_alternative<JsonlFormat>(format)) {
    fault("/data/format/type", "found \"" + std::string(format_name(format)) +
                                   "\"; sequence_to_sequence reads a text and, as its label, the "
                                   "text to be written: expected is tsv, csv or jsonl");
  }
  const auto* text = std::get_if<TextInput>(&config.input);
  if (text == nullptr) {
    return fault("/input/type", "found \"numeric\"; sequence_to_sequence reads text");
  }
  if (text->padding)
    fault("/input/padding", "has no meaning for sequence_to_sequence; leave it out");
  if (config.characters() != nullptr) {
    fault("/model/layers", "read how tokens are spelled; sequence_to_sequence cannot");
  }
  if (config.has_ngrams()) {
    fault("/model/layers", "read runs of tokens (\"ngrams\"); sequence_to_sequence cannot");
  }
}

/// Rows with lists of labels: of text alone, in formats that can hold them.
void check_multi_label(const Config& config, const std::string& prefix,
                       std::vector<Issue>& issues) {
  const DataFormat& format = config.data.format;
  const bool has_separator = std::visit(
      [](const auto& spec) {
        if constexpr (requires { spec.label_separator; }) return spec.label_separator.has_value();
        return false;
      },
      format);
  if (!config.is_multi_label()) {
    if (!has_separator) return;
    issues.push_back({prefix + "/data/format/label_separator",
                      "has no meaning without \"task\": \"multi_label\"; leave it out"});
    return;
  }
  const auto* tsv = std::get_if<TsvFormat>(&format);
  if (tsv != nullptr && tsv->label_separator.value_or(",").find('\t') != std::string::npos) {
    issues.push_back({prefix + "/data/format/label_separator",
                      "found a tab, which stands between the columns; expected another separator"});
  }
  if (std::holds_alternative<FoldersFormat>(format)) {
    issues.push_back({prefix + "/data/format/type",
                      "found \"folders\", where a text has one label; multi_label needs tsv, csv, "
                      "jsonl or fasttext"});
  }
}

bool fits_task(Monitor monitor, Task task) {
  switch (monitor) {
    case Monitor::kLoss:
      return true;
    case Monitor::kAccuracy:
      return task != Task::kRegression;
    case Monitor::kMacroF1:
      return task == Task::kClassification || task == Task::kMultiLabel || task == Task::kTagging;
    case Monitor::kMeanAbsoluteError:
    case Monitor::kR2:
      return task == Task::kRegression;
    case Monitor::kF1:
      return task == Task::kTagging;
  }
  return false;
}

/// The monitors of a task, as a message lists them.
std::string monitors_of(Task task) {
  switch (task) {
    case Task::kClassification:
    case Task::kMultiLabel:
      return "loss, accuracy and macro_f1";
    case Task::kRegression:
      return "loss, mae and r2";
    case Task::kTagging:
      return "loss, accuracy, f1 and macro_f1";
    case Task::kLanguageModel:
    case Task::kSequenceToSequence:
      return "loss and accuracy";
  }
  return "";
}

/// Rows that are held out in their order are drawn by no seed.
void check_held_out(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const bool in_order =
      config.is_language_model() || std::holds_alternative<WindowsFormat>(config.data.format);
  const auto check = [&](const HeldOut* held_out, const std::string& pointer) {
    if (!in_order || held_out == nullptr || held_out->seed == HeldOut{}.seed) return;
    issues.push_back(
        {prefix + pointer + "/seed", "has no meaning where the last rows are taken; leave it out"});
  };
  check(std::get_if<HeldOut>(&config.data.validation), "/data/validation");
  if (config.data.test) check(std::get_if<HeldOut>(&*config.data.test), "/data/test");
}

std::string task_name(const Config& config) {
  return config.is_language_model() ? "a language model" : std::string(enum_name(config.task));
}

/// What only some of the tasks have.
void check_task(const Config& config, const std::string& prefix, std::vector<Issue>& issues) {
  const bool regression = config.is_regression();
  const std::string task = task_name(config);
  const auto refuse = [&](bool found, const std::string& pointer) {
    if (!found) return;
    issues.push_back({prefix + pointer, "has no meaning for " + task + "; leave it out"});
  };
  refuse(regression && config.training.label_smoothing > 0, "/training/label_smoothing");
  const bool labels_rows = config.task == Task::kClassification;
  refuse(!labels_rows && config.training.class_weights.has_value(), "/training/class_weights");
  if (const auto fault = unseen_labels_fault(config, config.data.unseen_labels)) {
    issues.push_back({prefix + "/data/unseen_labels", *fault});
  }
  refuse(!regression && config.model.standardize_targets.has_value(), "/model/standardize_targets");
  const auto check_monitor = [&](Monitor monitor, const std::string& pointer) {
    if (fits_task(monitor, config.task)) return;
    issues.push_back({prefix + pointer, "found \"" + std::string(enum_name(monitor)) + "\"; " +
                                            task + " has " + monitors_of(config.task)});
  };
  check_monitor(config.best_monitor(), "/training/early_stopping/monitor");
  if (const auto* plateau = std::get_if<ReduceOnPlateau>(&config.training.schedule)) {
    check_monitor(plateau->monitor, "/training/schedule/monitor");
  }
  const Loss loss = config.loss();
  const bool of_classes =
      loss == Loss::kCategoricalCrossentropy || loss == Loss::kBinaryCrossentropy;
  if (regression && of_classes) {
    issues.push_back({prefix + "/training/loss",
                      "found \"" + std::string(enum_name(loss)) +
                          "\"; regression has mean_squared_error, mean_absolute_error and huber"});
  }
}

}  // namespace

std::optional<std::string> unseen_labels_fault(const Config& config, UnseenLabels unseen) {
  if (unseen == UnseenLabels::kError) return std::nullopt;
  if (config.is_regression() || config.is_language_model() || config.is_sequence_to_sequence()) {
    return "has no meaning for " + task_name(config) + "; leave it out";
  }
  if (unseen != UnseenLabels::kWrong) return std::nullopt;
  if (config.is_multi_label()) {
    return "found \"wrong\"; multi_label has \"error\" and \"skip\"";
  }
  if (config.ordinal() != nullptr) {
    return "found \"wrong\"; classes with an order have \"error\" and \"skip\": an unseen one has "
           "no rank";
  }
  return std::nullopt;
}

void check_rules(const Config& config, const std::string& name, std::vector<Issue>& issues) {
  const std::string prefix = name + ": ";
  check_device(config, prefix, issues);
  check_training(config, prefix, issues);
  check_class_weights(config, prefix, issues);
  check_columns(config, prefix, issues);
  check_held_out(config, prefix, issues);
  check_input(config, prefix, issues);
  check_language_model(config, prefix, issues);
  check_multi_label(config, prefix, issues);
  check_sequence_to_sequence(config, prefix, issues);
  check_task(config, prefix, issues);
  walk_layers(config, /*vocabulary_size=*/0, /*class_count=*/0, prefix, issues);
}

}  // namespace sequent
