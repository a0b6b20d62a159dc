#include "core/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "sequent/error.h"

namespace sequent {

namespace {

/// Returns the CPU quota of the control group in cores, rounded up; nullopt if there is no limit.
/// Source: Documentation/admin-guide/cgroup-v2.rst, cpu.max; cgroup-v1, cpu.cfs_quota_us.
std::optional<int> cores_of_control_group() {
  double quota = 0;
  double period = 0;
  if (!(std::ifstream("/sys/fs/cgroup/cpu.max") >> quota >> period)) {  // "max" is not a number
    const std::string folder = "/sys/fs/cgroup/cpu/";
    std::ifstream(folder + "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "cpu.cfs_period_us") >> period;
  }
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return static_cast<int>(std::ceil(quota / period));
}

int cores_of_process() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) cores = CPU_COUNT(&allowed);
  return std::max(1, std::min(cores, cores_of_control_group().value_or(cores)));
}

}  // namespace

int resolve_threads(int requested) {
  if (requested > 0) return requested;
  static const int cores = cores_of_process();
  return cores;
}

/// One call of run(). Any free thread starts its next task.
struct ThreadPool::Call {
  const std::function<void(std::size_t)>& task;
  std::size_t count;
  std::size_t next = 0;      // next task to start
  std::size_t left = count;  // tasks that have not finished
  std::condition_variable done = {};
  std::vector<std::exception_ptr> faults = std::vector<std::exception_ptr>(count);
};

ThreadPool::ThreadPool(int threads, const std::function<void()>& enter) {
  const int wanted = resolve_threads(threads);
  try {
    for (int i = 0; i < wanted; ++i) {
      threads_.emplace_back([this, enter] { work(enter); });
    }
  } catch (const std::system_error& fault) {
    close();
    throw Error(ErrorKind::kRuntime, "",
                "cannot start " + std::to_string(wanted) + " threads: " + fault.what());
  } catch (...) {  // out of memory; running threads must be joined
    close();
    throw;
  }
}

ThreadPool::~ThreadPool() { close(); }

void ThreadPool::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  if (count == 0) return;
  Call call{task, count};
  std::list<Call*> own{&call};
  std::unique_lock lock(mutex_);
  calls_.splice(calls_.end(), own);
  wake_.notify_all();
  call.done.wait(lock, [&] { return call.left == 0; });
  lock.unlock();
  for (const std::exception_ptr& fault : call.faults) {
    if (fault) std::rethrow_exception(fault);
  }
}

void ThreadPool::work(const std::function<void()>& enter) {
  std::exception_ptr failure;  // becomes the error of every task of this thread
  try {
    if (enter) enter();
  } catch (...) {
    failure = std::current_exception();
  }
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !calls_.empty(); });
    if (calls_.empty()) return;
    Call& call = *calls_.front();
    const std::size_t number = call.next++;
    if (call.next == call.count) {
      calls_.pop_front();
    } else {
      calls_.splice(calls_.end(), calls_, calls_.begin());
    }
    lock.unlock();
    try {
      if (failure) std::rethrow_exception(failure);
      call.task(number);
    } catch (...) {
      call.faults[number] = std::current_exception();
    }
    lock.lock();
    // Notify under the lock: the caller's stack, which holds `call`, lives until the caller has
    // reacquired the lock.
    if (--call.left == 0) call.done.notify_one();
  }
}

}  // namespace sequent
