#include "core/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace sequent {

int resolve_threads(int requested) {
  if (requested > 0) return requested;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
    return std::max(1, CPU_COUNT(&allowed));
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ThreadPool::ThreadPool(int threads, const std::function<void()>& enter) {
  for (int i = 0; i < resolve_threads(threads); ++i) {
    threads_.emplace_back([this, enter] { work(enter); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (count == 0) return;
  std::mutex done_mutex;
  std::condition_variable done;
  std::size_t left = count;
  std::vector<std::exception_ptr> faults(count);
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      queue_.emplace_back([&, i] {
        try {
          task(i);
        } catch (...) {
          faults[i] = std::current_exception();
        }
        // Notified under the lock: the caller's stack lives until it has left.
        const std::lock_guard done_lock(done_mutex);
        if (--left == 0) done.notify_one();
      });
    }
  }
  wake_.notify_all();
  std::unique_lock lock(done_mutex);
  done.wait(lock, [&] { return left == 0; });
  for (const std::exception_ptr& fault : faults) {
    if (fault) std::rethrow_exception(fault);
  }
}

void ThreadPool::work(const std::function<void()>& enter) {
  if (enter) enter();
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace sequent
