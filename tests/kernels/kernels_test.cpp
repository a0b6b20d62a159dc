// Compares the kernels of every instruction set with plain loops in double precision, and with each
// other.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "kernels/amx_emulator.h"
#include "kernels/isa.h"
#include "kernels/recurrent.h"

namespace sequent::kernels {
namespace {

template <class T>
std::vector<T> random_values(std::size_t count, unsigned seed, double scale = 0.5) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(0, scale);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(normal(generator));
  return values;
}

struct Problem {
  Cell cell;
  std::vector<std::int64_t> lengths;
  std::int64_t input;
  std::int64_t units;
  bool reversed;
  bool shared;
  bool started = false;  // whether the initial states are non-zero
};

/// All results of one direction.
template <class T>
struct Results {
  std::vector<T> sequence, last, input, weight_ih, weight_hh, bias_ih, bias_hh, peephole;
};

constexpr std::int64_t kSharedRows = 5;

template <class T>
Results<T> compute(const Kernels<T>& k, const Problem& problem) {
  const auto rows = static_cast<std::int64_t>(problem.lengths.size());
  const std::int64_t width = *std::max_element(problem.lengths.begin(), problem.lengths.end());
  const std::int64_t gates = gate_count(problem.cell);
  const std::int64_t units = problem.units;
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  const std::int64_t input_rows = problem.shared ? kSharedRows : rows * width;
  const auto x = random_values<T>(size(input_rows * problem.input), 1);
  const auto weight_ih = random_values<T>(size(gates * units * problem.input), 2, 0.2);
  const auto weight_hh = random_values<T>(size(gates * units * units), 3, 0.07);
  const auto bias_ih = random_values<T>(size(gates * units), 4);
  const auto bias_hh = random_values<T>(size(gates * units), 5);
  const auto peephole = random_values<T>(size(peephole_count(problem.cell) * units), 8);
  const auto of_sequence = random_values<T>(size(rows * width * units), 6);
  const auto of_last = random_values<T>(size(rows * units), 7);
  const auto start_h = random_values<T>(size(rows * units), 9);
  const auto start_c = random_values<T>(size(rows * units), 10);
  StartStates<T> start;
  if (problem.started) start = {start_h.data(), start_c.data()};

  const StepPlan plan(problem.lengths);
  const auto places = plan.positions(width, problem.reversed);
  std::vector<std::int32_t> input_row = places;
  if (problem.shared) {
    for (std::int32_t& row : input_row)
      row = (row * 7 + 3) % static_cast<std::int32_t>(kSharedRows);
  }
  const bool is_gru = problem.cell == Cell::kGru;
  const CellSize cell{problem.cell, problem.input, units};
  const bool peeps = peephole_count(problem.cell) > 0;
  const bool recurs = has_recurrent_weights(problem.cell);
  const Weights<T> weights{weight_ih.data(), recurs ? weight_hh.data() : nullptr, bias_ih.data(),
                           is_gru ? bias_hh.data() : nullptr, peeps ? peephole.data() : nullptr};
  const Input<T> input{x.data(), problem.input, input_rows, input_row.data(), problem.shared};
  Results<T> r;
  r.sequence.resize(of_sequence.size());
  r.last.resize(of_last.size());
  r.input.resize(x.size());
  r.weight_ih.resize(weight_ih.size());
  r.weight_hh.resize(weight_hh.size());
  r.bias_ih.resize(bias_ih.size());
  r.bias_hh.resize(bias_hh.size());
  r.peephole.resize(peephole.size());
  Arena arena;
  const auto packed = k.pack(cell, weights, arena);
  const auto states =
      k.forward(cell, packed, plan, input, start,
                {r.sequence.data(), units, places.data(), r.last.data(), units}, arena);
  k.backward(cell, weights, plan, input,
             {of_sequence.data(), units, places.data(), of_last.data(), units}, states,
             r.input.data(),
             {r.weight_ih.data(), recurs ? r.weight_hh.data() : nullptr, r.bias_ih.data(),
              is_gru ? r.bias_hh.data() : nullptr, peeps ? r.peephole.data() : nullptr},
             arena);

  // The inference path, which keeps no states, gives the same values.
  std::vector<T> table(size(input_rows * k.gate_stride(cell)));
  k.project(cell, packed, x.data(), problem.input, input_rows, table.data());
  std::vector<T> again(r.sequence.size());
  std::vector<T> greatest(of_last.size());
  Run<T> run{input_row.data(), table.data(), Pooling::kMax, greatest.data(), units, start};
  k.run(cell, packed, plan, run, {again.data(), units, places.data(), nullptr, 0}, arena);
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_NEAR(again[i], r.sequence[i], 1e-6);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t u = 0; u < units; ++u) {
      T most = -std::numeric_limits<T>::infinity();
      for (std::int64_t t = 0; t < problem.lengths[size(row)]; ++t) {
        most = std::max(most, again[size((row * width + t) * units + u)]);
      }
      EXPECT_EQ(greatest[size(row * units + u)], most);
    }
  }
  return r;
}

