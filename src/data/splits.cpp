#include "data/splits.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "data/training_rows.h"
#include "data/training_series.h"

namespace sequent {
namespace {

template <class Rows>
void require_two_labels(const Rows& rows, const std::string& path) {
  if (rows.labels().size() >= 2) return;
  throw Error(ErrorKind::kData, path,
              "found the label \"" + rows.labels().front() + "\" alone, in all of " +
                  std::to_string(rows.size()) +
                  " rows; expected at least two: is \"label\" the right column?");
}

template <class Rows>
std::vector<bool> held_out_rows(const Rows& rows, const DataSpec& data, const std::string& path) {
  const auto* spec = std::get_if<HeldOut>(&data.validation);
  if (spec == nullptr) return std::vector<bool>(static_cast<std::size_t>(rows.size()), false);
  std::vector<bool> held_out = choose_held_out(rows.classes(), *spec);
  if (std::find(held_out.begin(), held_out.end(), true) == held_out.end()) {
    throw Error(ErrorKind::kData, path,
                "every label has one row alone, so that none can be held out; expected more rows, "
                "or a file for \"validation\"");
  }
  return held_out;
}

/// What the training file gives.
struct TrainingPart {
  SplitRows train;
  SplitRows held_out;
  Vocabulary vocabulary;
  LabelSet labels;
  std::int64_t file_rows = 0;
};

template <class Rows>
TrainingPart settle(Rows rows, const Config& config, const std::string& path, FaultList& faults) {
  // Without two labels nothing can be said of the other files.
  if (rows.labels().size() < 2) faults.throw_if_any();
  require_two_labels(rows, path);
  const std::vector<bool> held_out = held_out_rows(rows, config.data, path);
  const std::int64_t file_rows = rows.size();
  LabelSet labels(rows.labels());
  Vocabulary vocabulary = rows.count_vocabulary(held_out);
  auto [train, rest] = std::move(rows).encode(vocabulary, held_out);
  return {std::move(train), std::move(rest), std::move(vocabulary), std::move(labels), file_rows};
}

TrainingPart read_training(const Config& config, const std::string& path, int threads,
                           FaultList& faults) {
  const DataFormat& format = config.data.format;
  if (const auto* text = std::get_if<TextInput>(&config.input)) {
    return settle(TrainingRows::read(path, format, *text, threads, faults), config, path, faults);
  }
  const auto& numeric = std::get<NumericInput>(config.input);
  return settle(TrainingSeries::read(path, format, numeric, faults), config, path, faults);
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
  if (config.data.test) add("test", *config.data.test);
  return files;
}

Splits read_splits(const Config& config, int threads) {
  const std::vector<SplitFile> files = split_files(config);
  FaultList faults;
  TrainingPart training = read_training(config, files[0].path, threads, faults);
  std::vector<std::int64_t> file_rows{training.file_rows};
  SplitRows validation = std::move(training.held_out);
  std::optional<SplitRows> test;
  const RowEncoder encoder(config.input, training.vocabulary);
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
  return {std::move(training.train),      std::move(validation),      std::move(test),
          std::move(training.vocabulary), std::move(training.labels), std::move(file_rows)};
}

}  // namespace sequent
