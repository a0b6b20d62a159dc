// What a run folder holds besides text: a checkpoint, its state, and the manifest.
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "artifact/good_artifacts.h"
#include "fuzz/fuzz_target.h"
#include "support.h"
#include "train/checkpoint.h"
#include "train/tensor_file.h"
#include "train/training_state.h"

namespace sequent::fuzz {
namespace {

NamedTensors tensors() {
  return {{"layers.0.weight", torch::ones({3, 2})}, {"optimizer.step", torch::zeros({1})}};
}

TrainingState state() {
  TrainingState state;
  state.epoch = 2;
  state.step = 40;
  state.best_epoch = 1;
  state.best_report = testing::good_report();
  state.best_weights = "0123456789abcdef";
  state.metrics = {R"({"epoch":1,"loss":0.5})"};
  state.rollbacks = {12};
  state.workers = 2;
  state.data_checksum = "fedcba9876543210";
  return state;
}

RunFolder folder() {
  static const testing::TemporaryFolder temporary;
  return {temporary.path()};
}

std::string manifest() {
  write_manifest(folder(), testing::good_manifest(), Task());
  std::ifstream in(folder().manifest(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string json = to_json(state());
  return {"c" + with_checksum(pack_tensors(json, tensors())), "s" + json, "m" + manifest()};
}

void run(const std::string& input) {
  if (input.empty()) return;
  const std::string content = input.substr(1);
  if (input[0] == 's') {
    training_state_from_json(content, "fuzz");
  } else if (input[0] == 'm') {
    std::ofstream(folder().manifest(), std::ios::binary) << content;
    read_manifest(folder(), Task());
  } else if (has_valid_checksum(content)) {
    // Only the whole file that was written may pass.
    const NamedTensors target = tensors();
    training_state_from_json(unpack_tensors(content, "fuzz", target), "fuzz");
    if (!torch::equal(target[0].second, torch::ones({3, 2}))) {
      throw std::logic_error("a changed checkpoint was accepted");
    }
  }
}

}  // namespace sequent::fuzz
