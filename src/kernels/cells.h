// The arithmetic of the cells on one vector of units. Included only by the isa_*.cpp files.
//
// Each cell defines how its gates become a new state while they are still in registers (`advance`),
// and how the gradient of a state becomes the gradients of the pre-activation gate sums
// (`retreat`).
#pragma once

#include "kernels/recurrent.h"
#include "kernels/vector.h"

namespace sequent::kernels {
namespace {

/// One vector of units of one row. All pointers refer to these units. `cell` is c in an LSTM and
/// the recurrent part of gate n in a GRU.
template <class T>
struct Place {
  T* gates;              // G vectors
  T* cell;               // may be nullptr if the cell does not need it
  const T* cell_before;  // nullptr at the first step
  const T* hidden_before;
  T* hidden;
  const T* peephole = nullptr;     // of the first peephole gate; others follow at `peephole_stride`
  T* peephole_gradient = nullptr;  // same layout; accumulated
  std::int64_t peephole_stride = 0;
};

template <class T>
SEQUENT_INLINE void add_to(T* to, const Vector<T>& value) {
  store(to, load(to) + value);
}

/// h = o tanh(c), c = f c' + i g.
template <class T>
struct LstmCell {
  static constexpr bool kHasCell = true;
  static constexpr bool kCarriesCell = true;
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

  /// `gradient` is the gradient of h. `carried` is the gradient of c on entry and of c' on return.
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

/// h = (1 - z) n + z h', n = tanh(sum_n + r (U_n h' + b_n)). The reset gate is applied after the
/// product.
template <class T>
struct GruCell {
  static constexpr bool kHasCell = true;
  static constexpr bool kCarriesCell = false;
  static constexpr Cell kCell = Cell::kGru;

  /// `sums` holds the complete sums of r and z, and the recurrent part of n. `input` holds the
  /// input part of n.
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

