// The configs that sequent fit tries.
#include "search/fit_candidates.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "search/fit.h"
#include "support.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using testing::error_of;

SniffedData data_of(TargetKind target, const char* task) {
  SniffedData data;
  data.data.train = "train.csv";
  data.data.validation = HeldOut{};
  data.target = target;
  data.task = Task(task);
  data.rows = 5000;
  data.tokens = 100'000;
  data.max_length = 40;
  data.has_capitals = true;
  if (target == TargetKind::kTags) {
    data.data.format = ConllFormat{};
    data.is_tagged = true;
  }
  return data;
}

std::vector<SniffedData> all_kinds() {
  std::vector<SniffedData> all = {
      data_of(TargetKind::kLabel, "classification"), data_of(TargetKind::kLabelSet, "multi_label"),
      data_of(TargetKind::kNumbers, "regression"), data_of(TargetKind::kTags, "tagging")};
  all.push_back(all.front());
  all.back().writes_without_spaces = true;
  all.push_back(all.front());
  all.back().rows = 1'000'000;
  all.back().tokens = 30'000'000;
  all.push_back(all[3]);
  all.back().labels_sequences = true;
  TokensFormat tokens;
  tokens.label = "intent";
  all.back().data.format = tokens;
  return all;
}

Monitor monitor_of(const SniffedData& data) { return definition_of(data.task).default_monitor(); }

TEST(FitCandidates, AreValidConfigsOfEachTask) {
  for (const SniffedData& data : all_kinds()) {
    std::vector<FitRecipe> recipes = fit_candidates(data, monitor_of(data));
    recipes.push_back(fit_baseline(data));
    for (const FitRecipe& recipe : recipes) {
      const Config config = fit_config(recipe, data, monitor_of(data));
      EXPECT_NO_THROW(validate(config)) << data.task.name() << ": " << recipe.title();
      EXPECT_NO_THROW(resolve(config, 1000, 5, data.labels_sequences ? 3 : 0))
          << data.task.name() << ": " << recipe.title();
    }
  }
}

TEST(FitCandidates, DifferFromEachOther) {
  for (const SniffedData& data : all_kinds()) {
    const std::vector<FitRecipe> recipes = fit_candidates(data, monitor_of(data));
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      EXPECT_EQ(std::count(recipes.begin(), recipes.end(), recipes[i]), 1) << i;
      EXPECT_NE(recipes[i], fit_baseline(data));
    }
  }
}

TEST(FitCandidates, WeighClassesOnlyIfTheyAreUnevenAndCountEqually) {
  SniffedData data = all_kinds().front();
  const auto balanced = [&](Monitor monitor) {
    const std::vector<FitRecipe> recipes = fit_candidates(data, monitor);
    return std::ranges::count_if(recipes, [](const FitRecipe& recipe) { return recipe.balanced; });
  };
  EXPECT_EQ(balanced(Monitor::kMacroF1), 0);
  data.is_skewed = true;
  EXPECT_EQ(balanced(Monitor::kAccuracy), 0);
  EXPECT_EQ(balanced(Monitor::kMacroF1), 2);
}

TEST(FitVariant, IsAFunctionOfSeedAndNumber) {
  const SniffedData data = all_kinds().front();
  const FitRecipe origin = fit_candidates(data, Monitor::kAccuracy).front();
  int unchanged = 0;
  int same = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const FitRecipe variant = fit_variant(origin, data, 1, number);
    EXPECT_EQ(variant, fit_variant(origin, data, 1, number));
    if (variant == origin) ++unchanged;
    if (variant == fit_variant(origin, data, 2, number)) ++same;
  }
  EXPECT_LT(unchanged, 30);
  EXPECT_LT(same, 30);
}

TEST(FitVariant, IsAValidConfig) {
  for (const SniffedData& data : all_kinds()) {
    FitRecipe recipe = fit_candidates(data, monitor_of(data)).back();
    for (std::uint64_t number = 0; number < 200; ++number) {
      recipe = fit_variant(recipe, data, 7, number);
      const Config config = fit_config(recipe, data, monitor_of(data));
      ASSERT_NO_THROW(validate(config)) << data.task.name() << ": " << dump_config(config);
    }
  }
}

TEST(ParseSeconds, ReadsUnits) {
  EXPECT_EQ(parse_seconds("90s", "--time"), 90);
  EXPECT_EQ(parse_seconds("10m", "--time"), 600);
  EXPECT_EQ(parse_seconds("1.5h", "--time"), 5400);
  EXPECT_EQ(parse_seconds("45", "--time"), 45);
  for (const char* text : {"", "m", "0", "-5m", "10 m", "10d", "1e99h", "nan", "inf"}) {
    const auto error = error_of([&] { parse_seconds(text, "--time"); });
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace sequent
