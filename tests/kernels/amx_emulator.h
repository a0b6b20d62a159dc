// Emulates AMX's tile instructions on CPUs without them, so that kernels that use them can be
// tested.
#pragma once

#include <cstdint>

namespace sequent::testing {

/// During its lifetime, the instructions ldtilecfg, tilerelease, tileloadd, tilestored and
/// tdpbf16ps are emulated by a handler of the signal that they raise. On a CPU with AMX it does
/// nothing. The summation order of products may differ from the hardware's.
/// Source: Intel SDM, volume 2.
class AmxEmulator {
 public:
  AmxEmulator();
  ~AmxEmulator();
  AmxEmulator(const AmxEmulator&) = delete;
  AmxEmulator& operator=(const AmxEmulator&) = delete;

  /// The number of tile products so far.
  static std::int64_t products();
};

}  // namespace sequent::testing
