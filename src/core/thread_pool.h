// A pool of worker threads that many callers can share.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace sequent {

/// Returns the number of threads for `requested`: the number itself, or for 0 the number of cores
/// available to this process, according to its CPU affinity and the CPU quota of its control group.
int resolve_threads(int requested);

class ThreadPool {
 public:
  /// `enter` runs once in each thread before its first task. Errors: Runtime if a thread cannot be
  /// started.
  explicit ThreadPool(int threads, const std::function<void()>& enter = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  int size() const { return static_cast<int>(threads_.size()); }

  /// Runs task(0) ... task(count - 1), in any order and on any thread, and returns when all have
  /// finished. Concurrent calls take turns: a call with few tasks does not wait for all tasks of
  /// another one.
  /// Errors: rethrows the exception of the lowest-numbered task that failed, after all tasks have
  /// finished.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  struct Call;
  void work(const std::function<void()>& enter);
  void close();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Call*> calls_;  // calls with tasks that have not started
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sequent