template <class T, class U>
void expect_near(const std::vector<T>& found, const std::vector<U>& wanted, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double allowed = tolerance * (1 + std::abs(static_cast<double>(wanted[i])));
    ASSERT_NEAR(found[i], wanted[i], allowed) << what << " at " << i;
  }
}

template <class T, class U>
void expect_equal(const Results<T>& found, const Results<U>& wanted, double values,
                  double gradients) {
  expect_near(found.sequence, wanted.sequence, values, "sequence");
  expect_near(found.last, wanted.last, values, "last");
  expect_near(found.input, wanted.input, gradients, "input gradient");
  expect_near(found.weight_ih, wanted.weight_ih, gradients, "weight_ih");
  expect_near(found.weight_hh, wanted.weight_hh, gradients, "weight_hh");
  expect_near(found.bias_ih, wanted.bias_ih, gradients, "bias_ih");
  expect_near(found.bias_hh, wanted.bias_hh, gradients, "bias_hh");
  expect_near(found.peephole, wanted.peephole, gradients, "peephole");
}

#define SEQUENT_CELL(name, Class, ...) Cell::name,
#define SEQUENT_NAME(name, Class, ...) #name,
constexpr std::array kCells{SEQUENT_KERNEL_CELLS(SEQUENT_CELL)};
constexpr const char* kCellNames[] = {SEQUENT_KERNEL_CELLS(SEQUENT_NAME)};
#undef SEQUENT_CELL
#undef SEQUENT_NAME

std::vector<Problem> problems() {
  std::vector<Problem> all;
  for (const Cell cell : kCells) {
    all.push_back({cell, {1}, 1, 1, false, false});
    all.push_back({cell, {3, 7, 1, 7, 2}, 5, 19, true, false});
    all.push_back({cell, {4, 4, 4}, 33, 64, false, true});
    // Longer than one block of the matrix product, and wider than one panel.
    all.push_back({cell, {60, 2, 41, 17, 33, 9, 5}, 140, 37, true, true});
    all.push_back({cell, {25, 20, 19, 3, 1, 1, 1, 1, 1, 1, 1}, 9, 130, false, false});
    all.push_back({cell, {2, 9, 1, 9}, 6, 21, false, false, /*started=*/true});
  }
  return all;
}

class Instructions : public ::testing::TestWithParam<Problem> {};

TEST_P(Instructions, AllGiveTheSame) {
  const Problem& problem = GetParam();
  const Results<double> wanted = compute(*available_kernels<double>().front(), problem);
  for (const auto* table : available_kernels<double>()) {
    SCOPED_TRACE(std::string(table->name) + " double");
    expect_equal(compute(*table, problem), wanted, 1e-11, 1e-9);
  }
  for (const auto* table : available_kernels<float>()) {
    SCOPED_TRACE(std::string(table->name) + " float");
    expect_equal(compute(*table, problem), wanted, 2e-5, 2e-3);
  }
}

std::string problem_name(const ::testing::TestParamInfo<Problem>& test) {
  const std::string_view name = kCellNames[static_cast<int>(test.param.cell)];
  return std::string(name.substr(1)) + std::to_string(test.index % 6);  // without the k
}

INSTANTIATE_TEST_SUITE_P(All, Instructions, ::testing::ValuesIn(problems()), problem_name);

