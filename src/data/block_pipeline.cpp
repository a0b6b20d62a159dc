#include "data/block_pipeline.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "sequent/error.h"

namespace sequent {
namespace {

constexpr std::size_t kBlockRows = 512;
constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
constexpr std::size_t kQueueBytes = std::size_t{32} << 20;

/// A bounded queue of blocks between the reader and the workers.
class BlockQueue {
 public:
  /// Waits until there is room. Returns false if a worker has failed and no more blocks are needed.
  bool push(RowBlock block, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] {
      return failure_ != nullptr || blocks_.empty() || bytes_ + bytes <= kQueueBytes;
    });
    if (failure_ != nullptr) return false;
    bytes_ += bytes;
    blocks_.push_back({std::move(block), bytes});
    filled_.notify_one();
    return true;
  }

  /// Signals that no more blocks will be pushed.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
  }

  std::optional<RowBlock> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return failure_ != nullptr || closed_ || !blocks_.empty(); });
    if (failure_ != nullptr || blocks_.empty()) return std::nullopt;
    Entry entry = std::move(blocks_.front());
    blocks_.pop_front();
    bytes_ -= entry.bytes;
    room_.notify_one();
    return std::move(entry.block);
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (failure_ == nullptr) failure_ = std::move(failure);
    filled_.notify_all();
    room_.notify_all();
  }

  void rethrow_failure() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  struct Entry {
    RowBlock block;
    std::size_t bytes = 0;
  };
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<Entry> blocks_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::exception_ptr failure_;
};

/// The worker threads of one pass; they exit when the queue is closed and empty.
class Workers {
 public:
  Workers(int count, BlockQueue& queue, const std::function<void(int, RowBlock&)>& work)
      : queue_(queue) {
    const auto run = [&queue, &work](int worker) {
      try {
        while (std::optional<RowBlock> block = queue.pop()) work(worker, *block);
      } catch (...) {
        queue.fail(std::current_exception());
      }
    };
    try {
      for (int worker = 0; worker < count; ++worker) threads_.emplace_back(run, worker);
    } catch (const std::system_error& fault) {
      finish();
      throw Error(ErrorKind::kRuntime, "",
                  "cannot start " + std::to_string(count) + " threads: " + fault.what());
    } catch (...) {  // out of memory; running threads must be joined
      finish();
      throw;
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { finish(); }

  void finish() {
    queue_.close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  BlockQueue& queue_;
  std::vector<std::thread> threads_;
};

}  // namespace

void for_each_block(RecordReader& reader, int threads,
                    const std::function<void(int, RowBlock&)>& work) {
  BlockQueue queue;
  Workers workers(threads, queue, work);
  RowBlock block;
  std::size_t bytes = 0;
  bool wanted = true;
  const auto hand_over = [&] {
    const std::size_t next = block.index + 1;
    if (!block.rows.empty()) wanted = queue.push(std::move(block), bytes);
    block = RowBlock{next, {}};
    bytes = 0;
  };
  std::exception_ptr reader_failure;
  try {
    Record record;
    while (wanted && reader.next(record)) {
      bytes += record.text.size() + (record.second ? record.second->size() : 0);
      block.rows.push_back(std::move(record));
      if (block.rows.size() == kBlockRows || bytes >= kBlockBytes) hand_over();
    }
  } catch (...) {
    reader_failure = std::current_exception();
  }
  try {
    hand_over();  // also the rows before a failure, whose errors are reported first
  } catch (...) {
    if (reader_failure == nullptr) reader_failure = std::current_exception();
  }
  workers.finish();
  queue.rethrow_failure();
  if (reader_failure != nullptr) std::rethrow_exception(reader_failure);
}

}  // namespace sequent
