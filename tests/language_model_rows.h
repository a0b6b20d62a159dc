// A small text in which the previous word determines each word except the first of a line.
#pragma once

#include <array>
#include <random>
#include <string>

namespace sequent::testing {

/// Returns lines of five consecutive words from a cycle of seven, each with a random start.
inline std::string circle_lines(int lines, int seed = 0) {
  constexpr std::array kWords{"one", "two", "three", "four", "five", "six", "seven"};
  std::string text;
  std::mt19937 random(static_cast<unsigned>(seed));
  for (int line = 0; line < lines; ++line) {
    const int start = static_cast<int>(random() % 7);
    for (int word = 0; word < 5; ++word) {
      if (word > 0) text += ' ';
      text += kWords[static_cast<std::size_t>((start + word) % 7)];
    }
    text += '\n';
  }
  return text;
}

/// Returns a config with tied weights and two recurrent layers for train.txt and valid.txt.
inline constexpr const char* kLanguageModelConfig = R"({
  "version": 1, "name": "circle", "task": "language_model",
  "data": {"train": "train.txt", "validation": "valid.txt", "test": "valid.txt",
           "format": {"type": "lines"}},
  "input": {"type": "text", "tokenizer": {"type": "whitespace"}, "max_length": 16},
  "model": {"layers": [
    {"type": "word_dropout", "rate": 0.02},
    {"type": "embedding", "output_dim": 16},
    {"type": "lstm", "units": 24, "return_sequences": true, "weight_drop": 0.1},
    {"type": "spatial_dropout", "rate": 0.1},
    {"type": "gru", "units": 16, "return_sequences": true},
    {"type": "dense", "activation": "softmax", "tied": true}]},
  "training": {"epochs": 12, "batch_size": 8, "clip_norm": 1,
               "optimizer": {"type": "adam", "learning_rate": 0.02}},
  "runtime": {"device": "cpu", "workers": 2}
})";

}  // namespace sequent::testing
