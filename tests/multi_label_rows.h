// Texts whose words determine their labels.
#pragma once

#include <random>
#include <string>

namespace sequent::testing {

/// Returns TSV with the columns `text` and `labels`: "loud" and "noisy" give the label sound,
/// "bright" gives light, and "cheap" gives price. A row may have no label.
inline std::string labelled_rows(int rows, unsigned seed = 0) {
  std::mt19937 random(seed);
  std::string text = "text\tlabels\n";
  for (int row = 0; row < rows; ++row) {
    std::string words = "it is";
    std::string labels;
    const auto mention = [&](const char* word, const char* label) {
      if (random() % 3 != 0) return;
      words += std::string(" ") + word;
      if (labels.find(label) == std::string::npos) {
        labels += (labels.empty() ? "" : ", ") + std::string(label);
      }
    };
    mention("loud", "sound");
    mention("bright", "light");
    mention("noisy", "sound");
    mention("cheap", "price");
    text += words + "\t" + labels + "\n";
  }
  return text;
}

inline constexpr const char* kMultiLabelConfig = R"({
  "version": 1, "name": "several", "task": "multi_label",
  "data": {"train": "train.tsv", "validation": {"fraction": 0.2}, "test": "test.tsv",
           "format": {"type": "tsv", "label": "labels"}},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 16},
    {"type": "lstm", "units": 16, "bidirectional": true, "return_sequences": true},
    {"type": "pool"},
    {"type": "dense", "activation": "sigmoid"}]},
  "training": {"epochs": 12, "optimizer": {"type": "adam", "learning_rate": 0.02}},
  "runtime": {"device": "cpu"}
})";

}  // namespace sequent::testing
