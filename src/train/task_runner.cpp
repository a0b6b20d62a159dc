#include "train/task_runner.h"

#include "core/thread_pool.h"

namespace sequent {

void run_in_turn(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
}

TaskRunner run_on(ThreadPool& pool) {
  return [&pool](std::size_t count, const std::function<void(std::size_t)>& task) {
    pool.run(count, task);
  };
}

}  // namespace sequent
