// Pairs of texts that a small model can learn to compare, and the config of that model.
#pragma once

#include <array>
#include <string>

namespace sequent::testing {

inline constexpr const char* kPairConfig = R"({
  "version": 1,
  "data": {"train": "pairs.tsv", "validation": {"fraction": 0.2},
           "format": {"type": "tsv", "text": "left", "text_b": "right"}},
  "input": {"type": "text", "max_length": 6},
  "model": {"layers": [
    {"type": "word_dropout", "rate": 0.05},
    {"type": "embedding", "output_dim": 12},
    {"type": "gru", "units": 10, "bidirectional": true, "return_sequences": true},
    {"type": "pool", "mode": "max"},
    {"type": "dropout", "rate": 0.1},
    {"type": "pair", "features": ["difference", "product", "cosine"]},
    {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "adam", "learning_rate": 0.01}, "batch_size": 16, "epochs": 8},
  "runtime": {"device": "cpu"}
})";

/// The names of the columns and labels.
struct PairNames {
  std::string left = "left";
  std::string right = "right";
  std::string label = "label";
  std::string same = "same";
  std::string other = "other";
};

/// Returns a table with a header, in which the label is `same` if both texts have the same subject
/// in different words.
inline std::string pair_rows(int rows, unsigned first = 0, const PairNames& names = {}) {
  constexpr std::array kThings = {"cat", "ship", "tree", "song"};
  constexpr std::array kFrames = {"the X is here", "I saw a X", "a X it was", "look at that X now"};
  std::string text = names.left + "\t" + names.right + "\t" + names.label + "\n";
  const auto sentence = [&](unsigned thing, unsigned frame) {
    std::string result = kFrames[frame % kFrames.size()];
    return result.replace(result.find('X'), 1, kThings[thing % kThings.size()]);
  };
  for (unsigned i = first; i < first + static_cast<unsigned>(rows); ++i) {
    const unsigned draw = i * 2654435761U;
    const bool same = (draw >> 9 & 1U) != 0;
    const unsigned thing = draw >> 11;
    const unsigned other = same ? thing : thing + 1 + (draw >> 14) % 3;
    text += sentence(thing, draw >> 17) + "\t" + sentence(other, draw >> 20) + "\t" +
            (same ? names.same : names.other) + "\n";
  }
  return text;
}

}  // namespace sequent::testing
