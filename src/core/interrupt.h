// Ends waiting for input that is no longer wanted.
#pragma once

#include <atomic>

namespace sequent {

/// Once true, pipes and terminals that are read seem to be at their end. Set by signals, and where
/// something fails while another thread waits for input.
inline std::atomic<bool> input_is_unwanted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // set in a signal's handler

}  // namespace sequent
