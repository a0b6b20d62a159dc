#include "search/tune_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "search_file.h"

namespace sequent {
namespace {

using testing::search_file;
using testing::TemporaryFolder;

using Objective = std::function<double(const TuneValues&)>;  // smaller is better

/// Returns the smallest value that a sampler finds in `trials` trials, one at a time.
double minimize(const TuneSpace& space, const MethodSpec& method, std::int64_t seed, int trials,
                const Objective& objective) {
  const TuneSampler sampler(space, method, seed);
  std::vector<TuneObservation> history;
  double best = INFINITY;
  for (int i = 0; i < trials; ++i) {
    const auto values = sampler.suggest(i, history);
    EXPECT_TRUE(values.has_value());
    const double loss = objective(*values);
    history.push_back({*values, {0, 0, loss}});
    best = std::min(best, loss);
  }
  return best;
}

double median_of_20(const TuneSpace& space, const MethodSpec& method, int trials,
                    const Objective& objective) {
  std::vector<double> results;
  for (int seed = 0; seed < 20; ++seed) {
    results.push_back(minimize(space, method, seed, trials, objective));
  }
  std::sort(results.begin(), results.end());
  return (results[9] + results[10]) / 2;
}

TEST(TuneSamplerTest, TpeBeatsRandomOnAQuadratic) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.9},
      "training.optimizer.learning_rate": {"type": "log_uniform", "low": 1e-5, "high": 1}})"));
  const Objective quadratic = [](const TuneValues& values) {
    const double x = values.at("training.label_smoothing").get<double>() - 0.3;
    const double y = std::log10(values.at("training.optimizer.learning_rate").get<double>()) + 3;
    return x * x + 0.1 * y * y;
  };
  const double random = median_of_20(space, RandomMethod{}, 40, quadratic);
  const double tpe = median_of_20(space, TpeMethod{}, 40, quadratic);
  EXPECT_LT(tpe, random / 2);
}

TEST(TuneSamplerTest, TpeBeatsRandomOnMixedAndConditionalOptions) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "model.layers.1.type": {"type": "choice", "values": ["lstm", "gru", "rnn"]},
      "model.layers.1.units": {"type": "integer", "low": 4, "high": 256, "log": true},
      "training.batch_size": {"type": "integer", "low": 8, "high": 64, "step": 8},
      "model.layers.1.coupled": {"type": "choice", "values": [false, true],
                                  "when": {"model.layers.1.type": ["lstm"]}},
      "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.9}})"));
  const Objective mixed = [](const TuneValues& values) {
    const auto type = values.at("model.layers.1.type").get<std::string>();
    double loss = type == "lstm" ? 0 : type == "gru" ? 0.5 : 1;
    if (type == "lstm" && !values.at("model.layers.1.coupled").get<bool>()) loss += 0.25;
    loss += std::pow(std::log(values.at("model.layers.1.units").get<double>() / 64), 2) / 4;
    loss += std::pow((values.at("training.batch_size").get<double>() - 24) / 32, 2);
    return loss + std::pow(values.at("training.label_smoothing").get<double>() - 0.1, 2);
  };
  const double random = median_of_20(space, RandomMethod{}, 50, mixed);
  const double tpe = median_of_20(space, TpeMethod{}, 50, mixed);
  EXPECT_LT(tpe, random * 0.7);
}

TEST(TuneSamplerTest, RandomValuesAreWithinTheirRanges) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.batch_size": {"type": "integer", "low": 8, "high": 30, "step": 8},
      "training.epochs": {"type": "integer", "low": 1, "high": 3, "log": true},
      "training.label_smoothing": {"type": "uniform", "low": 0.25, "high": 0.5}})"));
  const TuneSampler sampler(space, RandomMethod{}, 1);
  std::set<std::int64_t> batches;
  std::set<std::int64_t> epochs;
  for (int i = 0; i < 200; ++i) {
    const TuneValues values = *sampler.suggest(i, {});
    batches.insert(values.at("training.batch_size").get<std::int64_t>());
    epochs.insert(values.at("training.epochs").get<std::int64_t>());
    const double share = values.at("training.label_smoothing").get<double>();
    EXPECT_GE(share, 0.25);
    EXPECT_LE(share, 0.5);
  }
  EXPECT_EQ(batches, (std::set<std::int64_t>{8, 16, 24}));
  EXPECT_EQ(epochs, (std::set<std::int64_t>{1, 2, 3}));
}

TEST(TuneSamplerTest, SuggestionsDependOnSeedNumberAndHistoryOnly) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.9}})"));
  std::vector<TuneObservation> history;
  for (int i = 0; i < 12; ++i) {
    history.push_back({{{"training.label_smoothing", i / 20.0}}, {0, 0, std::abs(i - 4.0)}});
  }
  const TuneSampler a(space, TpeMethod{}, 1);
  const TuneSampler b(space, TpeMethod{}, 1);
  EXPECT_EQ(a.suggest(12, history), b.suggest(12, history));
  EXPECT_NE(a.suggest(12, history), a.suggest(13, history));
  EXPECT_NE(a.suggest(12, history), TuneSampler(space, TpeMethod{}, 2).suggest(12, history));
}

TEST(TuneSamplerTest, AGridVisitsEachActiveCombinationOnce) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "model.layers.1.type": {"type": "choice", "values": ["lstm", "gru"]},
      "model.layers.1.coupled": {"type": "choice", "values": [false, true],
                                  "when": {"model.layers.1.type": ["lstm"]}},
      "training.epochs": {"type": "integer", "low": 1, "high": 5, "step": 2}})"));
  const TuneSampler sampler(space, GridMethod{}, 1);
  std::set<std::string> seen;
  for (int i = 0; i < 9; ++i) {  // lstm: 2 x 3; gru: 3
    const auto values = sampler.suggest(i, {});
    ASSERT_TRUE(values.has_value()) << i;
    seen.insert(Json(*values).dump());
  }
  EXPECT_EQ(seen.size(), 9U);
  EXPECT_FALSE(sampler.suggest(9, {}).has_value());
}

TEST(TuneSamplerTest, ASmallSpaceEndsWhenAllValuesWereTried) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.epochs": {"type": "choice", "values": [1, 2, 3]}})"));
  for (const MethodSpec& method : {MethodSpec(RandomMethod{}), MethodSpec(TpeMethod{2, 24})}) {
    const TuneSampler sampler(space, method, 7);
    std::vector<TuneObservation> history;
    for (int i = 0; i < 3; ++i) {
      const auto values = sampler.suggest(i, history);
      ASSERT_TRUE(values.has_value()) << i;
      history.push_back({*values, {0, 0, static_cast<double>(i)}});
    }
    EXPECT_FALSE(sampler.suggest(3, history).has_value());
  }
}

}  // namespace
}  // namespace sequent
