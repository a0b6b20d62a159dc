#include "train/training_state.h"

#include <nlohmann/json.hpp>

#include "sequent/error.h"

namespace sequent {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BestTracker::State, any, value, loss, since_best)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlateauTracker::State, best, factor)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LossScale::State, value, good_steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TrainingState, epoch, next_batch, step, loss_sum, rows, tokens,
                                   epoch_seconds, seconds, loss_scale, best, plateau, best_epoch,
                                   best_report, stopped_because, workers, data_checksum)

std::string to_json(const TrainingState& state) {
  // The JSON text of a double preserves its exact value.
  return nlohmann::json(state).dump();
}

TrainingState training_state_from_json(const std::string& json, const std::string& where) {
  try {
    nlohmann::json state = nlohmann::json::parse(json);
    // Checkpoints from before float16 support have no loss scale.
    if (!state.contains("loss_scale")) state["loss_scale"] = LossScale::State{};
    return state.get<TrainingState>();
  } catch (const nlohmann::json::exception& fault) {
    throw Error(ErrorKind::kArtifact, where, std::string("its state is damaged: ") + fault.what());
  }
}

}  // namespace sequent
