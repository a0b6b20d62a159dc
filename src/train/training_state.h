// How far a run has come: all of it that is not weights.
#pragma once

#include <cstdint>
#include <string>

#include "train/loss_scale.h"
#include "train/schedule.h"

namespace sequent {

/// Orders, dropout and initial weights are functions of the seed and of these counts: no state of a
/// random generator is kept.
struct TrainingState {
  std::int64_t epoch = 1;       // being run, from 1
  std::int64_t next_batch = 0;  // of this epoch, from 0
  std::int64_t step = 0;        // updates done in the whole run
  double loss_sum = 0;          // of this epoch: the mean loss of each batch times its rows
  std::int64_t rows = 0;        // of this epoch
  std::int64_t tokens = 0;      // of this epoch
  double epoch_seconds = 0;     // of training, without validation
  double seconds = 0;           // of training, all epochs
  LossScale::State loss_scale;  // of float16
  BestTracker::State best;
  PlateauTracker::State plateau;
  std::int64_t best_epoch = 0;
  std::string best_report;      // JSON of report.h
  std::string stopped_because;  // empty while training goes on
  std::int64_t workers = 0;
  std::string data_checksum;
};

std::string to_json(const TrainingState& state);

/// Errors: Artifact, naming `where`.
TrainingState training_state_from_json(const std::string& json, const std::string& where);

}  // namespace sequent
