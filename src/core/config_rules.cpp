#include "core/config_rules.h"

#include <algorithm>
#include <map>

#include "core/delimiter.h"
#include "core/encodings.h"
#include "core/feature_rules.h"
#include "core/held_out_rules.h"
#include "core/json_fields.h"
#include "core/layer_chain.h"
#include "core/option_reader.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

void check_device(const Config& config, ConfigIssues& issues) {
  const std::string& device = config.runtime.device;
  const bool numbered = device.starts_with("cuda:") && device.size() > 5 && device.size() < 9 &&
                        device.find_first_not_of("0123456789", 5) == std::string::npos;
  if (device == "auto" || device == "cpu" || device == "cuda" || numbered) return;
  issues.add("/runtime/device", "found \"" + device +
                                    "\"; expected \"auto\", \"cpu\", \"cuda\" or "
                                    "\"cuda:N\"");
}

void check_training(const Config& config, ConfigIssues& issues) {
  const TrainingSpec& training = config.training;
  if (const auto* sgd = std::get_if<SgdSpec>(&training.optimizer)) {
    if (sgd->nesterov && sgd->momentum == 0) {
      issues.add("/training/optimizer/nesterov",
                 "found true with momentum 0; set momentum, such as 0.9");
    }
  }
  if (training.clip_norm && training.clip_value) {
    issues.add("/training/clip_value", "cannot be combined with clip_norm; remove one of them");
  }
  if (training.init_from && training.init_from->empty()) {
    issues.add("/training/init_from", "found \"\"; expected a run folder");
  }
}

void check_class_weights(const Config& config, ConfigIssues& issues) {
  if (!config.training.class_weights) return;
  const auto* given = std::get_if<std::map<std::string, double>>(&*config.training.class_weights);
  if (given == nullptr) return;
  const std::string where = "/training/class_weights";
  bool any_positive = false;
  for (const auto& [label, weight] : *given) {
    any_positive = any_positive || weight > 0;
    if (weight < 0) {
      issues.add(pointer_append(where, label),
                 "found " + format_number(weight) + "; expected at least 0");
    }
  }
  if (!any_positive) {
    issues.add(where, "no weight is above 0, so the model would learn nothing; raise at least one");
  }
}

/// Whether the text is, or contains, this column.
bool reads(const std::string& text, const std::string& key) { return text == key; }
bool reads(const TextColumns& text, const Column& column) {
  const std::vector<Column> columns = columns_of(text);
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// Checks a text that is read from several columns.
void check_text_columns(const Config& config, ConfigIssues& issues) {
  std::visit(
      [&](const auto& format) {
        if constexpr (requires { std::get<std::vector<Column>>(format.text); }) {
          const auto* columns = std::get_if<std::vector<Column>>(&format.text);
          if (columns == nullptr) return;
          std::vector<Column> sorted = *columns;
          std::sort(sorted.begin(), sorted.end());
          if (columns->empty()) {
            issues.add("/data/format/text", "found an empty list; expected at least one column");
          } else if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
            issues.add("/data/format/text", "names a column twice; remove one");
          } else if (format.text_b && columns->size() > 1) {
            issues.add("/data/format/text",
                       "names several columns, but each text of a pair is read from one");
          }
        }
      },
      config.data.format);
}

void check_columns(const Config& config, ConfigIssues& issues) {
  check_text_columns(config, issues);
  const bool weighs_by_label = std::visit(
      [](const auto& format) {
        if constexpr (requires { format.weight; }) return format.weight == format.label;
        return false;
      },
      config.data.format);
  if (weighs_by_label) {
    issues.add("/data/format/weight", "is also the column of the label; name another");
  }
  const auto same_column = [](const auto& format) {
    if constexpr (requires {
                    format.text;
                    format.label;
                  })
      return reads(format.text, format.label);
    if constexpr (requires { format.values == format.label; }) return format.values == format.label;
    return false;
  };
  if (std::visit(same_column, config.data.format)) {
    issues.add("/data/format/label",
               is_numeric(config.data.format)
                   ? "is also the key of the steps; name the key of the labels"
                   : "is also the column of the text; name the column of the labels");
  }
}

