// A small tagging problem that a model can learn: names of two kinds, which the previous word
// determines.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent::testing {

/// Returns CoNLL rows with a location of one or two tokens after "in" and a person after "by".
inline std::string tagged_rows(int rows, int seed = 0) {
  const std::vector<std::string> names{"paris", "lima", "oslo", "rome", "kiev"};
  const std::vector<std::string> others{"seen", "again", "today", "and", "made"};
  std::string text;
  for (int row = 0; row < rows; ++row) {
    for (int part = 0; part < 1 + (row + seed) % 3; ++part) {
      const auto pick = static_cast<std::size_t>(row * 7 + part * 3 + seed);
      const bool place = (row + part + seed) % 2 == 0;
      const std::string type = place ? "LOC" : "PER";
      text += others[pick % others.size()] + "\tO\n";
      text += std::string(place ? "in" : "by") + "\tO\n";
      text += names[pick % names.size()] + "\tB-" + type + "\n";
      if (pick % 3 == 0) text += names[(pick + 1) % names.size()] + "\tI-" + type + "\n";
    }
    text += "\n";
  }
  return text;
}

/// Returns the same rows as JSON Lines, with a label for each whole row that says whether the row
/// begins with a location.
inline std::string labelled_tagged_rows(int rows, int seed = 0) {
  std::string text;
  std::string tokens;
  std::string tags;
  std::istringstream lines(tagged_rows(rows, seed));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) {
      const std::size_t tab = line.find('\t');
      tokens += (tokens.empty() ? "\"" : ", \"") + line.substr(0, tab) + "\"";
      tags += (tags.empty() ? "\"" : ", \"") + line.substr(tab + 1) + "\"";
      continue;
    }
    const std::size_t place = std::min(tags.find("LOC"), tags.size());
    const std::size_t person = std::min(tags.find("PER"), tags.size());
    text += "{\"tokens\": [" + tokens + "], \"tags\": [" + tags + "], \"intent\": \"" +
            (place < person ? "travel" : "call") + "\"}\n";
    tokens.clear();
    tags.clear();
  }
  return text;
}

/// Returns the config; `head` is its last layer.
inline std::string tagging_config(const std::string& head) {
  return R"({
  "version": 1, "name": "tags", "task": "tagging",
  "data": {"train": "train.conll", "validation": "dev.conll", "test": "dev.conll",
           "format": {"type": "conll"}},
  "model": {"layers": [
    {"type": "word_dropout", "rate": 0.05},
    {"type": "embedding", "output_dim": 16},
    {"type": "lstm", "units": 16, "bidirectional": true, "return_sequences": true},
    {"type": "dropout", "rate": 0.1},)" +
         head + R"(]},
  "training": {"epochs": 12, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}},
  "runtime": {"device": "cpu"}
})";
}

/// Returns the config of the same problem with labels of rows in addition to tags.
inline std::string joint_config(const std::string& head) {
  std::string config = tagging_config(
      R"({"type": "sequence_label", "mode": ["max", "mean"], "dropout": 0.1}, )" + head);
  const auto replace = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = config.find(from); at != std::string::npos; at = config.find(from)) {
      config.replace(at, from.size(), to);
    }
  };
  replace(R"({"type": "conll"})", R"({"type": "tokens", "label": "intent"})");
  replace(".conll", ".jsonl");
  return config;
}

inline constexpr const char* kSoftmaxHead = R"({"type": "dense", "activation": "softmax"})";
inline constexpr const char* kCrfHead = R"({"type": "crf"})";

}  // namespace sequent::testing
