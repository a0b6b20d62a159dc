// The rules of a config's features.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sequent/config.h"
#include "support.h"

namespace sequent {
namespace {

constexpr const char* kConfig = R"({
  "version": 1,
  "data": {"train": "train.csv", "format": {"type": "csv"}},
  "input": {"type": "text", "features": [
    {"type": "category", "column": "brand"},
    {"type": "number", "column": "price"},
    {"type": "date", "column": 4}]},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 8},
    {"type": "lstm", "units": 4},
    {"type": "features", "output_dim": 3},
    {"type": "dense", "activation": "softmax"}
  ]}
})";

std::string faults_of(const std::vector<Override>& changes) {
  const auto error = testing::error_of([&] { parse_config(kConfig, "c.json", changes); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kConfig);
  return error->what();
}

void expect_fault(const std::vector<Override>& changes, const std::string& expected) {
  EXPECT_NE(faults_of(changes).find(expected), std::string::npos)
      << "found:    " << faults_of(changes) << "\nexpected: " << expected;
}

TEST(FeatureRules, TheLayerAddsTheWidthsOfTheFeatures) {
  const Config config = parse_config(kConfig, "c.json");
  EXPECT_EQ(parse_config(dump_config(config), "dump"), config);
  const ResolvedConfig resolved = resolve(config, 10, 2);
  EXPECT_EQ(resolved.outputs[2], (Shape{Shape::Form::kVector, 4 + 3 + 2 + 8}));
}

TEST(FeatureRules, TheLayerAndTheFeaturesRequireEachOther) {
  expect_fault({{"input.features", "[]"}},
               "/model/layers/2: joins the features of a row to the vector of its text, but "
               "/input/features names none");
  expect_fault({{"model.layers.2", R"({"type": "dropout"})"}},
               "/input/features: names columns, but no layer reads them; add {\"type\": "
               "\"features\"}");
  expect_fault({{"model.layers.1.return_sequences", "true"}},
               "/model/layers/2: its input is a sequence [T, 4]; expected one vector per text");
  expect_fault({{"model.layers.1", R"({"type": "features"})"}}, "is the second features layer");
}

TEST(FeatureRules, ColumnsMustBeFreeAndExist) {
  const char* at = "input.features.0.column";
  expect_fault({{at, "label"}}, "/input/features/0/column: is also the column of the label");
  expect_fault({{at, "text"}}, "/input/features/0/column: is also the column of the text");
  expect_fault({{at, "price"}}, "/input/features/1/column: names the same column");
  expect_fault({{"data.format", R"({"type": "fasttext"})"}},
               "/input/features: names columns, but the format \"fasttext\" has none");
  expect_fault({{"data.format", R"({"type": "jsonl"})"}},
               "/input/features/2/column: is an index, but objects have keys");
  const std::string layers =
      R"([{"type": "embedding", "output_dim": 8}, {"type": "lstm", "units": 4}, {"type": "pair"},
          {"type": "features"}, {"type": "dense", "activation": "softmax"}])";
  expect_fault({{"data.format.text_b", "b"}, {"model.layers", layers}},
               "/input/features: cannot be combined with pairs");
  EXPECT_EQ(faults_of({{"data.format", R"({"type": "tsv", "label": "y"})"}}), "");
}

TEST(FeatureRules, WhatIsLearnedIsChecked) {
  expect_fault({{"input.features.0.values", R"(["a", "b", "a"])"}},
               "/input/features/0/values/2: names a value twice");
  expect_fault({{"input.features.0.values", R"(["a", ""])"}},
               "/input/features/0/values/1: found an empty text");
  expect_fault({{"input.features.1.mean", "3"}},
               "/input/features/1: has only one of \"mean\" and \"deviation\"");
  expect_fault({{"input.features.2.deviation", "0"}}, "/input/features/2/deviation: found 0");
}

TEST(FeatureRules, TasksWithoutAVectorRefuseThem) {
  expect_fault({{"task", "language_model"}}, "/input/features: has no meaning for");
  expect_fault({{"task", "sequence_to_sequence"}}, "/input/features: has no meaning for");
}

}  // namespace
}  // namespace sequent
