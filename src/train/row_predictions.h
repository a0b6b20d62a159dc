// A model's predictions for each row of labelled data, and what is true of these rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/chosen_records.h"
#include "sequent/data.h"
#include "sequent/trainer.h"

namespace sequent {

/// The held-out rows of a run.
enum class RunRows { kValidation, kTest };

/// Whether these are the same files, wherever they are.
bool same_files(const std::vector<SourceFile>& a, const std::vector<SourceFile>& b);

/// Of a model that predicts one label, any number of labels, or numbers for each row.
struct RowPredictions {
  TargetKind target = TargetKind::kLabel;  // or kLabelSet or kNumbers
  LabelSet labels = LabelSet::none();      // the classes, or the names of the numbers
  EncodedDataset rows;
  std::vector<float> outputs;           // [rows, labels]: probabilities, or numbers
  std::vector<double> target_origin;    // what rows.targets() and numbers are relative to; empty: 0
  std::vector<double> thresholds;       // of the labels of a set; empty: 0.5
  RecordSource source;                  // the file of the rows
  std::vector<std::int64_t> records;    // of each row: its number in the file, from 0; ascending
  std::int64_t skipped = 0;             // rows that were left out because of an unseen label
  std::vector<SourceFile> sources;      // of a run's own rows: the files they come from
  std::optional<HeldOutSource> chosen;  // and how they were chosen
  Duplicates duplicates = Duplicates::kKeep;

  std::span<const float> of(std::int64_t row) const {
    const auto width = static_cast<std::size_t>(labels.size());
    return std::span(outputs).subspan(static_cast<std::size_t>(row) * width, width);
  }
  /// The predicted class: the most probable one; ties keep the order of the classes.
  std::int64_t predicted(std::int64_t row) const;
  /// Whether this label is in the predicted set of labels.
  bool predicts(std::int64_t row, std::int64_t label) const;
  /// A number of a row in its own unit.
  double number(std::int64_t row, std::int64_t column) const;
  double true_number(std::int64_t row, std::int64_t column) const;
};

/// Predicts for a labelled file with a run folder or a model archive. Errors: as evaluate(), and
/// Usage if the model predicts neither labels nor numbers for each row.
RowPredictions predict_rows(const std::filesystem::path& run_or_model, const std::string& file,
                            const EvaluateOptions& options = {});

/// Predicts for rows that a finished run held out. Errors: Artifact; Data if the data changed since
/// or are missing; Usage as predict_rows, and if the run has no such rows.
RowPredictions predict_held_out(const std::filesystem::path& run, RunRows which, int threads = 0);

/// Returns the mean over models of their outputs for the same rows. Shapes: outputs, each [rows,
/// labels] -> the same.
std::vector<float> mean_outputs(const std::vector<std::vector<float>>& outputs);

}  // namespace sequent
