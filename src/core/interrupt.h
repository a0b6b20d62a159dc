// Stops reads that wait for input.
#pragma once

#include <atomic>

namespace sequent {

/// Once this is true, reads from pipes and terminals report the end of the input. It is set by
/// signal handlers, and by a thread that fails while another one waits for input.
inline std::atomic<bool> input_is_unwanted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // set in a signal handler

}  // namespace sequent