/// Checks the rules between the fields of one format. A tagged format and targets that are tags
/// require each other.
void check_tags(const Config& config, ConfigIssues& issues) {
  const TargetKind target = definition_of(config).target();
  if ((target == TargetKind::kTags) != is_tagged(config.data.format)) {
    issues.add("/data/format/type",
               "found \"" + std::string(format_name(config.data.format)) + "\" with the task \"" +
                   config.task.name() +
                   "\"; the formats \"conll\" and \"tokens\" require the task \"tagging\", "
                   "and vice versa");
  }
  const auto* conll = std::get_if<ConllFormat>(&config.data.format);
  if (conll != nullptr && conll->tag == conll->token) {
    issues.add("/data/format/tag", "is also the column of the token; name the column of the tags");
  }
  const auto* tokens = std::get_if<TokensFormat>(&config.data.format);
  if (tokens != nullptr && tokens->tokens == tokens->tags) {
    issues.add("/data/format/tags", "is also the key of the tokens; name the key of the tags");
  }
  if (tokens != nullptr && tokens->label) {
    if (tokens->label == tokens->tokens || tokens->label == tokens->tags) {
      issues.add("/data/format/label",
                 "is also the key of the tokens or tags; name the key of the label");
    } else if (config.sequence_label() == nullptr) {
      issues.add("/data/format/label",
                 "names a label of the whole row, but no layer reads it; add {\"type\": "
                 "\"sequence_label\"} before the last layer");
    }
  }
}

/// Checks that a second text and a pair layer occur together.
void check_pairs(const Config& config, ConfigIssues& issues) {
  const bool has_second = std::visit(
      [](const auto& format) {
        if constexpr (requires { format.text_b; }) return format.text_b.has_value();
        return false;
      },
      config.data.format);
  const bool same = std::visit(
      [](const auto& format) {
        if constexpr (requires { format.text_b; }) {
          if (!format.text_b) return false;
          return reads(format.text, *format.text_b) || format.text_b == format.label;
        }
        return false;
      },
      config.data.format);
  if (same) {
    issues.add("/data/format/text_b",
               "is also the column of the text or of the label; name another");
  }
  if (has_second && !config.reads_pairs()) {
    issues.add("/data/format/text_b",
               "names a second text, but no layer reads it; add {\"type\": \"pair\"} after "
               "a layer that gives one vector per text, such as a pool");
  }
  if (!config.reads_pairs()) return;
  if (!has_second) {
    issues.add("/data/format",
               "has no \"text_b\", but a pair layer reads two texts; set it in one of the formats "
               "tsv, csv and jsonl");
  }
  const auto* text = std::get_if<TextInput>(&config.input);
  if (text != nullptr && text->padding) {
    issues.add("/input/padding", "has no meaning for pairs; leave it out");
  }
}

/// Checks a key that may be a JSON pointer.
void check_pointer(const std::string& key, const std::string& option, ConfigIssues& issues) {
  if (!key.starts_with('/')) return;
  for (std::size_t at = key.find('~'); at != std::string::npos; at = key.find('~', at + 1)) {
    if (at + 1 < key.size() && (key[at + 1] == '0' || key[at + 1] == '1')) continue;
    issues.add(option, "found \"" + key +
                           "\"; in a JSON pointer, ~ must be written as ~0, and / in a key as ~1");
    return;
  }
}

/// Checks options of files that several formats have.
void check_file_options(const Config& config, ConfigIssues& issues) {
  std::visit(
      [&](const auto& format) {
        if constexpr (requires { format.delimiter; }) {
          const std::string error = delimiter_error(format.delimiter);
          if (!error.empty()) issues.add("/data/format/delimiter", error);
        }
        if constexpr (requires { format.encoding; }) {
          if (const auto error = encoding_error(format.encoding)) {
            issues.add("/data/format/encoding", *error);
          }
        }
        if constexpr (std::is_same_v<std::decay_t<decltype(format)>, JsonlFormat>) {
          check_pointer(format.text, "/data/format/text", issues);
          check_pointer(format.text_b.value_or(""), "/data/format/text_b", issues);
          check_pointer(format.label, "/data/format/label", issues);
        }
        if constexpr (requires { format.label_columns; }) {
          if (format.label_columns.empty()) return;
          for (std::size_t i = 0; i < format.label_columns.size(); ++i) {
            const auto begin = format.label_columns.begin();
            const auto earlier = begin + static_cast<std::ptrdiff_t>(i);
            const std::string option = "/data/format/label_columns/" + std::to_string(i);
            if (reads(format.text, *earlier) || format.text_b == *earlier) {
              issues.add(option, "is also the column of a text; name a column of labels");
            } else if (std::find(begin, earlier, *earlier) != earlier) {
              issues.add(option, "names the same column as an earlier one; remove it");
            }
          }
          if (definition_of(config).target() != TargetKind::kLabelSet) {
            issues.add("/data/format/label_columns",
                       "has no meaning without \"task\": \"multi_label\"; leave it out");
          } else if (format.label_separator) {
            issues.add("/data/format/label_separator",
                       "cannot be combined with label_columns; remove one of them");
          }
        }
      },
      config.data.format);
}

