// Small configs that together cover every layer with all of its variants.
#pragma once

#include <cctype>
#include <ostream>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent::testing {

struct NamedLayers {
  std::string name;
  std::string layers;  // JSON list
  std::string loss = "categorical_crossentropy";
};

inline void PrintTo(const NamedLayers& chain, std::ostream* out) { *out << chain.name; }

inline std::vector<NamedLayers> all_layer_chains() {
  const std::string embedding = R"({"type": "embedding", "output_dim": 6},)";
  const std::string softmax = R"({"type": "dense", "activation": "softmax"})";
  std::vector<NamedLayers> chains;
  for (const std::string cell :
       {R"("lstm")", R"("gru")", R"("rnn")", R"("rnn", "activation": "relu")",
        R"("lstm", "coupled": true)", R"("lstm", "peephole": {})",
        R"("lstm", "peephole": {"output_gate": "previous"})",
        R"("lstm", "peephole": {"weights": "full"})",
        R"("lstm", "peephole": {"weights": "full", "output_gate": "previous"})",
        R"("lstm_hidden_state")", R"("gru", "reset_after": false)", R"("min_gru")", R"("sru")"}) {
    for (const std::string direction : {"false", "true"}) {
      const std::string start =
          R"({"type": )" + cell + R"(, "units": 5, "bidirectional": )" + direction;
      std::string name = cell + "_" + direction;
      std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
      chains.push_back({name + "Last", "[" + embedding + start + "}," + softmax + "]"});
      chains.push_back({name + "StackedMax", "[" + embedding + start +
                                                 R"(, "return_sequences": true},)" + start +
                                                 R"(, "return_sequences": true, "dropout": 0.3},
                                                 {"type": "pool", "mode": "max"},)" +
                                                 softmax + "]"});
    }
  }
  for (const std::string mode : {"mean", "last", "first"}) {
    chains.push_back({"Pool" + mode, "[" + embedding +
                                         R"({"type": "lstm", "units": 4, "return_sequences": true},
                                         {"type": "pool", "mode": ")" +
                                         mode + R"("},)" + softmax + "]"});
  }
  for (const std::string mode : {"mean", "last", "first"}) {
    chains.push_back({"BothPool" + mode, "[" + embedding +
                                             R"({"type": "gru", "units": 4, "bidirectional": true,
                                             "return_sequences": true},
                                             {"type": "dense", "units": 3},
                                             {"type": "lstm", "units": 4, "bidirectional": true,
                                             "return_sequences": true},
                                             {"type": "pool", "mode": ")" +
                                             mode + R"("},)" + softmax + "]"});
    chains.push_back({"Bag" + mode, "[" + embedding + R"({"type": "pool", "mode": ")" + mode +
                                        R"("},)" + softmax + "]"});
  }
  for (const std::string activation : {"linear", "relu", "tanh", "sigmoid"}) {
    chains.push_back(
        {"Dense" + activation, R"([{"type": "word_dropout", "rate": 0.2},)" + embedding +
                                   R"({"type": "dense", "units": 7, "activation": ")" + activation +
                                   R"("}, {"type": "dropout", "rate": 0.4},
                          {"type": "gru", "units": 3},
                          {"type": "dense", "units": 4, "activation": ")" +
                                   activation + R"("},)" + softmax + "]"});
  }
  const std::string states = R"({"type": "lstm", "units": 3, "bidirectional": true,
                                 "return_sequences": true})";
  for (const std::string cell : {"lstm", "lstm_hidden_state", "min_gru", "sru", "gru"}) {
    const std::string drop = cell == "min_gru" || cell == "sru" ? "" : R"(, "weight_drop": 0.5)";
    std::string name = cell + "Residual";
    std::erase(name, '_');
    chains.push_back(
        {name, "[" + embedding + R"({"type": ")" + cell +
                   R"(", "units": 3, "bidirectional": true, "return_sequences": true,
                      "residual": true)" +
                   drop + R"(}, {"type": "spatial_dropout", "rate": 0.4}, {"type": ")" + cell +
                   R"(", "units": 6, "return_sequences": true, "residual": true)" + drop +
                   R"(}, {"type": "pool", "mode": "max"},)" + softmax + "]"});
  }
  for (const std::string cell :
       {R"("lstm")", R"("lstm", "coupled": true)", R"("lstm", "peephole": {})",
        R"("lstm", "peephole": {"weights": "full"})", R"("lstm_hidden_state")", R"("gru")",
        R"("gru", "reset_after": false)", R"("min_gru")", R"("sru")", R"("rnn")",
        R"("rnn", "activation": "relu")"}) {
    for (const std::string option :
         {R"("zoneout": 0.3)", R"("layer_norm": true)", R"("learned_initial_state": true)",
          R"("zoneout": 0.2, "layer_norm": true, "learned_initial_state": true)"}) {
      std::string name = cell + "Step" + option;
      std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
      chains.push_back({name, "[" + embedding + R"({"type": )" + cell +
                                  R"(, "units": 5, "bidirectional": true,)" + option + "}," +
                                  softmax + "]"});
    }
  }
  // Cells step by step, stacked: sequences in both directions, residuals, values and token ids.
  for (const std::string cell :
       {R"("lstm", "zoneout": 0.2, "layer_norm": true, "learned_initial_state": true)",
        R"("lstm", "peephole": {"weights": "full"}, "zoneout": 0.1)",
        R"("lstm_hidden_state", "layer_norm": true, "learned_initial_state": true)",
        R"("gru", "reset_after": false, "layer_norm": true)", R"("sru", "zoneout": 0.3)"}) {
    const std::string start = R"({"type": )" + cell + R"(, "return_sequences": true, "units": )";
    std::string name = cell + "StepStacked";
    std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
    chains.push_back({name, "[" + embedding + start + R"(5}, {"type": "dense", "units": 6},)" +
                                start + R"(3, "bidirectional": true, "residual": true},)" + start +
                                R"(6, "residual": true}, {"type": "pool", "mode": "mean"},)" +
                                softmax + "]"});
  }
  chains.push_back({"PoolSeveral", "[" + embedding + states +
                                       R"(, {"type": "pool", "mode": ["last", "max", "mean"]},)" +
                                       softmax + "]"});
  chains.push_back(
      {"Attention", "[" + embedding + states + R"(, {"type": "attention"},)" + softmax + "]"});
  for (const std::string option : {R"("heads": 3, "dropout": 0.3)", R"("residual": false)"}) {
    chains.push_back(
        {option.find("heads") == std::string::npos ? "SelfAttention" : "SelfAttention3",
         "[" + embedding + R"({"type": "self_attention", )" + option +
             R"(}, {"type": "layer_norm"}, {"type": "gru", "units": 4},)" + softmax + "]"});
  }
  chains.push_back({"AttentionNarrow", "[" + embedding +
                                           R"({"type": "attention", "units": 4},
                                              {"type": "layer_norm"},)" +
                                           softmax + "]"});
  chains.push_back({"LayerNorm", "[" + embedding + R"({"type": "layer_norm", "epsilon": 0.01},)" +
                                     states + R"(, {"type": "layer_norm"},
                                     {"type": "pool", "mode": "mean"},)" +
                                     softmax + "]"});
  for (const std::string convolution :
       {R"("kernel_size": 3)", R"("kernel_size": 4, "activation": "tanh")",
        R"("kernel_size": 1, "activation": "linear")",
        R"("kernel_size": 5, "padding": "causal", "activation": "sigmoid")"}) {
    chains.push_back({"Conv" + std::string(1, convolution[15]),
                      "[" + embedding + R"({"type": "conv1d", "filters": 5, )" + convolution +
                          R"(}, {"type": "conv1d", "filters": 4, )" + convolution + "}, " + states +
                          R"(, {"type": "pool", "mode": "max"},)" + softmax + "]"});
  }
  const std::string two_tables =
      R"([{"type": "embedding", "output_dim": 3, "concat": [{"type": "table", "output_dim": 4)";
  chains.push_back(
      {"Tables", two_tables + R"(}]}, {"type": "lstm", "units": 3},)" + softmax + "]"});
  chains.push_back({"TablesConv", two_tables + R"(, "trainable": false}]},
                    {"type": "conv1d", "filters": 3}, {"type": "pool"},)" +
                                      softmax + "]"});
  // Few buckets, so that some n-grams collide.
  const std::string runs =
      two_tables + R"(}, {"type": "ngrams", "output_dim": 3, "buckets": 7}, {"type": "table",
                     "output_dim": 2}, {"type": "ngrams", "output_dim": 2, "n": 3, "buckets": 9}]},)";
  chains.push_back({"Ngrams", runs + R"({"type": "lstm", "units": 3},)" + softmax + "]"});
  chains.push_back({"NgramsConv", runs + R"({"type": "conv1d", "filters": 3}, {"type": "pool"},)" +
                                      softmax + "]"});
  for (const std::string encoder :
       {R"("encoder": "cnn", "kernel_size": 2)", R"("encoder": "lstm")"}) {
    chains.push_back(
        {encoder.find("cnn") == std::string::npos ? "SpellingLstm" : "SpellingCnn",
         R"([{"type": "word_dropout", "rate": 0.2}, )" + two_tables.substr(1) +
             R"(}, {"type": "characters", "output_dim": 4, "byte_dim": 3, "max_bytes": 6,)" +
             encoder + R"(}]}, {"type": "gru", "units": 3},)" + softmax + "]"});
  }
  chains.push_back(
      {"SpellingNgrams", R"([{"type": "embedding", "output_dim": 3, "concat": [{"type": "ngrams",
                             "output_dim": 2, "buckets": 9}, {"type": "characters", "output_dim": 4,
                             "byte_dim": 3, "max_bytes": 6}, {"type": "table", "output_dim": 2}]},
                             {"type": "gru", "units": 3},)" +
                             softmax + "]"});
  chains.push_back({"Binary", "[" + embedding + R"({"type": "lstm", "units": 4},
                     {"type": "dense", "units": 1, "activation": "sigmoid"}])",
                    "binary_crossentropy"});
  return chains;
}

inline Config config_of(const NamedLayers& chain) {
  return parse_config(
      R"({"version": 1, "name": ")" + chain.name +
          R"(", "data": {"train": "none.tsv"}, "input": {"type": "text", "max_length": 12},
                          "model": {"layers": )" +
          chain.layers + R"(}, "training": {"loss": ")" + chain.loss + R"("}})",
      chain.name);
}

}  // namespace sequent::testing
