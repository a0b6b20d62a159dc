// Labelled rows and the probabilities that a classifier, which was not trained on them, gives their
// labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/chosen_records.h"
#include "sequent/text.h"

namespace sequent {

struct JudgedRows {
  std::string what;  // the rows, such as "the validation rows of runs/a"
  RecordSource source;
  std::vector<std::string> labels;
  std::vector<std::int64_t> records;  // of each row: its number in the file, from 0; ascending
  std::vector<std::int32_t> truths;   // [rows]
  std::vector<float> probabilities;   // [rows, labels], row-major
  std::int64_t unknown_labels = 0;    // rows left out, because the model does not have their label
  std::vector<TextEncoder> encoders;  // of the models
  std::vector<std::size_t> encoder_of;  // [rows]: index into encoders

  std::size_t size() const { return records.size(); }
  std::span<const float> of(std::size_t row) const {
    return std::span(probabilities).subspan(row * labels.size(), labels.size());
  }
};

/// Returns the rows of a labelled file, predicted by a run folder or an archive; without a file,
/// the validation rows of the run. Errors: Usage if the model does not classify texts, or an
/// archive has no file; Data; Artifact.
JudgedRows judge_rows(const std::filesystem::path& model, const std::string& file, int threads);

/// Whether a folder was written by `sequent crossval` with folds.
bool is_crossval_folder(const std::filesystem::path& folder);

/// Returns all rows of the training file of a cross-validation, each predicted by the model that
/// did not see it, from predictions.jsonl. Probabilities of repetitions are averaged. Errors: Usage
/// if the models do not classify texts; Data if predictions.jsonl is damaged; Artifact.
JudgedRows judge_folds(const std::filesystem::path& folder);

}  // namespace sequent
