// AMX's tile instructions on CPUs without them, so that kernels that use them can be tested.
#pragma once

#include <cstdint>

namespace sequent::testing {

/// While it lives, the instructions ldtilecfg, tilerelease, tileloadd, tilestored and tdpbf16ps are
/// carried out by a handler of the signal that they raise (Intel SDM, volume 2). On a CPU that has
/// them nothing is done. Products are rounded in another order than hardware's may be.
class AmxEmulator {
 public:
  AmxEmulator();
  ~AmxEmulator();
  AmxEmulator(const AmxEmulator&) = delete;
  AmxEmulator& operator=(const AmxEmulator&) = delete;

  /// Products of tiles so far.
  static std::int64_t products();
};

}  // namespace sequent::testing
