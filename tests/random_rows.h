// Seeded random rows for property tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "sequent/report.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent::testing {

struct RandomRow {
  std::vector<float> probabilities;
  std::int64_t truth = 0;
};

inline std::vector<std::string> numbered_labels(std::size_t classes) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < classes; ++i) labels.push_back("class " + std::to_string(i));
  return labels;
}

/// Returns the softmax of noise that is biased towards the true class.
inline std::vector<RandomRow> random_rows(std::uint32_t seed, std::size_t rows,
                                          std::size_t classes) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> noise;
  std::uniform_int_distribution<std::size_t> any_class(0, classes - 1);
  std::vector<RandomRow> result(rows);
  for (RandomRow& row : result) {
    const std::size_t truth = any_class(generator);
    row.truth = static_cast<std::int64_t>(truth);
    row.probabilities.resize(classes);
    float sum = 0;
    for (std::size_t i = 0; i < classes; ++i) {
      row.probabilities[i] = std::exp(noise(generator) + (i == truth ? 1.5F : 0.0F));
      sum += row.probabilities[i];
    }
    for (float& probability : row.probabilities) probability /= sum;
  }
  return result;
}

inline ClassificationReport report_of_rows(const std::vector<RandomRow>& rows,
                                           const std::vector<std::string>& labels) {
  ClassificationMetrics metrics(labels);
  for (const RandomRow& row : rows) metrics.add(row.probabilities, row.truth);
  return metrics.report();
}

}  // namespace sequent::testing
