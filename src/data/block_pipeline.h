// Processes rows in parallel: one thread reads them, worker threads process blocks of them, and the
// results are in input order.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// A block of consecutive rows; `index` counts the blocks of a file from 0.
struct RowBlock {
  std::size_t index = 0;
  std::vector<Record> rows;
};

/// Reads all rows in the calling thread and passes them in blocks to `threads` workers, which call
/// `work` with their worker number. The block boundaries depend only on the rows.
///
/// Memory: a few blocks; the reader waits for the workers.
/// Errors: rethrows what the reader throws, after the preceding blocks have been processed, and
/// what `work` throws, as soon as possible.
void for_each_block(RecordReader& reader, int threads,
                    const std::function<void(int worker, RowBlock& block)>& work);

/// The same with one result per block, in input order. If the reader fails with a Data error, the
/// error is passed to `reader_failed` and the results of the preceding blocks are returned.
template <class Result, class Work>
std::vector<Result> map_blocks(RecordReader& reader, int threads, const Work& work,
                               const std::function<void(const Error&)>& reader_failed) {
  std::mutex mutex;
  std::vector<Result> results;
  try {
    for_each_block(reader, threads, [&](int worker, RowBlock& block) {
      Result result = work(worker, block);
      const std::lock_guard lock(mutex);
      if (results.size() <= block.index) results.resize(block.index + 1);
      results[block.index] = std::move(result);
    });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    reader_failed(error);
  }
  return results;
}

}  // namespace sequent