TEST(Products, EqualPlainLoops) {
  for (const auto* table : available_kernels<double>()) {
    for (const std::int64_t columns : {1, 5, 8, 33, 70}) {
      for (const std::int64_t rows : {1, 2, 3, 4, 7, 100}) {
        for (const std::int64_t depth : {1, 40, 129, 300}) {
          const auto a = random_values<double>(static_cast<std::size_t>(rows * depth), 1);
          const auto b = random_values<double>(static_cast<std::size_t>(depth * columns), 2);
          std::vector<double> c(static_cast<std::size_t>(rows * columns));
          Arena arena;
          table->multiply(rows, columns, depth, a.data(), b.data(), c.data(), arena);
          for (std::int64_t i = 0; i < rows * columns; ++i) {
            double sum = 0;
            for (std::int64_t k = 0; k < depth; ++k) {
              sum += a[static_cast<std::size_t>(i / columns * depth + k)] *
                     b[static_cast<std::size_t>(k * columns + i % columns)];
            }
            ASSERT_NEAR(c[static_cast<std::size_t>(i)], sum, 1e-10) << table->name;
          }
        }
      }
    }
  }
}

constexpr const char* kNoBfloat16 = "this CPU has no products of bfloat16 values (avx512_bf16)";

/// Rounds to the nearest value with 8 significant bits, ties to even.
float rounded_to_bfloat16(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  bits += 0x7fffU + (bits >> 16 & 1U);
  bits &= 0xffff0000U;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

void expect_products_of_rounded_values(const Kernels<float>* table) {
  for (const std::int64_t columns : {1, 16, 33, 130}) {
    for (const std::int64_t rows : {1, 5, 7, 100}) {
      for (const std::int64_t depth : {1, 2, 31, 64, 129, 300}) {
        const auto a = random_values<float>(static_cast<std::size_t>(rows * depth), 1);
        const auto b = random_values<float>(static_cast<std::size_t>(depth * columns), 2);
        std::vector<float> c(static_cast<std::size_t>(rows * columns));
        Arena arena;
        table->multiply(rows, columns, depth, a.data(), b.data(), c.data(), arena);
        for (std::int64_t i = 0; i < rows * columns; ++i) {
          double sum = 0;
          for (std::int64_t k = 0; k < depth; ++k) {
            const float left = a[static_cast<std::size_t>(i / columns * depth + k)];
            const float right = b[static_cast<std::size_t>(k * columns + i % columns)];
            sum += static_cast<double>(rounded_to_bfloat16(left)) * rounded_to_bfloat16(right);
          }
          ASSERT_NEAR(c[static_cast<std::size_t>(i)], sum, 1e-5) << rows << 'x' << columns;
        }
      }
    }
  }
}

/// Returns |found - wanted| / |wanted| over all values.
double relative_distance(const std::vector<float>& found, const std::vector<double>& wanted) {
  double apart = 0;
  double size = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    apart += (found[i] - wanted[i]) * (found[i] - wanted[i]);
    size += wanted[i] * wanted[i];
  }
  return size == 0 ? apart : std::sqrt(apart / size);
}

TEST(Bfloat16, ProductsAreThoseOfRoundedValues) {
  const auto* table = bfloat16_kernels();
  if (table == nullptr) GTEST_SKIP() << kNoBfloat16;
  expect_products_of_rounded_values(table);
}

#if defined(__x86_64__) && defined(__linux__)

/// Returns the AMX kernels, which run on this CPU or in the emulator; null if neither is possible.
const Kernels<float>* amx_kernels() {
  const auto* best = bfloat16_kernels();
  return best == nullptr ? nullptr : &amx_bf16();
}

TEST(Amx, ProductsAreThoseOfRoundedValues) {
  if (amx_kernels() == nullptr) GTEST_SKIP() << kNoBfloat16;
  const bool native = amx_kernels() == bfloat16_kernels();
  const sequent::testing::AmxEmulator emulator;
  expect_products_of_rounded_values(amx_kernels());
  EXPECT_TRUE(native || emulator.products() > 1000) << emulator.products();
}