bool has_label_separator(const DataFormat& format) {
  return std::visit(
      [](const auto& spec) {
        if constexpr (requires { spec.label_separator; }) return spec.label_separator.has_value();
        return false;
      },
      format);
}

/// Checks the rules of windows whose target is a class.
void check_window_classes(const WindowsFormat& windows, ConfigIssues& issues) {
  const auto refuse = [&](bool found, const std::string& option) {
    if (!found) return;
    issues.add("/data/format/" + option,
               "has no meaning with /data/format/label, which is the class of a window's last "
               "step; leave it out");
  };
  refuse(!windows.targets.empty(), "targets");
  refuse(windows.horizon != WindowsFormat{}.horizon, "horizon");
  refuse(windows.season.has_value(), "season");
  const auto& columns = windows.columns;
  if (std::find(columns.begin(), columns.end(), *windows.label) != columns.end()) {
    issues.add("/data/format/label",
               "is also one of the columns that the model reads; name the column of the classes");
  }
  if (windows.group == windows.label) {
    issues.add("/data/format/label",
               "is also the column of the groups; name the column of the classes");
  }
}

void check_windows(const WindowsFormat& windows, const Config& config, ConfigIssues& issues) {
  const TargetKind target = definition_of(config).target();
  if (windows.label ? target != TargetKind::kLabel : target != TargetKind::kNumbers) {
    issues.add("/task",
               "found \"" + config.task.name() + "\"; " +
                   (windows.label ? "windows with a /data/format/label have classes: use "
                                    "\"classification\""
                                  : "windows of a series have numbers as targets: use "
                                    "\"regression\", or \"classification\" with the column of the "
                                    "classes in /data/format/label"));
  }
  if (windows.label) check_window_classes(windows, issues);
  const auto* numeric = std::get_if<NumericInput>(&config.input);
  if (windows.season && *windows.season > windows.length) {
    issues.add("/data/format/season",
               "found " + std::to_string(*windows.season) + "; a window has /data/format/length " +
                   std::to_string(windows.length) + " steps: a season is looked up in them");
  }
  const auto columns = static_cast<std::int64_t>(windows.columns.size());
  if (numeric != nullptr && numeric->channels != columns) {
    issues.add("/input/channels", "found " + std::to_string(numeric->channels) +
                                      "; /data/format/columns names " + std::to_string(columns));
  }
  if (numeric != nullptr && numeric->max_length < windows.length) {
    issues.add("/input/max_length", "found " + std::to_string(numeric->max_length) +
                                        ", which would cut the windows of /data/format/length " +
                                        std::to_string(windows.length));
  }
}

void check_input(const Config& config, ConfigIssues& issues) {
  const auto* numeric = std::get_if<NumericInput>(&config.input);
  const std::string format(format_name(config.data.format));
  check_tags(config, issues);
  check_pairs(config, issues);
  if ((numeric != nullptr) != is_numeric(config.data.format)) {
    issues.add("/data/format/type",
               "found \"" + format + "\" with " + (numeric ? "numeric" : "text") +
                   " input; numeric input requires the format \"series\" or \"windows\", "
                   "and vice versa");
  }
  const TargetKind target = definition_of(config).target();
  if (std::holds_alternative<LinesFormat>(config.data.format) &&
      target != TargetKind::kNextTokens) {
    issues.add("/data/format/type",
               "found \"lines\", which have no labels; they are for the task "
               "\"language_model\"");
  }
  if (has_label_separator(config.data.format) && target != TargetKind::kLabelSet) {
    issues.add("/data/format/label_separator",
               "has no meaning without \"task\": \"multi_label\"; leave it out");
  }
  if (const auto* windows = std::get_if<WindowsFormat>(&config.data.format)) {
    check_windows(*windows, config, issues);
  }
}

