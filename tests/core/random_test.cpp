#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace sequent {
namespace {

TEST(RandomStream, SameKeyGivesSameNumbers) {
  const RandomStream a(7, RandomPurpose::kDropout, {1, 2});
  const RandomStream b(7, RandomPurpose::kDropout, {1, 2});
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(a.bits(i), b.bits(i));
}

TEST(RandomStream, EveryPartOfThePlaceMatters) {
  const RandomStream base(7, RandomPurpose::kDropout, {1, 2});
  EXPECT_NE(base.bits(0), RandomStream(8, RandomPurpose::kDropout, {1, 2}).bits(0));
  EXPECT_NE(base.bits(0), RandomStream(7, RandomPurpose::kOrder, {1, 2}).bits(0));
  EXPECT_NE(base.bits(0), RandomStream(7, RandomPurpose::kDropout, {2, 1}).bits(0));
  EXPECT_NE(base.bits(0), RandomStream(7, RandomPurpose::kDropout, {1}).bits(0));
  EXPECT_EQ(base.bits(5), RandomStream(7, RandomPurpose::kDropout, {1}).at(2).bits(5));
}

TEST(RandomStream, UniformHasMeanAndSpreadOfTheUniform) {
  const RandomStream random(3, RandomPurpose::kProbe);
  constexpr int kDraws = 200000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform(static_cast<std::uint64_t>(i));
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 0.5, 0.003);
  EXPECT_NEAR(squares / kDraws - mean * mean, 1.0 / 12, 0.001);
}

TEST(RandomStream, ShuffleIsAPermutationAndReachesAllOrders) {
  std::vector<int> seen(6, 0);
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    std::vector<int> items = {0, 1, 2};
    RandomStream(seed, RandomPurpose::kOrder).shuffle(std::span(items));
    std::vector<int> sorted = items;
    std::sort(sorted.begin(), sorted.end());
    ASSERT_EQ(sorted, (std::vector<int>{0, 1, 2}));
    const int code = items[0] * 2 + (items[1] > items[2] ? 1 : 0);
    ++seen[static_cast<std::size_t>(code)];
  }
  for (const int count : seen) EXPECT_NEAR(count, 100, 45);
}

}  // namespace
}  // namespace sequent