/// Uses enough rows and units for tiles, with a remainder of each, and compares with the kernels
/// that do not use tiles.
TEST(Amx, LayersAreThoseWithoutTiles) {
  if (amx_kernels() == nullptr) GTEST_SKIP() << kNoBfloat16;
  const bool native = amx_kernels() == bfloat16_kernels();
  std::vector<std::int64_t> lengths;
  for (std::int64_t row = 0; row < 37; ++row) lengths.push_back(1 + row % 4);
  for (const Cell cell : kCells) {
    for (const std::int64_t units : {32, 41}) {
      const Problem problem{cell, lengths, 35, units, /*reversed=*/false, /*shared=*/false, true};
      const Results<float> wanted = compute(avx512_bf16(), problem);
      const sequent::testing::AmxEmulator emulator;
      const Results<float> found = compute(*amx_kernels(), problem);
      EXPECT_TRUE(native || emulator.products() > 0);
      // The summation order differs. If that moves a state across a rounding boundary, the state
      // changes by 1/256.
      const auto expect_near = [&](const std::vector<float>& a, const std::vector<float>& b) {
        EXPECT_LT(relative_distance(a, {b.begin(), b.end()}), 2e-3)
            << "cell " << static_cast<int>(cell) << ", " << units << " units";
      };
      expect_near(found.sequence, wanted.sequence);
      expect_near(found.last, wanted.last);
      expect_near(found.input, wanted.input);
      expect_near(found.weight_ih, wanted.weight_ih);
      expect_near(found.weight_hh, wanted.weight_hh);
      expect_near(found.bias_ih, wanted.bias_ih);
    }
  }
}

#endif

class Bfloat16Layers : public ::testing::TestWithParam<Problem> {};

// Values are rounded to 8 significant bits, so each has a relative error of at most 1/512.
TEST_P(Bfloat16Layers, AreNearTheExactOnes) {
  const auto* table = bfloat16_kernels();
  if (table == nullptr) GTEST_SKIP() << kNoBfloat16;
  const Results<double> wanted = compute(*available_kernels<double>().front(), GetParam());
  const Results<float> found = compute(*table, GetParam());
  EXPECT_LT(relative_distance(found.sequence, wanted.sequence), 0.01);
  EXPECT_LT(relative_distance(found.last, wanted.last), 0.01);
  // Near 0, the slope of relu is either 0 or 1.
  const double gradients = GetParam().cell == Cell::kRnnRelu ? 0.1 : 0.02;
  EXPECT_LT(relative_distance(found.input, wanted.input), gradients);
  EXPECT_LT(relative_distance(found.weight_ih, wanted.weight_ih), gradients);
  EXPECT_LT(relative_distance(found.weight_hh, wanted.weight_hh), gradients);
  EXPECT_LT(relative_distance(found.bias_ih, wanted.bias_ih), gradients);
  EXPECT_LT(relative_distance(found.bias_hh, wanted.bias_hh), gradients);
  EXPECT_LT(relative_distance(found.peephole, wanted.peephole), gradients);
}

INSTANTIATE_TEST_SUITE_P(All, Bfloat16Layers, ::testing::ValuesIn(problems()), problem_name);

// One unit without weights computes h = tanh(bias), which exercises the tanh of every instruction
// set.
TEST(GateMath, IsAccurateEverywhere) {
  for (const auto* table : available_kernels<float>()) {
    for (double x = -30; x <= 30; x += 0.037) {
      const auto bias = static_cast<float>(x);
      const float zero = 0;
      float h = 0;
      const std::vector<std::int64_t> lengths{1};
      const StepPlan plan(lengths);
      const std::int32_t row = 0;
      const CellSize size{Cell::kRnnTanh, 1, 1};
      Arena arena;
      const auto packed = table->pack(size, {&zero, &zero, &bias, nullptr}, arena);
      table->forward(size, packed, plan, {&zero, 1, 1, &row, false}, {},
                     {nullptr, 0, nullptr, &h, 1}, arena);
      ASSERT_NEAR(h, std::tanh(x), 3e-7) << table->name << " at " << x;
    }
  }
}

/// Compares the functions of single values with those of the standard library, for counts that are
/// no multiple of a vector. What lies behind the values stays.
template <class T>
void expect_functions_of_values() {
  constexpr T kBehind = 7;
  for (const auto* table : available_kernels<T>()) {
    for (const std::size_t count : {1, 3, 8, 31, 70}) {
      std::vector<T> x = random_values<T>(count, 9, 5);
      std::vector<T> sigmoid = x;
      std::vector<T> tanh = x;
      std::vector<T> softmax = x;
      for (std::vector<T>* values : {&sigmoid, &tanh, &softmax}) values->push_back(kBehind);
      table->sigmoid(sigmoid.data(), std::ssize(x));
      table->tanh(tanh.data(), std::ssize(x));
      table->softmax(softmax.data(), std::ssize(x));
      double sum = 0;
      for (const T value : x) sum += std::exp(static_cast<double>(value));
      for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<double>(x[i]);
        EXPECT_NEAR(sigmoid[i], 1 / (1 + std::exp(-value)), 3e-7) << table->name << " at " << i;
        EXPECT_NEAR(tanh[i], std::tanh(value), 3e-7) << table->name << " at " << i;
        EXPECT_NEAR(softmax[i], std::exp(value) / sum, 1e-6) << table->name << " at " << i;
      }
      EXPECT_EQ(sigmoid.back(), kBehind);
      EXPECT_EQ(tanh.back(), kBehind);
      EXPECT_EQ(softmax.back(), kBehind);
    }
  }
}