/// "loss, accuracy and macro_f1".
std::string joined_names(const std::vector<Monitor>& monitors) {
  std::string text;
  for (std::size_t i = 0; i < monitors.size(); ++i) {
    if (i > 0) text += i + 1 == monitors.size() ? " and " : ", ";
    text += enum_name(monitors[i]);
  }
  return text;
}

/// Checks the options that only some tasks have.
void check_task(const Config& config, ConfigIssues& issues) {
  const TaskDefinition& task = definition_of(config);
  const auto refuse = [&](bool found, const std::string& pointer) {
    if (found) issues.add(pointer, "has no meaning for " + task.title() + "; leave it out");
  };
  const TargetKind target = task.target();
  const bool has_row_loss = target == TargetKind::kLabel || target == TargetKind::kLabelSet ||
                            target == TargetKind::kNumbers;
  refuse(has_weights(config.data.format) && !has_row_loss, "/data/format/weight");
  refuse(config.training.sampling == Sampling::kBalanced && target != TargetKind::kLabel,
         "/training/sampling");
  if (config.training.sampling == Sampling::kBalanced &&
      std::holds_alternative<TokenBudget>(config.training.batch_size)) {
    issues.add("/training/sampling",
               "found \"balanced\", whose rows can have more tokens than /training/batch_size "
               "allows; use a number of examples as batch_size");
  }
  refuse(config.training.focal_gamma > 0 && target != TargetKind::kLabel &&
             target != TargetKind::kLabelSet,
         "/training/focal_gamma");
  if (config.training.focal_gamma > 0 && config.training.label_smoothing > 0) {
    issues.add("/training/focal_gamma", "cannot be combined with label_smoothing; remove one");
  }
  refuse(!task.allows_label_smoothing() && config.training.label_smoothing > 0,
         "/training/label_smoothing");
  refuse(!task.allows_class_weights() && config.training.class_weights.has_value(),
         "/training/class_weights");
  const Calibration calibration = config.training.calibration;
  if (calibration != Calibration::kAuto && calibration != Calibration::kNone &&
      !task.allows_calibration(config)) {
    issues.add("/training/calibration",
               "found \"" + std::string(enum_name(calibration)) +
                   "\"; only a softmax or sigmoid classifier has it: use \"auto\" or \"none\"");
  }
  if (const auto error = task.unseen_labels_error(config, config.data.unseen_labels)) {
    issues.add("/data/unseen_labels", *error);
  }
  refuse(task.target() != TargetKind::kNumbers && config.model.standardize_targets.has_value(),
         "/model/standardize_targets");
  const std::vector<Monitor> monitors = task.monitors();
  const auto check_monitor = [&](Monitor monitor, const std::string& pointer) {
    if (std::find(monitors.begin(), monitors.end(), monitor) != monitors.end()) return;
    issues.add(pointer, "found \"" + std::string(enum_name(monitor)) + "\"; " + task.title() +
                            " has " + joined_names(monitors));
  };
  check_monitor(config.best_monitor(), "/training/early_stopping/monitor");
  if (const auto* plateau = std::get_if<ReduceOnPlateau>(&config.training.schedule)) {
    check_monitor(plateau->monitor, "/training/schedule/monitor");
  }
  task.check_config(config, issues);
}

}  // namespace

void check_rules(const Config& config, const std::string& name, std::vector<Issue>& found) {
  ConfigIssues issues(name + ": ", found);
  check_device(config, issues);
  check_training(config, issues);
  check_class_weights(config, issues);
  check_columns(config, issues);
  check_file_options(config, issues);
  check_held_out(config, issues);
  check_features(config, issues);
  check_input(config, issues);
  check_task(config, issues);
  walk_layers(config, /*vocabulary_size=*/0, /*class_count=*/0, issues);
}

}  // namespace sequent
