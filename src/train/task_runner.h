// Runs work that consists of independent tasks.
#pragma once

#include <cstddef>
#include <functional>

namespace sequent {

class ThreadPool;

/// Runs task(0) ... task(count - 1), possibly in parallel.
using TaskRunner =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;

/// Runs the tasks sequentially.
void run_in_turn(std::size_t count, const std::function<void(std::size_t)>& task);

/// Runs them on the threads of a pool, which must outlive the result.
TaskRunner run_on(ThreadPool& pool);

}  // namespace sequent