TEST(GateMath, FunctionsOfValuesAreAccurate) {
  expect_functions_of_values<float>();
  expect_functions_of_values<double>();
}

TEST(GateMath, NotANumberStays) {
  auto tables = available_kernels<float>();
  if (const auto* bfloat16 = bfloat16_kernels(); bfloat16 != nullptr) tables.push_back(bfloat16);
  for (const auto* table : tables) {
    for (const Cell cell : kCells) {
      const float zero[4] = {};
      const float x = std::numeric_limits<float>::quiet_NaN();
      const float one[4] = {1, 1, 1, 1};
      float h = 0;
      const std::vector<std::int64_t> lengths{1};
      const StepPlan plan(lengths);
      const std::int32_t row = 0;
      const CellSize size{cell, 1, 1};
      Arena arena;
      const Weights<float> weights{one, has_recurrent_weights(cell) ? zero : nullptr, zero,
                                   cell == Cell::kGru ? zero : nullptr,
                                   peephole_count(cell) > 0 ? zero : nullptr};
      const auto packed = table->pack(size, weights, arena);
      table->forward(size, packed, plan, {&x, 1, 1, &row, false}, {}, {nullptr, 0, nullptr, &h, 1},
                     arena);
      EXPECT_TRUE(std::isnan(h)) << table->name << ", cell " << static_cast<int>(cell);
    }
  }
}

TEST(StepPlan, VisitsEveryTokenOnceAndNoPadding) {
  const std::vector<std::int64_t> lengths{2, 5, 1, 5};
  const StepPlan plan(lengths);
  EXPECT_EQ(plan.tokens(), 13);
  EXPECT_EQ(plan.steps(), 5);
  EXPECT_EQ(plan.active(0), 4);
  EXPECT_EQ(plan.active(1), 3);
  EXPECT_EQ(plan.active(4), 2);
  EXPECT_EQ(plan.row(0), 1);
  EXPECT_EQ(plan.row(3), 2);
  const std::vector<std::int32_t> first{5, 15, 0, 10, 6, 16, 1, 7, 17, 8, 18, 9, 19};
  EXPECT_EQ(plan.positions(5, false), first);
  const std::vector<std::int32_t> reversed{9, 19, 1, 10, 8, 18, 0, 7, 17, 6, 16, 5, 15};
  EXPECT_EQ(plan.positions(5, true), reversed);
}

TEST(Arena, ScopesGiveBackWhatWasTaken) {
  Arena arena;
  auto* kept = arena.take<float>(100);
  kept[99] = 7;
  arena.reserve(std::size_t{1} << 20);
  const std::size_t before = arena.bytes();
  float* first = nullptr;
  for (int round = 0; round < 3; ++round) {
    const Arena::Scope scope(arena);
    auto* piece = arena.take<float>(200000);
    piece[199999] = 1;
    if (round > 0) {
      EXPECT_EQ(piece, first);
    }
    first = piece;
  }
  EXPECT_EQ(arena.bytes(), before);
  {
    const Arena::Scope scope(arena);
    arena.take<float>(10000000)[0] = 1;
    EXPECT_GT(arena.bytes(), before);
  }
  EXPECT_EQ(arena.bytes(), before);
  EXPECT_EQ(kept[99], 7);
}

TEST(Arena, PiecesStayUntilReset) {
  Arena arena;
  auto* a = arena.take<double>(10);
  a[9] = 4;
  auto* b = arena.take<double>(1 << 20);
  b[0] = 5;
  EXPECT_EQ(a[9], 4);
  arena.reset();
  const std::size_t bytes = arena.bytes();
  arena.take<double>(10);
  arena.take<double>(1 << 20);
  EXPECT_EQ(arena.bytes(), bytes);
}

}  // namespace
}  // namespace sequent::kernels
