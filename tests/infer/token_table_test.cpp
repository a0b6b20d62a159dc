// Tests that cached products per token equal the computed ones, whatever the table holds.
#include "infer/token_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace sequent {
namespace {

using Ids = std::vector<std::int32_t>;

constexpr std::int64_t kTokens = 30;
const kernels::CellSize kSize{kernels::Cell::kLstm, /*input=*/7, /*units=*/5};

std::vector<float> random_values(std::int64_t count, std::uint64_t seed) {
  const RandomStream random(seed, RandomPurpose::kProbe);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(random.uniform(static_cast<std::uint64_t>(i)) - 0.5));
  }
  return values;
}

class Tables : public ::testing::Test {
 protected:
  Tables() {
    for (std::uint64_t direction = 0; direction < 2; ++direction) {
      weight_ih_.push_back(random_values(4 * kSize.units * kSize.input, 10 + direction));
      weight_hh_.push_back(random_values(4 * kSize.units * kSize.units, 20 + direction));
      bias_.push_back(random_values(4 * kSize.units, 30 + direction));
      kernels::Weights<float> weights;
      weights.weight_ih = weight_ih_.back().data();
      weights.weight_hh = weight_hh_.back().data();
      weights.bias_ih = bias_.back().data();
      packed_.push_back(kernels_.pack(kSize, weights, memory_));
    }
  }

  TokenTable keeping(std::int64_t rows) const {
    const std::int64_t row_bytes =
        2 * kernels_.gate_stride(kSize) * static_cast<std::int64_t>(sizeof(float));
    return {kernels_, kSize, packed_, embedding_, rows * row_bytes};
  }

  /// Returns the concatenated products of each token and direction.
  std::vector<float> products(const TokenTable& table, const Ids& ids) const {
    kernels::Arena arena;
    const TokenTable::Products found = table.of(ids, arena);
    std::vector<float> values;
    const std::int64_t stride = kernels_.gate_stride(kSize);
    for (const std::int32_t row : found.row_of) {
      for (const float* of_direction : found.tables) {
        const float* from = of_direction + row * stride;
        values.insert(values.end(), from, from + 4 * kSize.units);
      }
    }
    return values;
  }

  const kernels::Kernels<float>& kernels_ = kernels::kernels<float>();
  kernels::Arena memory_;
  std::vector<std::vector<float>> weight_ih_;
  std::vector<std::vector<float>> weight_hh_;
  std::vector<std::vector<float>> bias_;
  std::vector<kernels::PackedWeights<float>> packed_;
  std::vector<float> embedding_ = random_values(kTokens * kSize.input, 1);
};

TEST_F(Tables, GiveTheSameWhateverTheyKeep) {
  const std::vector<Ids> batches{{3, 3, 8}, {25, 4, 3, 25, 29, 0}, {7}, {29, 28}, {8, 4, 0, 1, 2}};
  for (const std::int64_t kept : {0, 1, 9, 30}) {
    const TokenTable table = keeping(kept);
    for (const Ids& ids : batches) {
      std::vector<float> alone;
      for (const std::int32_t id : ids) {
        const std::vector<float> one = products(keeping(0), {id});
        alone.insert(alone.end(), one.begin(), one.end());
      }
      // The product of a row is summed in the same order regardless of the other rows.
      EXPECT_EQ(products(table, ids), alone) << kept << " kept";
      EXPECT_EQ(products(table, ids), alone) << kept << " kept, again";
    }
  }
  EXPECT_EQ(products(keeping(30), {2}).size(), 2U * 4 * kSize.units);
}

}  // namespace
}  // namespace sequent
