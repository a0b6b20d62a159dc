// Threads that wait for work. One pool serves many callers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace sequent {

/// The number of threads that `requested` means: itself, or for 0 the cores this process may use,
/// by its affinity and its control group's share of time.
int resolve_threads(int requested);

class ThreadPool {
 public:
  /// `enter` runs once in each thread before any task. Errors: Runtime if a thread cannot be
  /// started.
  explicit ThreadPool(int threads, const std::function<void()>& enter = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  int size() const { return static_cast<int>(threads_.size()); }

  /// Runs task(0) ... task(count - 1), in any order and on any thread, and returns when all have
  /// ended. Callers take turns: a call of few tasks does not wait for another's many.
  /// Errors: the first exception, by task number, after all have ended.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  struct Call;
  void work(const std::function<void()>& enter);
  void close();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Call*> calls_;  // those with tasks that nobody has begun
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sequent
