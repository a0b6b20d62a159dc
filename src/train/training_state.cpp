#include "train/training_state.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sequent/error.h"

namespace sequent {

namespace {

/// JSON has no numbers that are not finite; they are written as text.
nlohmann::json number(double value) {
  if (std::isfinite(value)) return value;
  return std::to_string(value);
}

double number(const nlohmann::json& json) {
  return json.is_string() ? std::strtod(json.get<std::string>().c_str(), nullptr)
                          : json.get<double>();
}

}  // namespace

void to_json(nlohmann::json& json, const BestTracker::State& state) {
  json = {{"any", state.any},
          {"value", number(state.value)},
          {"loss", number(state.loss)},
          {"since_best", state.since_best}};
}

void from_json(const nlohmann::json& json, BestTracker::State& state) {
  state = {.any = json.at("any").get<bool>(),
           .value = number(json.at("value")),
           .loss = number(json.at("loss")),
           .since_best = json.at("since_best").get<std::int64_t>()};
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlateauTracker::State, best, factor)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LossScale::State, value, good_steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingState, epoch, next_batch, epoch_trained, step, loss_sum,
                                   rows, tokens, epoch_seconds, seconds, loss_scale, best, plateau,
                                   best_epoch, best_report, best_weights, metrics, rollbacks,
                                   stopped_because, workers, data_checksum)

std::string to_json(const TrainingState& state) {
  // The JSON text of a double preserves its exact value.
  return nlohmann::json(state).dump();
}

TrainingState training_state_from_json(const std::string& json, const std::string& where) {
  try {
    return nlohmann::json::parse(json).get<TrainingState>();
  } catch (const nlohmann::json::exception& fault) {
    throw Error(ErrorKind::kArtifact, where, std::string("its state is damaged: ") + fault.what());
  }
}

}  // namespace sequent
