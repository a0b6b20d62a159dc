// AMX matrix tiles (Intel Sapphire Rapids and later). Included only by isa_amx_bf16.cpp.
//
// A tile holds 16 rows of 64 bytes. The tile product multiplies pairs of bfloat16 values along the
// summed dimension. operands.h packs values in the same order, so a panel's operands can be loaded
// as tiles without rearrangement.
#pragma once

#include <cstdint>
#include <utility>

namespace sequent::kernels {
namespace {

constexpr std::int64_t kTileSide = 16;  // rows, and pairs or float sums per row

struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

// The compiler intrinsics do not declare that they read and write memory, so the compiler may drop
// the stores they depend on or move them past the intrinsic. These wrappers declare it.

/// Configures all tiles at full size and enables them. Call this before each use, because another
/// library on this thread may have configured the tiles differently.
inline void set_up_tiles() {
  static constexpr TileConfig kWhole;
  asm volatile("ldtilecfg %0" ::"m"(kWhole) : "memory");
}

/// Releases the tiles, so that context switches no longer save and restore their 8 KiB.
inline void release_tiles() { asm volatile("tilerelease" ::: "memory"); }

/// `stride` is in bytes.
template <int Tile>
inline void load_tile(const void* from, std::int64_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "i"(Tile) : "memory");
}

template <int Tile>
inline void store_tile(void* to, std::int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "i"(Tile) : "memory");
}

/// For each pair k: sums[r][c] += left[r][k].first * right[k][c].first, and the same for `second`.
template <int Sums, int Left, int Right>
inline void multiply_tiles() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(Sums), "i"(Left), "i"(Right)
               : "memory");
}

/// Calls with.operator()<0>() to with.operator()<V - 1>().
template <int V, class With>
void for_each_tile(const With& with) {
  [&]<int... I>(std::integer_sequence<int, I...>) { (with.template operator()<I>(), ...); }
  (std::make_integer_sequence<int, V>());
}

/// Adds the product of 16 rows of operands, `row_stride` apart, and `depth` operands of a panel to
/// sums [16][V * 16]. `depth` is a multiple of 16.
template <int V>
__attribute__((noinline)) void multiply_in_tiles(std::int64_t depth, const std::uint32_t* left,
                                                 std::int64_t row_stride,
                                                 const std::uint32_t* panel, float* sums) {
  constexpr auto kOperandBytes = static_cast<std::int64_t>(sizeof(std::uint32_t));
  constexpr std::int64_t kPanelBytes = V * kTileSide * kOperandBytes;
  constexpr int kLeft = V;  // the tile that follows the sums
  for_each_tile<V>([&]<int I>() { load_tile<I>(sums + I * kTileSide, kPanelBytes); });
  for (std::int64_t k = 0; k < depth; k += kTileSide) {
    load_tile<kLeft>(left + k, row_stride * kOperandBytes);
    const std::uint32_t* right = panel + k * V * kTileSide;
    for_each_tile<V>([&]<int I>() {
      constexpr int kRight = V + 1 + I % 2;  // alternates: one loads while the other multiplies
      load_tile<kRight>(right + I * kTileSide, kPanelBytes);
      multiply_tiles<I, kLeft, kRight>();
    });
  }
  for_each_tile<V>([&]<int I>() { store_tile<I>(sums + I * kTileSide, kPanelBytes); });
}

}  // namespace
}  // namespace sequent::kernels
