// A folder with labelled rows, a config of a small model, and options of crossval.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/files.h"
#include "search/crossval.h"
#include "sequent/error.h"
#include "support.h"

namespace sequent {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::error_of;
using testing::TemporaryFolder;

inline constexpr const char* kConfig = R"({"version": 1, "name": "fruit",
  "data": {"train": "train.tsv"},
  "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
                       {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "adam", "learning_rate": 0.05}, "epochs": 2, "batch_size": 8},
  "runtime": {"device": "cpu", "workers": 1}})";

class Crossval : public ::testing::Test {
 protected:
  Crossval() {
    std::string rows = "text\tlabel\tauthor\n";
    for (int row = 0; row < 40; ++row) {
      const std::string number = std::to_string(row);
      rows += (row % 2 == 0 ? "red and round " + number + "\tcherry\t"
                            : "long and yellow " + number + "\tbanana\t") +
              std::to_string(row / 4) + "\n";
    }
    folder_.write("train.tsv", rows);
    config_ = parse_config(kConfig, "fruit.json");
    config_.base_directory = folder_.path();
    options_.out = folder_ / "out";
    options_.folds = 4;
  }

  std::vector<Json> predictions() const {
    std::istringstream lines(read_file(options_.out / "predictions.jsonl"));
    std::vector<Json> result;
    for (std::string line; std::getline(lines, line);) result.push_back(Json::parse(line));
    return result;
  }

  TemporaryFolder folder_;
  Config config_;
  CrossvalOptions options_;
};

inline std::string message_of(const std::function<void()>& work) {
  const auto error = error_of(work);
  return error ? error->what() : "";
}

}  // namespace sequent