  /// `through` receives the part of the gradient of h' that bypasses the gates.
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

/// c = f c' + (1 - f) g, h = o tanh(c): input and forget gates are coupled (Greff et al. 2017).
template <class T>
struct CoupledLstmCell {
  static constexpr bool kHasCell = true;
  static constexpr bool kCarriesCell = true;
  static constexpr Cell kCell = Cell::kCoupledLstm;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> f = sigmoid<T>(sums[0]);
    const Vector<T> g = hyperbolic_tangent<T>(sums[1]);
    const Vector<T> o = sigmoid<T>(sums[2]);
    Vector<T> c = g - f * g;
    if (at.cell_before != nullptr) c += f * load(at.cell_before);
    store(at.cell, c);
    store(at.hidden, o * hyperbolic_tangent<T>(c));
    if constexpr (kKeep) {
      store(at.gates, f);
      store(at.gates + kLanes<T>, g);
      store(at.gates + 2 * kLanes<T>, o);
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T* carried,
                                     T*) {
    const Vector<T> f = load<T>(at.gates);
    const Vector<T> g = load<T>(at.gates + kLanes<T>);
    const Vector<T> o = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> squashed = hyperbolic_tangent<T>(load<T>(at.cell));
    const Vector<T> d_c = load<T>(carried) + gradient * o * (T(1) - squashed * squashed);
    store(carried, d_c * f);
    store(at.gates, d_c * (before - g) * f * (T(1) - f));
    store(at.gates + kLanes<T>, d_c * (T(1) - f) * (T(1) - g * g));
    store(at.gates + 2 * kLanes<T>, gradient * squashed * o * (T(1) - o));
  }
};

/// An LSTM whose gates also see the cell state through per-unit weights p. Gates i and f see c'.
/// Gate o sees c if kCurrent (Gers and Schmidhuber 2000), otherwise c'.
template <class T, bool kCurrent>
struct PeepholeCell {
  static constexpr bool kHasCell = true;
  static constexpr bool kCarriesCell = true;
  static constexpr Cell kCell = kCurrent ? Cell::kPeepholeLstm : Cell::kPeepholePreviousLstm;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> i = sigmoid<T>(sums[0] + load(at.peephole) * before);
    const Vector<T> f = sigmoid<T>(sums[1] + load(at.peephole + at.peephole_stride) * before);
    const Vector<T> g = hyperbolic_tangent<T>(sums[2]);
    const Vector<T> c = i * g + f * before;
    const Vector<T> seen = kCurrent ? c : before;
    const Vector<T> o = sigmoid<T>(sums[3] + load(at.peephole + 2 * at.peephole_stride) * seen);
    store(at.cell, c);
    store(at.hidden, o * hyperbolic_tangent<T>(c));
    if constexpr (kKeep) {
      store(at.gates, i);
      store(at.gates + kLanes<T>, f);
      store(at.gates + 2 * kLanes<T>, g);
      store(at.gates + 3 * kLanes<T>, o);
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T* carried,
                                     T*) {
    const Vector<T> i = load<T>(at.gates);
    const Vector<T> f = load<T>(at.gates + kLanes<T>);
    const Vector<T> g = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> o = load<T>(at.gates + 3 * kLanes<T>);
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> c = load<T>(at.cell);
    const Vector<T> squashed = hyperbolic_tangent<T>(c);
    const Vector<T> d_o = gradient * squashed * o * (T(1) - o);
    const Vector<T> from_o = d_o * load(at.peephole + 2 * at.peephole_stride);
    Vector<T> d_c = load<T>(carried) + gradient * o * (T(1) - squashed * squashed);
    if constexpr (kCurrent) d_c += from_o;
    const Vector<T> d_i = d_c * g * i * (T(1) - i);
    const Vector<T> d_f = d_c * before * f * (T(1) - f);
    Vector<T> d_before =
        d_c * f + d_i * load(at.peephole) + d_f * load(at.peephole + at.peephole_stride);
    if constexpr (!kCurrent) d_before += from_o;
    store(carried, d_before);
    store(at.gates, d_i);
    store(at.gates + kLanes<T>, d_f);
    store(at.gates + 2 * kLanes<T>, d_c * i * (T(1) - g * g));
    store(at.gates + 3 * kLanes<T>, d_o);
    if (at.peephole_gradient == nullptr) return;
    add_to<T>(at.peephole_gradient, d_i * before);
    add_to<T>(at.peephole_gradient + at.peephole_stride, d_f * before);
    add_to<T>(at.peephole_gradient + 2 * at.peephole_stride, d_o * (kCurrent ? c : before));
  }
};

template <class T>
using PeepholeLstmCell = PeepholeCell<T, true>;
template <class T>
using PeepholePreviousLstmCell = PeepholeCell<T, false>;

/// h = f h' + i g: an LSTM whose only state is h. The layer's output o tanh(h) is not fed back and
/// is computed outside the kernel.
template <class T>
struct HiddenStateCell {
  static constexpr bool kHasCell = false;
  static constexpr bool kCarriesCell = false;
  static constexpr Cell kCell = Cell::kHiddenState;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> i = sigmoid<T>(sums[0]);
    const Vector<T> f = sigmoid<T>(sums[1]);
    const Vector<T> g = hyperbolic_tangent<T>(sums[2]);
    Vector<T> h = i * g;
    if (at.hidden_before != nullptr) h += f * load(at.hidden_before);
    store(at.hidden, h);
    if constexpr (kKeep) {
      store(at.gates, i);
      store(at.gates + kLanes<T>, f);
      store(at.gates + 2 * kLanes<T>, g);
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T*,
                                     T* through) {
    const Vector<T> i = load<T>(at.gates);
    const Vector<T> f = load<T>(at.gates + kLanes<T>);
    const Vector<T> g = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> before = at.hidden_before != nullptr ? load<T>(at.hidden_before) : Vector<T>{};
    store(through, gradient * f);
    store(at.gates, gradient * g * i * (T(1) - i));
    store(at.gates + kLanes<T>, gradient * before * f * (T(1) - f));
    store(at.gates + 2 * kLanes<T>, gradient * i * (T(1) - g * g));
  }
};

/// h = (1 - z) h' + z n, z = sigmoid(sum_z), n = sum_n. Both sums depend on the input only (Feng et
/// al. 2024, "Were RNNs All We Needed?").
template <class T>
struct MinGruCell {
  static constexpr bool kHasCell = false;
  static constexpr bool kCarriesCell = false;
  static constexpr Cell kCell = Cell::kMinGru;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> z = sigmoid<T>(sums[0]);
    const Vector<T> n = sums[1];
    const Vector<T> before = at.hidden_before != nullptr ? load<T>(at.hidden_before) : Vector<T>{};
    store(at.hidden, before + z * (n - before));
    if constexpr (kKeep) {
      store(at.gates, z);
      store(at.gates + kLanes<T>, n);
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T*,
                                     T* through) {
    const Vector<T> z = load<T>(at.gates);
    const Vector<T> n = load<T>(at.gates + kLanes<T>);
    const Vector<T> before = at.hidden_before != nullptr ? load<T>(at.hidden_before) : Vector<T>{};
    store(through, gradient * (T(1) - z));
    store(at.gates, gradient * (n - before) * z * (T(1) - z));
    store(at.gates + kLanes<T>, gradient * z);
  }
};

/// c = f c' + (1 - f) g, h = r c + (1 - r) x. g and x are sums of the input only; the sums of f and
/// r also see c' through per-unit weights (Lei et al. 2018).
template <class T>
struct SruCell {
  static constexpr bool kHasCell = true;
  static constexpr bool kCarriesCell = true;
  static constexpr Cell kCell = Cell::kSru;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> g = sums[0];
    const Vector<T> f = sigmoid<T>(sums[1] + load(at.peephole) * before);
    const Vector<T> r = sigmoid<T>(sums[2] + load(at.peephole + at.peephole_stride) * before);
    const Vector<T> x = sums[3];
    const Vector<T> c = g + f * (before - g);
    store(at.cell, c);
    store(at.hidden, x + r * (c - x));
    if constexpr (kKeep) {
      store(at.gates, g);
      store(at.gates + kLanes<T>, f);
      store(at.gates + 2 * kLanes<T>, r);
      store(at.gates + 3 * kLanes<T>, x);
    }
  }

