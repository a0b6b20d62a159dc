#include "data/splits.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "data/encode_rows.h"
#include "data/learned_data.h"
#include "data/readers.h"
#include "data/training_rows.h"
#include "data/training_series.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "text/text_table.h"

namespace sequent {
namespace {

/// `rows_are_split`: the labels are only those of the training part.
template <class Rows>
void require_two_labels(const Rows& rows, const std::string& path, bool rows_are_split = false) {
  if (rows.labels().size() >= 2) return;
  if (rows.labels().empty()) {
    throw Error(ErrorKind::kData, path,
                "none of its " + std::to_string(rows.size()) + " rows has a label");
  }
  const std::string rows_and_cure =
      rows_are_split
          ? "the training part; expected at least two labels; hold out less, or use a file for "
            "\"validation\""
          : "all " + std::to_string(rows.size()) +
                " rows; expected at least two labels; check that \"label\" names the right column";
  throw Error(ErrorKind::kData, path,
              "found only the label \"" + rows.labels().front() + "\" in " + rows_and_cure);
}

/// Says which rows were not held out, by the labels that only they have.
std::string kept_rows(const KeptRows& kept) {
  return "kept " + std::to_string(kept.count) + (kept.count == 1 ? " row" : " rows") +
         " in training instead of the held-out part, because no other training row has " +
         list_some(kept.labels);
}

/// Errors: Data if the model would read no token of the text, so that it could learn nothing.
void require_tokens(const Vocabulary& vocabulary, const Config& config, const std::string& path,
                    const FaultList& faults) {
  const auto* text = std::get_if<TextInput>(&config.input);
  const bool is_empty = vocabulary.size() == Vocabulary::kReserved;
  if (text == nullptr || !is_empty || encoder_spec(config).spells_unknown) return;
  faults.throw_if_any();
  const std::int64_t least = text->vocabulary.min_count;
  throw Error(ErrorKind::kData, path,
              least == 1 ? "no training text has a token, so the vocabulary is empty; check that "
                           "\"text\" names the right column"
                         : "no token occurs " + std::to_string(least) +
                               " times in the training texts, so the vocabulary is empty; use a "
                               "smaller /input/vocabulary/min_count");
}

/// Errors: Data if all weights are 0, so that the model could learn nothing.
void require_weights(const EncodedDataset& rows, const std::string& path) {
  if (!rows.has_weights()) return;
  for (std::int64_t row = 0; row < rows.size(); ++row) {
    if (rows.weight(row) > 0) return;
  }
  throw Error(
      ErrorKind::kData, path,
      "the weights of all training rows are 0; check that \"weight\" names the right column");
}

/// Returns the part of each row. Rows that cannot be used in theirs are added to `faults`.
template <class Rows>
std::vector<Part> parts_of(Rows& rows, const Config& config, const std::string& path,
                           FaultList& faults) {
  const DataSpec& data = config.data;
  const RowsToSplit to_split = rows.rows_to_split();
  const bool in_order = definition_of(config).rows_are_ordered();
  std::vector<Part> parts = choose_parts(to_split, data, in_order);
  if constexpr (requires { rows.keep_labels_in_training(parts, PartUnits()); }) {
    const PartUnits units{units_of_part(to_split, data, Part::kTest, in_order),
                          units_of_part(to_split, data, Part::kValidation, in_order)};
    const KeptRows kept = rows.keep_labels_in_training(parts, units);
    if (kept.count > 0) log_info(path + ": " + kept_rows(kept));
  }
  if constexpr (requires { rows.limit_labels(parts, data.unseen_labels, faults); }) {
    if (definition_of(config).target() == TargetKind::kLabel) {
      rows.limit_labels(parts, data.unseen_labels, faults);
    }
  }
  const auto has = [&](Part part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  const bool wants_test = data.test && std::holds_alternative<HeldOut>(*data.test);
  const bool wants_validation = std::holds_alternative<HeldOut>(data.validation);
  if (!has(Part::kTrain) || (wants_test && !has(Part::kTest)) ||
      (wants_validation && !has(Part::kValidation))) {
    // Invalid rows may be the reason for too few rows.
    faults.throw_if_any();
    const auto names_column = [](const HeldOutSource& source) {
      const auto* held_out = std::get_if<HeldOut>(&source);
      return held_out != nullptr && held_out->column;
    };
    if (names_column(data.validation) || (data.test && names_column(*data.test))) {
      throw Error(ErrorKind::kData, path,
                  "after the rows that a \"column\" of the config holds out, a part has no row; "
                  "check \"values\" or \"from\" of /data/validation and /data/test");
    }
    const auto names_group = [](const HeldOutSource& source) {
      const auto* held_out = std::get_if<HeldOut>(&source);
      return held_out != nullptr && held_out->group;
    };
    if (names_group(data.validation) || (data.test && names_group(*data.test))) {
      throw Error(
          ErrorKind::kData, path,
          "a part has no row, because there are fewer groups than folds or parts; use fewer "
          "folds, a larger fraction, or no \"group\"");
    }
    const std::string of_each =
        definition_of(config).target() == TargetKind::kLabel &&
                !std::holds_alternative<WindowsFormat>(data.format)
            ? ": each label needs two rows, or three if a test part is held out as well"
            : "";
    throw Error(ErrorKind::kData, path,
                "found " + std::to_string(rows.size()) + " rows, too few for a held-out part" +
                    of_each + "; expected more rows, or a file for \"validation\"");
  }
  return parts;
}

/// The results of reading the training file.
struct TrainingPart {
  TrainingSplits splits;
  Vocabulary vocabulary;
  LabelSet labels;
  std::int64_t file_rows = 0;
  LearnedData learned;
};

template <class Rows>
LabelSet labels_of(const Rows& rows, const Config& config, const std::string& path) {
  const TaskDefinition& task = definition_of(config);
  if (task.target() == TargetKind::kNumbers) {
    return LabelSet::of_targets(target_names(config.data.format, rows.target_count()));
  }
  if (task.predicts_tokens()) return LabelSet::none();
  require_two_labels(rows, path, /*rows_are_split=*/true);
  LabelSet labels(rows.labels());
  if constexpr (requires { rows.sequence_labels(); }) {
    if (config.sequence_label() == nullptr) return labels;
    try {
      return labels.with_sequence_labels(rows.sequence_labels());
    } catch (const Error& error) {
      throw Error(ErrorKind::kData, path, std::string(error.what()));
    }
  }
  return labels;
}

template <class Rows>
TrainingPart settle(Rows rows, const Config& config, const std::string& path,
                    const Vocabulary& known, FaultList& faults) {
  // Without two labels or any row, the other files cannot be checked.
  const TaskDefinition& task = definition_of(config);
  const bool has_labels = task.target() != TargetKind::kNumbers && !task.predicts_tokens();
  if (rows.size() == 0 || (has_labels && rows.labels().size() < 2)) {
    faults.throw_if_any();
  }
  if (has_labels) require_two_labels(rows, path);
  const std::vector<Part> parts = parts_of(rows, config, path, faults);
  LabelSet labels = labels_of(rows, config, path);
  const std::int64_t file_rows = rows.size();
  Vocabulary vocabulary = rows.count_vocabulary(parts, known);
  require_tokens(vocabulary, config, path, faults);
  LearnedData learned = rows.learn(parts);
  settle_learned(learned, config, rows.channels(), rows.target_count());
  TrainingSplits splits = std::move(rows).encode(vocabulary, parts, learned);
  require_weights(splits.train.rows, path);
  return {std::move(splits), std::move(vocabulary), std::move(labels), file_rows,
          std::move(learned)};
}

TrainingPart read_training(const Config& config, const std::string& path, const Vocabulary& known,
                           int threads, FaultList& faults) {
  const EncoderSpec spec = encoder_spec(config);
  if (std::holds_alternative<TextInput>(config.input)) {
    return settle(TrainingRows::read(path, config.data, spec, threads, faults), config, path, known,
                  faults);
  }
  return settle(TrainingSeries::read(path, config.data.format, spec, faults), config, path, known,
                faults);
}

}  // namespace

std::vector<SplitFile> split_files(const Config& config) {
  std::vector<SplitFile> files;
  const auto add = [&](const char* role, const std::string& named) {
    files.push_back({role, named, config.resolve_path(named).string()});
  };
  add("train", config.data.train);
  if (const auto* file = std::get_if<std::string>(&config.data.validation)) {
    add("validation", *file);
  }
  if (config.data.test) {
    if (const auto* file = std::get_if<std::string>(&*config.data.test)) add("test", *file);
  }
  return files;
}

std::vector<Part> read_parts(const Config& config, int threads) {
  const std::string path = split_files(config)[0].path;
  const EncoderSpec spec = encoder_spec(config);
  FaultList faults;
  const auto parts = [&](auto rows) {
    faults.throw_if_any();
    std::vector<Part> found = parts_of(rows, config, path, faults);
    faults.throw_if_any();
    return found;
  };
  if (std::holds_alternative<TextInput>(config.input)) {
    return parts(TrainingRows::read(path, config.data, spec, threads, faults));
  }
  return parts(TrainingSeries::read(path, config.data.format, spec, faults));
}

Splits read_splits(const Config& given, int threads, const Vocabulary& known) {
  const std::vector<SplitFile> files = split_files(given);
  FaultList faults;
  TrainingPart training = read_training(given, files[0].path, known, threads, faults);
  Config config = given;
  training.learned.fill(config);
  std::vector<std::int64_t> file_rows{training.file_rows};
  SplitRows validation = std::move(training.splits.validation);
  std::optional<SplitRows> test;
  if (training.splits.test.rows.size() > 0) test = std::move(training.splits.test);
  const RowEncoder encoder(encoder_spec(config), training.vocabulary);
  for (std::size_t i = 1; i < files.size(); ++i) {
    SplitRows split = encode_rows(files[i].path, config.data.format, encoder,
                                  {training.labels, config.data.unseen_labels}, threads, faults);
    file_rows.push_back(split.rows.size());
    if (files[i].role == "test") {
      test = std::move(split);
    } else {
      validation = std::move(split);
    }
  }
  faults.throw_if_any();
  const EncoderSpec spec = encoder_spec(config);
  warn_about_cut("training", spec, training.splits.train);
  warn_about_cut("validation", spec, validation);
  if (test) warn_about_cut("test", spec, *test);
  return {std::move(training.splits.train), std::move(validation),      std::move(test),
          std::move(training.vocabulary),   std::move(training.labels), std::move(file_rows),
          std::move(training.learned)};
}

}  // namespace sequent
