#include "search/judged_rows.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "core/strict_json.h"
#include "data/splits.h"
#include "infer/archive.h"
#include "sequent/artifact.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

/// Errors: Usage unless a model of this config predicts one of several classes for texts.
void require_text_classifier(const Config& config, const std::string& name) {
  const bool reads_text = std::holds_alternative<TextInput>(config.input);
  if (definition_of(config).target() == TargetKind::kLabel && reads_text) return;
  throw Error(ErrorKind::kUsage, name,
              "the model's task is " + std::string(config.task.name()) +
                  (reads_text ? "" : " of sequences of numbers") +
                  "; errors are analysed for classification of texts");
}

TextEncoder encoder_of(const Config& config, const Vocabulary& vocabulary) {
  return {std::get<TextInput>(config.input), vocabulary, encoder_spec(config).spells_unknown};
}

JudgedRows judged(RowPredictions found) {
  JudgedRows rows;
  rows.labels = found.labels.names();
  rows.unknown_labels = found.skipped;
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    if (found.rows.label(row) < 0) {
      ++rows.unknown_labels;
      continue;
    }
    rows.records.push_back(found.records[static_cast<std::size_t>(row)]);
    rows.truths.push_back(found.rows.label(row));
    const std::span<const float> own = found.of(row);
    rows.probabilities.insert(rows.probabilities.end(), own.begin(), own.end());
  }
  rows.source = std::move(found.source);
  rows.encoder_of.assign(rows.size(), 0);
  return rows;
}

/// Reads the lines of predictions.jsonl.
class FoldPredictions {
 public:
  explicit FoldPredictions(fs::path folder)
      : folder_(std::move(folder)), file_(folder_ / "predictions.jsonl") {}

  JudgedRows read() {
    std::ifstream in(file_);
    if (!in) throw Error(ErrorKind::kData, file_.string(), "cannot be read");
    std::string line;
    for (line_ = 1; std::getline(in, line); ++line_) add(line);
    if (sums_.empty()) throw Error(ErrorKind::kData, file_.string(), "has no rows");
    return take();
  }

 private:
  /// The predictions for one row of the training file.
  struct Row {
    std::int32_t truth = 0;
    std::size_t encoder = 0;
    std::vector<double> sum;  // of probabilities
    int times = 0;
  };

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::kData, file_.string() + ":" + std::to_string(line_), message);
  }

  void add(const std::string& line) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool is_whole = json.is_object() && json.value("row", Json()).is_number_unsigned() &&
                          json.value("fold", Json()).is_number_unsigned() &&
                          json.value("repeat", Json()).is_number_unsigned();
    if (!is_whole) fail("expected an object with \"row\", \"repeat\" and \"fold\"");
    const std::size_t encoder = run_number(json["repeat"], json["fold"]);
    const Json truth = json.value("label", Json());
    const Json probabilities = json.value("probabilities", Json());
    if (!truth.is_string() || !probabilities.is_object() ||
        probabilities.size() != rows_.labels.size()) {
      fail("expected a \"label\" and \"probabilities\" of the " +
           std::to_string(rows_.labels.size()) + " labels");
    }
    Row& row = sums_[json["row"].get<std::int64_t>()];
    if (row.times++ == 0) {
      row.truth = label_number(truth.get<std::string>());
      row.encoder = encoder;
      row.sum.resize(rows_.labels.size());
    }
    for (std::size_t i = 0; i < rows_.labels.size(); ++i) {
      const auto found = probabilities.find(rows_.labels[i]);
      if (found == probabilities.end() || !found->is_number()) {
        fail("has no probability of the label \"" + rows_.labels[i] + "\"");
      }
      row.sum[i] += found->get<double>();
    }
  }

  /// Returns the number of a run's encoder. The first run also has the labels and the file.
  std::size_t run_number(std::int64_t repeat, std::int64_t fold) {
    const auto [found, is_new] = encoders_.try_emplace({repeat, fold}, encoders_.size());
    if (!is_new) return found->second;
    fs::path run = folder_ / ("fold-" + std::to_string(fold));
    if (!fs::is_directory(run)) {
      run = folder_ / ("repeat-" + std::to_string(repeat) + "-fold-" + std::to_string(fold));
    }
    const RunText text = read_run_text(RunFolder{run});
    if (rows_.encoders.empty()) {
      require_text_classifier(text.config, folder_.string());
      rows_.labels = text.labels.names();
      rows_.source = {split_files(text.config).front().path, text.config.data.format,
                      TargetKind::kLabel};
    }
    rows_.encoders.push_back(encoder_of(text.config, text.vocabulary));
    return found->second;
  }

  std::int32_t label_number(const std::string& label) const {
    const auto found = std::ranges::find(rows_.labels, label);
    if (found == rows_.labels.end()) fail("the runs do not have the label \"" + label + "\"");
    return static_cast<std::int32_t>(found - rows_.labels.begin());
  }

  JudgedRows take() {
    rows_.what = "all rows, each predicted by a model that was not trained on it";
    for (const auto& [record, row] : sums_) {
      rows_.records.push_back(record);
      rows_.truths.push_back(row.truth);
      rows_.encoder_of.push_back(row.encoder);
      for (const double sum : row.sum) {
        rows_.probabilities.push_back(static_cast<float>(sum / row.times));
      }
    }
    return std::move(rows_);
  }

  fs::path folder_;
  fs::path file_;
  std::int64_t line_ = 0;
  JudgedRows rows_;
  std::map<std::int64_t, Row> sums_;                                       // by record
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> encoders_;  // by repeat and fold
};

JudgedRows judge_run(const fs::path& folder, const std::string& file,
                     const EvaluateOptions& options) {
  const RunText text = read_run_text(RunFolder{folder});
  require_text_classifier(text.config, folder.string());
  const auto* validation = std::get_if<std::string>(&text.config.data.validation);
  JudgedRows rows;
  if (!file.empty()) {
    rows = judged(predict_rows(folder, file, options));
    rows.what = file;
  } else {
    // A separate file does not need the training file.
    rows =
        judged(validation == nullptr
                   ? predict_held_out(folder, RunRows::kValidation, options.threads)
                   : predict_rows(folder, text.config.resolve_path(*validation).string(), options));
    rows.what = "the validation rows of " + folder.string();
  }
  rows.encoders.push_back(encoder_of(text.config, text.vocabulary));
  return rows;
}

}  // namespace

JudgedRows judge_rows(const fs::path& model, const std::string& file, int threads) {
  EvaluateOptions options;
  options.threads = threads;
  options.unseen_labels = UnseenLabels::kSkip;
  if (fs::is_directory(model)) return judge_run(model, file, options);
  const LoadedArchive archive = load_archive(model);
  const Config& config = archive.metadata.config;
  require_text_classifier(config, model.string());
  if (file.empty()) {
    throw Error(ErrorKind::kUsage, "DATA",
                "expected a labelled file that the model was not trained on, because an archive "
                "does not contain data");
  }
  JudgedRows rows = judged(predict_rows(model, file, options));
  rows.what = file;
  rows.encoders.push_back(encoder_of(config, archive.metadata.vocabulary));
  return rows;
}

bool is_crossval_folder(const fs::path& folder) {
  return fs::is_directory(folder) && fs::exists(folder / "crossval.json");
}

JudgedRows judge_folds(const fs::path& folder) {
  if (!fs::exists(folder / "predictions.jsonl")) {
    throw Error(ErrorKind::kUsage, folder.string(),
                "has no predictions.jsonl; expected a run folder, a model archive or the finished "
                "folder of sequent crossval with folds");
  }
  return FoldPredictions(folder).read();
}

}  // namespace sequent
