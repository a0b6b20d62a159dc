// The memory layout of gates and weights. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/products.h"
#include "kernels/recurrent.h"

namespace sequent::kernels {
namespace {

/// The number of elements per token for `width` gate values. It is an odd number of cache lines, so
/// that a column of many tokens spreads over the whole cache.
template <class T>
constexpr std::int64_t gate_stride(std::int64_t width) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  return (((width + kLine - 1) / kLine) | 1) * kLine;
}

/// The sizes and the order of the gates in memory: the G gates of each vector of units are
/// adjacent.
template <class T>
struct Layout {
  std::int64_t input;
  std::int64_t units;
  std::int64_t gates;
  std::int64_t peepholes;
  std::int64_t padded;  // units, rounded up to whole vectors
  std::int64_t width;   // gates * padded
  std::int64_t stride;  // elements per token

  explicit Layout(const CellSize& size)
      : input(size.input),
        units(size.units),
        gates(gate_count(size.cell)),
        peepholes(peephole_count(size.cell)),
        padded((size.units + kLanes<T> - 1) / kLanes<T> * kLanes<T>),
        width(gates * padded),
        stride(gate_stride<T>(width)) {}

  /// A panel holds all gates of one vector of units, or four vectors if the cell has only one gate.
  Panels<T> gate_panels() const {
    return {width, gates == 1 ? kPanelVectors : static_cast<int>(gates)};
  }

  /// The row of the torch::nn matrices that corresponds to this column, or -1 for a padding unit.
  std::int64_t row_of_column(std::int64_t column) const {
    const std::int64_t block = column / (gates * kLanes<T>);
    const std::int64_t gate = column % (gates * kLanes<T>) / kLanes<T>;
    const std::int64_t unit = block * kLanes<T> + column % kLanes<T>;
    return unit < units ? gate * units + unit : -1;
  }
};

/// Packs the transpose of a weight [G * H, depth] into panels of gate columns.
template <class T>
const Operand<T>* pack_gates(const Layout<T>& layout, const T* weight, std::int64_t depth,
                             Arena& arena) {
  const Panels<T> panels = layout.gate_panels();
  auto* packed = arena.take<Operand<T>>(static_cast<std::size_t>(panels.packed_size(depth)));
  Operand<T>* room = operand_room<T>(depth, arena);
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    Operand<T>* panel = packed + panels.begin(p, depth);
    const std::int64_t width = panels.vectors_of(p) * kLanes<T>;
    for (std::int64_t first = 0; first < width; first += kLanes<T>) {
      for (int lane = 0; lane < kLanes<T>; ++lane) {
        const std::int64_t row = layout.row_of_column(panels.first_column(p) + first + lane);
        const Operand<T>* from = row < 0 ? nullptr : as_operands(weight + row * depth, depth, room);
        Operand<T>* to = panel + first + lane;
        for (std::int64_t k = 0; k < operand_count(depth); ++k) {
          to[k * width] = from == nullptr ? Operand<T>(0) : from[k];
        }
      }
    }
  }
  return packed;
}

/// Casts the result of pack_gates to its operand type.
template <class T>
const Operand<T>* operands_in(const void* packed) {
  return static_cast<const Operand<T>*>(packed);
}

/// Packs the peephole weights, with each vector padded to whole SIMD vectors.
template <class T>
const T* pack_peephole(const Layout<T>& layout, const T* weight, Arena& arena) {
  T* packed = arena.take<T>(static_cast<std::size_t>(layout.peepholes * layout.padded));
  for (std::int64_t i = 0; i < layout.peepholes * layout.padded; ++i) {
    const std::int64_t unit = i % layout.padded;
    packed[i] = unit < layout.units ? weight[i / layout.padded * layout.units + unit] : T(0);
  }
  return packed;
}

template <class T>
PackedWeights<T> pack(const CellSize& size, const Weights<T>& weights, Arena& arena) {
  const Layout<T> layout(size);
  PackedWeights<T> packed;
  packed.input = pack_gates(layout, weights.weight_ih, layout.input, arena);
  if (weights.weight_hh != nullptr) {
    packed.recurrent = pack_gates(layout, weights.weight_hh, layout.units, arena);
  }
  T* bias = arena.take<T>(static_cast<std::size_t>(layout.width));
  const bool is_gru = size.cell == Cell::kGru;
  for (std::int64_t column = 0; column < layout.width; ++column) {
    const std::int64_t row = layout.row_of_column(column);
    bias[column] = row < 0 ? T(0) : weights.bias_ih[row];
    if (is_gru && row >= 0 && row < 2 * layout.units) bias[column] += weights.bias_hh[row];
  }
  packed.bias = bias;
  if (weights.peephole != nullptr) {
    packed.peephole = pack_peephole(layout, weights.peephole, arena);
  }
  if (is_gru) {
    T* bias_n = arena.take<T>(static_cast<std::size_t>(layout.padded));
    for (std::int64_t unit = 0; unit < layout.padded; ++unit) {
      bias_n[unit] = unit < layout.units ? weights.bias_hh[2 * layout.units + unit] : T(0);
    }
    packed.bias_n = bias_n;
  }
  return packed;
}

template <class T>
void project(const CellSize& size, const PackedWeights<T>& weights, const T* rows,
             std::int64_t stride, std::int64_t count, T* products) {
  const Layout<T> layout(size);
  multiply_rows<T>(count, layout.input, {rows, stride}, layout.gate_panels(),
                   operands_in<T>(weights.input), weights.bias, {products, layout.stride});
}

template <class T>
SEQUENT_INLINE void copy_values(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}
template <class T>
SEQUENT_INLINE void add_values(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

}  // namespace
}  // namespace sequent::kernels
