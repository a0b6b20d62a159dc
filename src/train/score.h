// Predictions held against what was wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sequent/config.h"
#include "sequent/data.h"
#include "sequent/metrics.h"

namespace sequent {

class SequenceModelImpl;
class WorkerTeam;
struct WrittenRows;

/// Of the training targets, as the model keeps them; empty where they are not standardized.
std::vector<float> target_deviations(const SequenceModelImpl& model);

/// What the training rows decide of later reports: errors of naive forecasts.
Calibration calibrate(const Config& config, const EncodedDataset& train);

/// The report of a model on all rows of `data`.
Report measure(WorkerTeam& team, const SequenceModelImpl& model, const LabelSet& labels,
               const EncodedDataset& data, const Calibration& calibration = {});

/// Probabilities of labels beside the labels that the rows have. Shapes: probabilities [rows, K].
MultiLabelMetrics label_metrics(const LabelSet& labels, const EncodedDataset& data,
                                const std::vector<float>& probabilities);

/// The report of a language model on these lines. `loss`: sum of -ln p of all tokens; `right`: of
/// them, those that were the most probable.
LanguageModelReport score_text(const EncodedDataset& lines, double loss, std::int64_t right);

/// The report of written texts. Errors: Data without a row.
SequenceReport score_sequences(const EncodedDataset& data, const WrittenRows& written);

/// The report of predicted tags, and of the labels of whole rows where there are such. `loss`: of
/// TaggingReport. Shapes: row_labels [rows, L], probabilities, or empty.
TaggingReport score_tags(const LabelSet& labels, const EncodedDataset& data,
                         const std::vector<std::vector<std::int32_t>>& tags,
                         const std::vector<float>& row_labels, std::optional<double> loss);

/// The report of a model's predictions for all rows of `data`. Shapes: predictions [rows, C], row
/// by row; deviations [C] of the training targets, or empty where they are not standardized.
Report score(const Config& config, const LabelSet& labels, const EncodedDataset& data,
             const std::vector<float>& predictions, const std::vector<float>& deviations,
             const Calibration& calibration = {});

}  // namespace sequent
