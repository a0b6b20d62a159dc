// A small problem for sequence-to-sequence models: reversing words.
#pragma once

#include <algorithm>
#include <string>

namespace sequent::testing {

inline std::string backward_rows(int rows, int seed = 0) {
  std::string text = "text\tlabel\n";
  auto state = static_cast<unsigned>(seed) * 2654435761U + 1;
  for (int row = 0; row < rows; ++row) {
    std::string word;
    for (int i = 0; i < 2 + (row + seed) % 3; ++i) {
      state = state * 1664525U + 1013904223U;
      word += static_cast<char>('a' + (state >> 16U) % 6);
    }
    std::string backward = word;
    std::reverse(backward.begin(), backward.end());
    text.append(word).append("\t").append(backward).append("\n");
  }
  return text;
}

inline constexpr const char* kBackwardConfig = R"({
  "version": 1, "name": "backward", "task": "sequence_to_sequence",
  "data": {"train": "train.tsv", "validation": "dev.tsv", "test": "dev.tsv"},
  "input": {"type": "text", "tokenizer": {"type": "characters", "whitespace": true},
            "max_length": 8},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 16},
    {"type": "lstm", "units": 24, "bidirectional": true, "return_sequences": true},
    {"type": "decoder", "units": 32, "output_dim": 16, "dropout": 0.05}]},
  "training": {"epochs": 30, "batch_size": 16, "clip_norm": 1,
               "optimizer": {"type": "adam", "learning_rate": 0.01}},
  "runtime": {"device": "cpu"}
})";

}  // namespace sequent::testing
