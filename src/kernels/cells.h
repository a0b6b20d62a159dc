// The arithmetic of the cells on one vector of units. Included only by the isa_*.cpp files.
//
// Each cell says how its gates, while still in registers, become a new state (`advance`), and how
// the gradient of a state becomes the gradients of the gates' sums (`retreat`).
#pragma once

#include "kernels/recurrent.h"
#include "kernels/vector.h"

namespace sequent::kernels {
namespace {

/// One vector of units of one row. Pointers to the place of these units; `cell` means c for an LSTM
/// and the recurrent part of gate n for a GRU.
template <class T>
struct Place {
  T* gates;              // G vectors
  T* cell;               // may be nullptr in a cell that needs none
  const T* cell_before;  // nullptr at the first step
  const T* hidden_before;
  T* hidden;
};

/// h = o tanh(c), c = f c' + i g.
template <class T>
struct LstmCell {
  static constexpr int kGates = 4;
  static constexpr bool kHasCell = true;
  static constexpr Cell kCell = Cell::kLstm;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> i = sigmoid<T>(sums[0]);
    const Vector<T> f = sigmoid<T>(sums[1]);
    const Vector<T> g = hyperbolic_tangent<T>(sums[2]);
    const Vector<T> o = sigmoid<T>(sums[3]);
    Vector<T> c = i * g;
    if (at.cell_before != nullptr) c += f * load(at.cell_before);
    store(at.cell, c);
    store(at.hidden, o * hyperbolic_tangent<T>(c));
    if constexpr (kKeep) {
      store(at.gates, i);
      store(at.gates + kLanes<T>, f);
      store(at.gates + 2 * kLanes<T>, g);
      store(at.gates + 3 * kLanes<T>, o);
    }
  }

  /// `gradient` of h; `carried` is that of c and becomes that of c'.
  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T* carried,
                                     T*) {
    const Vector<T> i = load<T>(at.gates);
    const Vector<T> f = load<T>(at.gates + kLanes<T>);
    const Vector<T> g = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> o = load<T>(at.gates + 3 * kLanes<T>);
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> squashed = hyperbolic_tangent<T>(load<T>(at.cell));
    const Vector<T> d_o = gradient * squashed;
    const Vector<T> d_c = load<T>(carried) + gradient * o * (T(1) - squashed * squashed);
    store(carried, d_c * f);
    store(at.gates, d_c * g * i * (T(1) - i));
    store(at.gates + kLanes<T>, d_c * before * f * (T(1) - f));
    store(at.gates + 2 * kLanes<T>, d_c * i * (T(1) - g * g));
    store(at.gates + 3 * kLanes<T>, d_o * o * (T(1) - o));
  }
};

/// h = (1 - z) n + z h', n = tanh(sum_n + r (U_n h' + b_n)): reset after the product.
template <class T>
struct GruCell {
  static constexpr int kGates = 3;
  static constexpr bool kHasCell = true;
  static constexpr Cell kCell = Cell::kGru;

  /// `sums`: r and z whole, of n the recurrent part; `input`: the input's part of n.
  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>* input,
                                     const Place<T>& at) {
    const Vector<T> r = sigmoid<T>(sums[0]);
    const Vector<T> z = sigmoid<T>(sums[1]);
    const Vector<T> n = hyperbolic_tangent<T>(*input + r * sums[2]);
    Vector<T> h = n - z * n;
    if (at.hidden_before != nullptr) h += z * load(at.hidden_before);
    store(at.hidden, h);
    if constexpr (kKeep) {
      store(at.cell, sums[2]);
      store(at.gates, r);
      store(at.gates + kLanes<T>, z);
      store(at.gates + 2 * kLanes<T>, n);
    }
  }

  /// `through` receives the part of h''s gradient that passes by the gates.
  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T*,
                                     T* through) {
    const Vector<T> r = load<T>(at.gates);
    const Vector<T> z = load<T>(at.gates + kLanes<T>);
    const Vector<T> n = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> recurrent = load<T>(at.cell);
    const Vector<T> before = at.hidden_before != nullptr ? load<T>(at.hidden_before) : Vector<T>{};
    const Vector<T> d_n = gradient * (T(1) - z) * (T(1) - n * n);
    store(through, gradient * z);
    store(at.gates, d_n * recurrent * r * (T(1) - r));
    store(at.gates + kLanes<T>, gradient * (before - n) * z * (T(1) - z));
    store(at.gates + 2 * kLanes<T>, d_n);
    store(at.cell, d_n * r);
  }
};

/// h = tanh(sum) or relu(sum).
template <class T, bool kRelu>
struct RnnCell {
  static constexpr int kGates = 1;
  static constexpr bool kHasCell = false;
  static constexpr Cell kCell = kRelu ? Cell::kRnnRelu : Cell::kRnnTanh;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    if constexpr (kRelu) {
      // NaN is not less than 0 and stays.
      store(at.hidden, sums[0] < T(0) ? Vector<T>{} : sums[0]);
    } else {
      store(at.hidden, hyperbolic_tangent<T>(sums[0]));
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T*, T*) {
    const Vector<T> h = load<T>(at.hidden);
    if constexpr (kRelu) {
      store(at.gates, h > T(0) ? gradient : Vector<T>{});
    } else {
      store(at.gates, gradient * (T(1) - h * h));
    }
  }
};

}  // namespace
}  // namespace sequent::kernels
