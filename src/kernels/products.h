// Matrix products on packed panels. Included only by the isa_*.cpp files.
//
// The right matrix B [k, columns] is packed into panels of at most kPanelVectors vectors of
// columns; a panel holds, for each k in turn, its columns. The left matrix is read row by row where
// it lies, each row from a pointer of its own, so that gathered rows cost nothing.
#pragma once

#include <cstdint>

#include "kernels/vector.h"

namespace sequent::kernels {
namespace {

constexpr int kPanelVectors = 4;

// A tile of R rows times V vectors stays in registers: 12 of 16, or 24 of 32.
#if SEQUENT_VECTOR_BYTES == 64
constexpr int kTileVectors = 24;
#else
constexpr int kTileVectors = 12;
#endif
template <int V>
constexpr int kTileRows = kTileVectors / V < 6 ? kTileVectors / V : 6;

constexpr std::int64_t kDepthBlock = 128;  // of k: a panel's part stays in the first cache
constexpr std::int64_t kRowBlock = 96;     // of the left matrix: they stay in the second cache

inline std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// How the columns of a packed matrix are cut into panels.
template <class T>
struct Panels {
  std::int64_t columns;
  int vectors;  // of every panel but the last

  static constexpr std::int64_t kLane = kLanes<T>;
  std::int64_t vector_count() const { return (columns + kLane - 1) / kLane; }
  std::int64_t count() const { return (vector_count() + vectors - 1) / vectors; }
  int vectors_of(std::int64_t panel) const {
    return static_cast<int>(smaller(vectors, vector_count() - panel * vectors));
  }
  std::int64_t first_column(std::int64_t panel) const { return panel * vectors * kLane; }
  /// Where a panel begins in a packed matrix with `depth` rows.
  std::int64_t begin(std::int64_t panel, std::int64_t depth) const {
    return first_column(panel) * depth;
  }
  std::int64_t packed_size(std::int64_t depth) const { return vector_count() * kLane * depth; }
};

/// sums[r][v] += a[r][k * step] * panel[k][v] over k. A function of its own: inlined among other
/// vectors, GCC keeps some of the sums in memory.
template <int R, int V, class T>
__attribute__((noinline)) void multiply_tile(std::int64_t depth, const T* const* rows,
                                             std::int64_t step, const T* panel,
                                             Vector<T> (*sums)[V]) {
  const T* a[R];
  Vector<T> local[R][V];  // that nothing else can point to
  for (int r = 0; r < R; ++r) {
    a[r] = rows[r];
    for (int v = 0; v < V; ++v) local[r][v] = sums[r][v];
  }
  for (std::int64_t k = 0; k < depth; ++k) {
    // The smaller side is held, so that 12 sums, the held values and one more fit 16 registers.
    if constexpr (R <= V) {
      Vector<T> left[R];
      for (int r = 0; r < R; ++r) left[r] = broadcast(*a[r]);
      for (int v = 0; v < V; ++v) {
        const Vector<T> right = load(panel + v * kLanes<T>);
        for (int r = 0; r < R; ++r) local[r][v] += left[r] * right;
      }
    } else {
      Vector<T> right[V];
      for (int v = 0; v < V; ++v) right[v] = load(panel + v * kLanes<T>);
      for (int r = 0; r < R; ++r) {
        const Vector<T> left = broadcast(*a[r]);
        for (int v = 0; v < V; ++v) local[r][v] += left * right[v];
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
                             const T* panel, const RowOf& row_of, const Begin& begin,
                             const End& end) {
  const T* rows[R];
  Vector<T> sums[R][V];
  for (int r = 0; r < R; ++r) {
    rows[r] = row_of(row + r);
    begin(row + r, sums[r]);
  }
  multiply_tile<R, V>(depth, rows, step, panel, sums);
  for (int r = 0; r < R; ++r) end(row + r, sums[r]);
}

template <int R, int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE void run_tile_of(std::int64_t height, std::int64_t row, std::int64_t depth,
                                std::int64_t step, const T* panel, const RowOf& row_of,
                                const Begin& begin, const End& end) {
  if constexpr (R == 1) {
    run_tile<1, V>(row, depth, step, panel, row_of, begin, end);
  } else if (height == R) {
    run_tile<R, V>(row, depth, step, panel, row_of, begin, end);
  } else {
    run_tile_of<R - 1, V>(height, row, depth, step, panel, row_of, begin, end);
  }
}

/// All rows times one panel, in tiles of nearly equal height. `row_of(i)` points to row i of the
/// left matrix, `begin(i, sums)` sets its starting sums, `end(i, sums)` takes them.
template <int V, class T, class RowOf, class Begin, class End>
SEQUENT_INLINE void multiply_panel(std::int64_t first, std::int64_t last, std::int64_t depth,
                                   std::int64_t step, const T* panel, const RowOf& row_of,
                                   const Begin& begin, const End& end) {
  const std::int64_t rows = last - first;
  const std::int64_t tiles = (rows + kTileRows<V> - 1) / kTileRows<V>;
  if (tiles == 0) return;
  const std::int64_t low = rows / tiles;
  const std::int64_t higher = rows % tiles;
  std::int64_t row = first;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const std::int64_t height = low + (tile < higher ? 1 : 0);
    run_tile_of<kTileRows<V>, V>(height, row, depth, step, panel, row_of, begin, end);
    row += height;
  }
}

/// Calls `with.template operator()<V>()` for the panel's number of vectors.
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

/// The first `count` values of a vector; all others read as 0 and are not written.
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

/// Where the rows of a matrix lie: `pointers`, or at a stride from `base`, by `index` if there is
/// one. A struct, not a function: products of all kinds share one copy of their code.
template <class T>
struct Rows {
  T* base = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* index = nullptr;
  T* const* pointers = nullptr;

  SEQUENT_INLINE T* operator()(std::int64_t i) const {
    if (pointers != nullptr) return pointers[i];
    return base + (index == nullptr ? i : index[i]) * stride;
  }
};

/// A part of a product of a matrix with packed panels.
struct Block {
  std::int64_t first_row;
  std::int64_t last_row;
  std::int64_t first_depth;
  std::int64_t depth;
  std::int64_t step;  // from one value of a left row to the next
};

/// target(i)[column...] += the block's sums; with `start`, start[...] + the sums. Columns past
/// `room` do not exist.
template <class T>
__attribute__((noinline)) void multiply_block(const Block& block, const Rows<const T>& left,
                                              int vectors, const T* panel, const Rows<T>& target,
                                              std::int64_t column, const T* start,
                                              std::int64_t room) {
  for_width(vectors, [&]<int V>() SEQUENT_INLINE_LAMBDA {
    const bool whole = room >= V * kLanes<T>;
    multiply_panel<V>(
        block.first_row, block.last_row, block.depth, block.step, panel,
        [&](std::int64_t i)
            SEQUENT_INLINE_LAMBDA { return left(i) + block.first_depth * block.step; },
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

/// target(i)[columns] += sum over k of left(i)[k] * b[k][columns]; with `bias`, bias + the sum.
template <class T>
void multiply_rows(std::int64_t rows, std::int64_t depth, const Rows<const T>& left,
                   const Panels<T>& panels, const T* packed, const T* bias, const Rows<T>& target) {
  for (std::int64_t r0 = 0; r0 < rows; r0 += kRowBlock) {
    for (std::int64_t k0 = 0; k0 < depth; k0 += kDepthBlock) {
      const Block block{r0, smaller(rows, r0 + kRowBlock), k0, smaller(kDepthBlock, depth - k0), 1};
      for (std::int64_t p = 0; p < panels.count(); ++p) {
        const std::int64_t column = panels.first_column(p);
        const int vectors = panels.vectors_of(p);
        multiply_block(block, left, vectors,
                       packed + panels.begin(p, depth) + k0 * vectors * kLanes<T>, target, column,
                       bias != nullptr && k0 == 0 ? bias + column : nullptr,
                       panels.columns - column);
      }
    }
  }
}

/// Packs B.
template <class T>
void pack_rows(std::int64_t depth, const Panels<T>& panels, const Rows<const T>& rows, T* packed) {
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    const std::int64_t column = panels.first_column(p);
    const std::int64_t width = panels.vectors_of(p) * kLanes<T>;
    const std::int64_t filled = smaller(width, panels.columns - column);
    T* to = packed + panels.begin(p, depth);
    for (std::int64_t k = 0; k < depth; ++k, to += width) {
      const T* from = rows(k) + column;
      for (std::int64_t c = 0; c < filled; ++c) to[c] = from[c];
      for (std::int64_t c = filled; c < width; ++c) to[c] = T(0);
    }
  }
}

}  // namespace
}  // namespace sequent::kernels
