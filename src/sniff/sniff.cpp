#include "sniff/sniff.h"

#include <algorithm>
#include <utility>

#include "core/shortened.h"
#include "sequent/error.h"
#include "sniff/choose_columns.h"
#include "sniff/column_names.h"
#include "sniff/file_kind.h"
#include "sniff/row_statistics.h"

namespace sequent {
namespace {

/// The tasks that need no more than a file, by their targets.
constexpr std::pair<TargetKind, const char*> kTasks[] = {
    {TargetKind::kLabel, "classification"},
    {TargetKind::kLabelSet, "multi_label"},
    {TargetKind::kNumbers, "regression"},
    {TargetKind::kTags, "tagging"},
};

std::optional<TargetKind> wanted_target(const std::optional<std::string>& task) {
  if (!task) return std::nullopt;
  std::string names;
  for (const auto& [target, name] : kTasks) {
    if (*task == name) return target;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  const bool exists = std::ranges::count(Task::names(), *task) > 0;
  throw Error(ErrorKind::kUsage, "--task",
              "found \"" + *task + "\"; sequent fit knows " + names +
                  (exists ? "; write a config for other tasks, see configs/" : ""));
}

Task task_of(TargetKind target) {
  for (const auto& [kind, name] : kTasks) {
    if (kind == target) return Task(name);
  }
  throw Error(ErrorKind::kInternal, "", "there is no task with this target");
}

/// Throws the error of an option that a format without columns does not have.
void refuse_columns(const SniffOptions& options, const std::string& format) {
  for (const auto& [option, is_given] : {std::pair{"--text", !options.texts.empty()},
                                         {"--label", options.label.has_value()},
                                         {"--feature", !options.features.empty()}}) {
    if (is_given) {
      throw Error(ErrorKind::kUsage, option, "cannot be combined with " + format + "; remove it");
    }
  }
}

/// Errors: Usage if the user named features; rows with tags have none.
void refuse_features(const SniffOptions& options) {
  if (options.features.empty()) return;
  throw Error(ErrorKind::kUsage, "--feature",
              "cannot be combined with tagged tokens, which have no features; remove it");
}

template <class Table>
DataFormat table_format(Table table, const FileColumns& file, const ChosenColumns& chosen,
                        const std::string& encoding) {
  if (chosen.texts.size() == 1) {
    table.text = text_column(file.column(chosen.texts.front()));
  } else {
    std::vector<Column> columns;
    for (const std::size_t i : chosen.texts) columns.push_back(file.column(i));
    table.text = columns;
  }
  table.label = file.column(chosen.label);
  table.header = file.has_header;
  table.label_separator = chosen.label_separator;
  table.encoding = encoding;
  return table;
}

DataFormat format_of(const FileKind& kind, const FileColumns& file, const ChosenColumns& chosen) {
  if (kind.family == FileFamily::kJson) {
    JsonlFormat format;
    format.text = file.columns[chosen.texts.front()].name();
    format.label = file.columns[chosen.label].name();
    format.encoding = kind.encoding;
    return format;
  }
  if (!kind.has_quotes) return table_format(TsvFormat{}, file, chosen, kind.encoding);
  CsvFormat format;
  format.delimiter = std::string(1, kind.delimiter);
  return table_format(format, file, chosen, kind.encoding);
}

FeatureSpec feature_of(ColumnKind kind, const Column& column) {
  if (kind == ColumnKind::kNumber) {
    NumberFeature feature;
    feature.column = column;
    return feature;
  }
  if (kind == ColumnKind::kDate) {
    DateFeature feature;
    feature.column = column;
    return feature;
  }
  CategoryFeature feature;
  feature.column = column;
  return feature;
}

/// Returns the keys of tokens and tags; nothing if the objects have none.
std::optional<TokensFormat> tokens_format(const FileColumns& file, const SniffOptions& options) {
  TokensFormat format;
  const auto is_list = [&file](const std::string& key) {
    const std::int64_t i = file.find(key);
    return i >= 0 && file.columns[static_cast<std::size_t>(i)].kind() == ColumnKind::kList;
  };
  const auto find_list = [&](std::string& key, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (!is_list(name)) continue;
      key = name;
      return true;
    }
    return false;
  };
  if (!find_list(format.tokens, {"tokens", "words"})) return std::nullopt;
  if (!find_list(format.tags, {"tags", "ner_tags", "pos_tags", "slots"})) return std::nullopt;
  for (const char* key : {"label", "intent"}) {
    const std::int64_t i = file.find(key);
    if (i < 0 || options.label) continue;
    if (file.columns[static_cast<std::size_t>(i)].kind() != ColumnKind::kCategory) continue;
    format.label = key;
    break;
  }
  return format;
}

/// Rows with columns or keys.
void decide_columns(const FileKind& kind, const SniffOptions& options, SniffedData& result) {
  const FileColumns file = profile_columns(options.train, kind);
  if (kind.family == FileFamily::kTable) result.reasons.push_back(file.header_reason);
  const std::optional<TargetKind> wanted = wanted_target(options.task);
  if (!wanted || *wanted == TargetKind::kTags) {
    if (auto format = tokens_format(file, options)) {
      refuse_features(options);
      format->encoding = kind.encoding;
      result.labels_sequences = format->label.has_value();
      result.data.format = *format;
      result.target = TargetKind::kTags;
      result.reasons.push_back(
          "\"" + format->tokens + "\" are tokens and \"" + format->tags + "\" their tags" +
          (format->label ? "; \"" + *format->label + "\" is a label of each row" : ""));
      return;
    }
  }
  const ChosenColumns chosen =
      choose_columns(options.train, file, {options.texts, options.label, options.features, wanted},
                     /*joins_texts=*/kind.family == FileFamily::kTable);
  result.target = chosen.target;
  result.data.format = format_of(kind, file, chosen);
  for (const std::size_t i : chosen.features) {
    result.features.push_back(feature_of(file.columns[i].kind(), file.column(i)));
  }
  result.reasons.insert(result.reasons.end(), chosen.reasons.begin(), chosen.reasons.end());
  if (chosen.split && !options.validation) {
    const Column column = file.columns[*chosen.split].name();
    const auto held_out = [&](int part) -> std::optional<HeldOutSource> {
      HeldOut source;
      source.column = column;
      for (const auto& [value, count] : file.columns[*chosen.split].counts()) {
        if (part_of_value(value) == part) source.values.push_back(value);
      }
      if (source.values.empty()) return std::nullopt;
      return source;
    };
    result.data.validation = *held_out(1);
    if (!options.test) result.data.test = held_out(2);
  }
}

void decide_format(const FileKind& kind, const SniffOptions& options, SniffedData& result) {
  switch (kind.family) {
    case FileFamily::kTable:
    case FileFamily::kJson:
      return decide_columns(kind, options, result);
    case FileFamily::kFolders:
      refuse_columns(options, "folders");
      result.data.format = FoldersFormat{};
      return;
    case FileFamily::kFastText: {
      refuse_columns(options, "fastText files");
      FastTextFormat format;
      format.encoding = kind.encoding;
      result.data.format = format;
      if (const auto wanted = wanted_target(options.task)) result.target = *wanted;
      return;
    }
    case FileFamily::kConll: {
      refuse_columns(options, "CoNLL files");
      ConllFormat format;
      format.encoding = kind.encoding;
      result.data.format = format;
      result.target = TargetKind::kTags;
      return;
    }
    case FileFamily::kLines:
      break;
  }
  throw Error(ErrorKind::kData, options.train,
              "has lines without labels; expected CSV, TSV, JSON Lines, fastText, CoNLL, or a "
              "folder per label. For a language model, write a config, as "
              "configs/tinyshakespeare.json");
}

}  // namespace

SniffedData sniff_data(const SniffOptions& options) {
  for (const std::string& path :
       {options.train, options.validation.value_or(""), options.test.value_or("")}) {
    if (path != "-") continue;
    throw Error(ErrorKind::kUsage, "-",
                "stdin cannot be read, because the data are read several times; name a file");
  }
  SniffedData result;
  result.data.train = options.train;
  HeldOut held_out;
  result.data.validation = held_out;
  const FileKind kind = sniff_file(options.train);
  result.reasons.push_back("format: " + kind.reason +
                           (kind.encoding == "utf-8" ? "" : "; encoding " + kind.encoding));
  decide_format(kind, options, result);
  if (options.validation) result.data.validation = *options.validation;
  if (options.test) result.data.test = *options.test;
  result.is_tagged = result.target == TargetKind::kTags;
  decide_from_rows(result);
  result.task = task_of(result.target);
  return result;
}

}  // namespace sequent