  static SEQUENT_INLINE void retreat(const Place<T>& at, const Vector<T>& gradient, T* carried,
                                     T*) {
    const Vector<T> g = load<T>(at.gates);
    const Vector<T> f = load<T>(at.gates + kLanes<T>);
    const Vector<T> r = load<T>(at.gates + 2 * kLanes<T>);
    const Vector<T> x = load<T>(at.gates + 3 * kLanes<T>);
    const Vector<T> before = at.cell_before != nullptr ? load<T>(at.cell_before) : Vector<T>{};
    const Vector<T> c = load<T>(at.cell);
    const Vector<T> d_c = load<T>(carried) + gradient * r;
    const Vector<T> d_f = d_c * (before - g) * f * (T(1) - f);
    const Vector<T> d_r = gradient * (c - x) * r * (T(1) - r);
    store(carried,
          d_c * f + d_f * load(at.peephole) + d_r * load(at.peephole + at.peephole_stride));
    store(at.gates, d_c * (T(1) - f));
    store(at.gates + kLanes<T>, d_f);
    store(at.gates + 2 * kLanes<T>, d_r);
    store(at.gates + 3 * kLanes<T>, gradient * (T(1) - r));
    if (at.peephole_gradient == nullptr) return;
    add_to(at.peephole_gradient, d_f * before);
    add_to(at.peephole_gradient + at.peephole_stride, d_r * before);
  }
};

/// h = tanh(sum) or relu(sum).
template <class T, bool kRelu>
struct RnnCell {
  static constexpr bool kHasCell = false;
  static constexpr bool kCarriesCell = false;
  static constexpr Cell kCell = kRelu ? Cell::kRnnRelu : Cell::kRnnTanh;

  template <bool kKeep>
  static SEQUENT_INLINE void advance(const Vector<T>* sums, const Vector<T>*, const Place<T>& at) {
    if constexpr (kRelu) {
      // A comparison with NaN is false, so NaN is kept.
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

template <class T>
using RnnTanhCell = RnnCell<T, false>;
template <class T>
using RnnReluCell = RnnCell<T, true>;

}  // namespace
}  // namespace sequent::kernels
