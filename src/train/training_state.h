// The progress of a run: all state except tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/loss_scale.h"
#include "train/schedule.h"

namespace sequent {

/// Data order, dropout and initial weights are functions of the seed and of these counts, so that
/// no state of a random generator is saved.
struct TrainingState {
  std::int64_t epoch = 1;       // the current epoch, from 1
  std::int64_t next_batch = 0;  // in this epoch, from 0
  bool epoch_trained = false;   // only its validation is missing
  std::int64_t step = 0;        // number of updates in the whole run
  double loss_sum = 0;          // this epoch's sum of batch mean losses times rows
  std::int64_t rows = 0;        // in this epoch
  std::int64_t tokens = 0;      // in this epoch
  double epoch_seconds = 0;     // training time of this epoch, without validation
  double seconds = 0;           // training time of all epochs
  LossScale::State loss_scale;  // for float16
  BestTracker::State best;
  PlateauTracker::State plateau;
  std::int64_t best_epoch = 0;
  std::string best_report;              // JSON of report.h
  std::string best_weights;             // checksum of best.weights
  std::vector<std::string> metrics;     // all lines of metrics.jsonl
  std::vector<std::int64_t> rollbacks;  // the step of the checkpoint of each one
  std::string stopped_because;          // empty while training continues
  std::int64_t workers = 0;
  std::string data_checksum;
};

std::string to_json(const TrainingState& state);

/// Errors: Artifact, located at `where`.
TrainingState training_state_from_json(const std::string& json, const std::string& where);

}  // namespace sequent
