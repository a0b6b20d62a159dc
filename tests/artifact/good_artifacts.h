// A small valid run and a small valid archive metadata file.
#pragma once

#include <string>

#include "sequent/artifact.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent::testing {

inline std::string good_report() {
  ClassificationMetrics metrics({"negative", "positive"});
  const float sure[] = {0.9F, 0.1F};
  const float unsure[] = {0.4F, 0.6F};
  metrics.add(sure, 0);
  metrics.add(unsure, 0);
  metrics.add(unsure, 1);
  return report_to_json(to_report(metrics.report()), -1);
}

inline Manifest good_manifest() {
  return {.sequent_version = "0.1.0",
          .torch_version = "2.14.0",
          .created = "2026-01-31T12:00:00Z",
          .command_line = {"sequent", "train", "a config.json", "--out", "runs/\"one\""},
          .seed = 7,
          .workers = 2,
          .device = "cpu",
          .epochs = 3,
          .steps = 1200,
          .seconds = 12.625,
          .best_epoch = 2,
          .stopped_because = "early_stopping",
          .sources = {{"train", "data/train.tsv", "00112233445566aa", 6920},
                      {"validation", "data/dev.tsv", "ffeeddccbbaa9988", 872}},
          .weights_checksum = "0123456789abcdef",
          .text_checksum = "fedcba9876543210",
          .validation_report = good_report(),
          .test_report = good_report()};
}

inline Config good_config() {
  return parse_config(R"({
    "version": 1, "name": "small",
    "data": {"train": "data/train.tsv", "validation": "data/dev.tsv", "test": "data/test.tsv"},
    "model": {"layers": [{"type": "embedding", "output_dim": 8}, {"type": "lstm", "units": 8},
                         {"type": "dense", "activation": "softmax"}]},
    "training": {"optimizer": {"type": "adam", "learning_rate": 0.1}}
  })",
                      "test");
}

inline RunText good_run_text() {
  return {.config = good_config(),
          .vocabulary = Vocabulary({"the", "film", "\u7535\u5f71"}),
          .labels = LabelSet({"negative", "positive"})};
}

inline ArchiveMetadata good_metadata() {
  return {.sequent_version = "0.1.0",
          .created = "2026-01-31T12:00:00Z",
          .config = good_config(),
          .vocabulary = Vocabulary({"the", "film", "\u7535\u5f71"}),
          .labels = LabelSet({"negative", "positive"}),
          .validation_report = good_report(),
          .weights_checksum = "8899aabbccddeeff",
          .records_checksum = "0011223344556677",
          .parity_digest = "0011223344556677",
          .parity_difference = 1.1920929e-07,
          .parity_rows = 96};
}

}  // namespace sequent::testing
