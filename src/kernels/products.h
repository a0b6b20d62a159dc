// Matrix products on packed panels. Included only by the isa_*.cpp files.
//
// The right matrix B [k, columns] is packed into panels of at most kPanelVectors vectors of
// columns. For each operand along k in turn, a panel holds its columns. The left matrix is not
// packed: each row is read through its own pointer, so gathered rows cost nothing.
#pragma once

#include <cstdint>

#include "kernels/operands.h"
#if SEQUENT_AMX
#include "kernels/amx.h"
#endif

namespace sequent::kernels {
namespace {

constexpr int kPanelVectors = 4;

// A tile of R rows times V vectors stays in registers; its sums occupy 12 of 16, or 24 of 32.
#if SEQUENT_VECTOR_BYTES == 64
constexpr int kTileVectors = 24;
#else
constexpr int kTileVectors = 12;
#endif
template <int V>
constexpr int kTileRows = kTileVectors / V < 6 ? kTileVectors / V : 6;

inline std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// How the columns of a packed matrix are divided into panels.
template <class T>
struct Panels {
  std::int64_t columns;
  int vectors;  // of every panel except the last

  static constexpr std::int64_t kLane = kLanes<T>;
  std::int64_t vector_count() const { return (columns + kLane - 1) / kLane; }
  std::int64_t count() const { return (vector_count() + vectors - 1) / vectors; }
  int vectors_of(std::int64_t panel) const {
    return static_cast<int>(smaller(vectors, vector_count() - panel * vectors));
  }
  std::int64_t first_column(std::int64_t panel) const { return panel * vectors * kLane; }
  /// The offset of a panel in a packed matrix with `depth` rows.
  std::int64_t begin(std::int64_t panel, std::int64_t depth) const {
    return first_column(panel) * operand_count(depth);
  }
  std::int64_t packed_size(std::int64_t depth) const {
    return vector_count() * kLane * operand_count(depth);
  }
};

/// For each operand k: sums[r][v] += a[r][k * step] * panel[k][v]. This is a separate function
/// because GCC keeps some of the sums in memory when this is inlined into other vector code.
template <int R, int V, class T>
__attribute__((noinline)) void multiply_tile(std::int64_t depth, const Operand<T>* const* rows,
                                             std::int64_t step, const Operand<T>* panel,
                                             Vector<T> (*sums)[V]) {
  const Operand<T>* a[R];
  Vector<T> local[R][V];  // a local copy that no other pointer can alias
  for (int r = 0; r < R; ++r) {
    a[r] = rows[r];
    for (int v = 0; v < V; ++v) local[r][v] = sums[r][v];
  }
  for (std::int64_t k = 0; k < depth; ++k) {
    // Keep the smaller side in registers: 12 sums, the kept values and one more fit into 16.
    if constexpr (R <= V) {
      OperandVector<T> left[R];
      for (int r = 0; r < R; ++r) left[r] = broadcast_operand(*a[r]);
      for (int v = 0; v < V; ++v) {
        const auto right = load_operand(panel + v * kLanes<T>);
        for (int r = 0; r < R; ++r) local[r][v] = multiply_add(local[r][v], left[r], right);
      }
    } else {
      OperandVector<T> right[V];
      for (int v = 0; v < V; ++v) right[v] = load_operand(panel + v * kLanes<T>);
      for (int r = 0; r < R; ++r) {
        const auto left = broadcast_operand(*a[r]);
        for (int v = 0; v < V; ++v) local[r][v] = multiply_add(local[r][v], left, right[v]);
      }
    }
    for (int r = 0; r < R; ++r) a[r] += step;
    panel += V * kLanes<T>;
  }
  for (int r = 0; r < R; ++r) {
    for (int v = 0; v < V; ++v) sums[r][v] = local[r][v];
  }
}

template <int R, int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE void run_tile(std::int64_t row, std::int64_t depth, std::int64_t step,
                             const Operand<T>* panel, const RowOf& row_of, const Begin& begin,
                             const End& end) {
  const Operand<T>* rows[R];
  Vector<T> sums[R][V];
  for (int r = 0; r < R; ++r) {
    rows[r] = row_of(row + r);
    begin(row + r, sums[r]);
  }
  multiply_tile<R, V, T>(depth, rows, step, panel, sums);
  for (int r = 0; r < R; ++r) end(row + r, sums[r]);
}

template <int R, int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE void run_tile_of(std::int64_t height, std::int64_t row, std::int64_t depth,
                                std::int64_t step, const Operand<T>* panel, const RowOf& row_of,
                                const Begin& begin, const End& end) {
  if constexpr (R == 1) {
    run_tile<1, V, T>(row, depth, step, panel, row_of, begin, end);
  } else if (height == R) {
    run_tile<R, V, T>(row, depth, step, panel, row_of, begin, end);
  } else {
    run_tile_of<R - 1, V, T>(height, row, depth, step, panel, row_of, begin, end);
  }
}

#if SEQUENT_AMX

/// Returns whether 16 rows of operands are equally spaced, and sets `stride` to their distance.
template <class RowOf>
SEQUENT_INLINE bool equally_apart(std::int64_t row, const RowOf& row_of, std::int64_t& stride) {
  stride = row_of(row + 1) - row_of(row);
  for (std::int64_t i = 2; i < kTileSide; ++i) {
    if (row_of(row + i) - row_of(row + i - 1) != stride) return false;
  }
  return true;
}

/// Like multiply_panel, but only for the leading rows that AMX tiles can handle. Returns their
/// number.
template <int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE std::int64_t multiply_whole_tiles(std::int64_t rows, std::int64_t depth,
                                                 std::int64_t step, const Operand<T>* panel,
                                                 const RowOf& row_of, const Begin& begin,
                                                 const End& end) {
  constexpr int kRestRows = 4;
  const std::int64_t whole = depth - depth % kTileSide;
  std::int64_t row = 0;
  std::int64_t stride = 0;
  if (step != 1 || whole == 0 || rows < kTileSide) return 0;
  set_up_tiles();
  alignas(SEQUENT_VECTOR_BYTES) Vector<T> sums[kTileSide][V];
  for (; row + kTileSide <= rows && equally_apart(row, row_of, stride); row += kTileSide) {
    for (std::int64_t i = 0; i < kTileSide; ++i) begin(row + i, sums[i]);
    multiply_in_tiles<V>(whole, row_of(row), stride, panel, reinterpret_cast<float*>(sums));
    for (std::int64_t i = 0; whole < depth && i < kTileSide; i += kRestRows) {
      const Operand<T>* left[kRestRows];
      for (int r = 0; r < kRestRows; ++r) left[r] = row_of(row + i + r) + whole;
      multiply_tile<kRestRows, V, T>(depth - whole, left, step, panel + whole * V * kLanes<T>,
                                     sums + i);
    }
    for (std::int64_t i = 0; i < kTileSide; ++i) end(row + i, sums[i]);
  }
  release_tiles();
  return row;
}

#endif

/// Multiplies `rows` rows by one panel in tiles of nearly equal height. `row_of(i)` points to row i
/// of the left matrix, `begin(i, sums)` initializes its sums, and `end(i, sums)` consumes them.
template <int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE void multiply_panel(std::int64_t rows, std::int64_t depth, std::int64_t step,
                                   const Operand<T>* panel, const RowOf& row_of, const Begin& begin,
                                   const End& end) {
  std::int64_t row = 0;
#if SEQUENT_AMX
  row = multiply_whole_tiles<V, T>(rows, depth, step, panel, row_of, begin, end);
  rows -= row;
#endif
  const std::int64_t tiles = (rows + kTileRows<V> - 1) / kTileRows<V>;
  if (tiles == 0) return;
  const std::int64_t low = rows / tiles;
  const std::int64_t higher = rows % tiles;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const std::int64_t height = low + (tile < higher ? 1 : 0);
    run_tile_of<kTileRows<V>, V, T>(height, row, depth, step, panel, row_of, begin, end);
    row += height;
  }
}

/// Calls `with.template operator()<V>()`, where V is the number of vectors in the panel.
template <class With>
SEQUENT_INLINE void for_width(int vectors, const With& with) {
  switch (vectors) {
    case 1:
      return with.template operator()<1>();
    case 2:
      return with.template operator()<2>();
    case 3:
      return with.template operator()<3>();
    default:
      return with.template operator()<4>();
  }
}

/// Accesses the first `count` lanes of a vector. The other lanes load as 0 and are not stored.
template <class T>
SEQUENT_INLINE Vector<T> load_part(const T* from, std::int64_t count) {
  if (count >= kLanes<T>) return load(from);
  Vector<T> value{};
  for (int i = 0; i < count; ++i) value[i] = from[i];
  return value;
}
template <class T>
SEQUENT_INLINE void store_part(T* to, const Vector<T>& value, std::int64_t count) {
  if (count >= kLanes<T>) return store(to, value);
  for (int i = 0; i < count; ++i) to[i] = value[i];
}

/// The part of a matrix product that is computed with one packed panel.
struct Block {
  std::int64_t rows;
  std::int64_t depth;  // in operands
  std::int64_t step;   // distance between consecutive operands of a left row
};

/// Adds the block's sums to target(i)[column...]. If `start` is given, stores start[...] + the sums
/// instead. Only `room` columns exist.
template <class T>
__attribute__((noinline)) void multiply_block(const Block& block,
                                              const Rows<const Operand<T>>& left, int vectors,
                                              const Operand<T>* panel, const Rows<T>& target,
                                              std::int64_t column, const T* start,
                                              std::int64_t room) {
  for_width(vectors, [&]<int V>() SEQUENT_INLINE_LAMBDA {
    const bool whole = room >= V * kLanes<T>;
    multiply_panel<V, T>(
        block.rows, block.depth, block.step, panel,
        [&](std::int64_t i) SEQUENT_INLINE_LAMBDA { return left(i); },
        [&](std::int64_t i, Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          const T* from = start != nullptr ? start : target(i) + column;
          for (int v = 0; v < V; ++v) {
            const T* at = from + v * kLanes<T>;
            sums[v] = whole ? load(at) : load_part(at, room - v * kLanes<T>);
          }
        },
        [&](std::int64_t i, const Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          T* to = target(i) + column;
          for (int v = 0; v < V; ++v) {
            if (whole) {
              store(to + v * kLanes<T>, sums[v]);
            } else {
              store_part(to + v * kLanes<T>, sums[v], room - v * kLanes<T>);
            }
          }
        });
  });
}

/// target(i)[columns] += sum over k of left(i)[k] * b[k][columns]. With `bias`, the result is bias
/// + the sum.
template <class T>
void multiply_rows(std::int64_t rows, std::int64_t depth, const Rows<const T>& left,
                   const Panels<T>& panels, const Operand<T>* packed, const T* bias,
                   const Rows<T>& target) {
  alignas(SEQUENT_VECTOR_BYTES) Operand<T> room[kBlockRoom];
  for (std::int64_t r0 = 0; r0 < rows; r0 += kRowBlock) {
    const std::int64_t height = smaller(kRowBlock, rows - r0);
    const Rows<T> to = target.from_row(r0);
    for (std::int64_t k0 = 0; k0 < depth; k0 += kDepthBlock) {
      const std::int64_t part = smaller(kDepthBlock, depth - k0);
      const auto operands = row_operands(left.from_row(r0), height, k0, part, room);
      const Block block{height, operand_count(part), 1};
      for (std::int64_t p = 0; p < panels.count(); ++p) {
        const std::int64_t column = panels.first_column(p);
        const int vectors = panels.vectors_of(p);
        multiply_block<T>(
            block, operands, vectors,
            packed + panels.begin(p, depth) + k0 / kOperandDepth * vectors * kLanes<T>, to, column,
            bias != nullptr && k0 == 0 ? bias + column : nullptr, panels.columns - column);
      }
    }
  }
}

/// Packs the right matrix B.
template <class T>
void pack_rows(std::int64_t depth, const Panels<T>& panels, const Rows<const T>& rows,
               Operand<T>* packed) {
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    const std::int64_t column = panels.first_column(p);
    const std::int64_t width = panels.vectors_of(p) * kLanes<T>;
    const std::int64_t filled = smaller(width, panels.columns - column);
    Operand<T>* to = packed + panels.begin(p, depth);
    for (std::int64_t k = 0; k < depth; k += kOperandDepth, to += width) {
      const T* second = k + 1 < depth ? rows(k + 1) + column : nullptr;
      pair_rows(rows(k) + column, second, filled, to);
      for (std::int64_t c = filled; c < width; ++c) to[c] = Operand<T>(0);
    }
  }
}

}  // namespace
}  // namespace sequent::kernels
