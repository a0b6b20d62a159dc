// Rows read by one thread and worked on by many; results in input order.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Some rows in a run; `index` counts the blocks of a file from 0.
struct RowBlock {
  std::size_t index = 0;
  std::vector<Record> rows;
};

/// Reads all rows in the calling thread and hands blocks of them to `threads` workers, who call
/// `work` with their number. Where the blocks end depends on the rows alone.
///
/// Memory: a few blocks; reading waits for the workers.
/// Errors: what the reader throws, once the blocks before it are done; what `work` throws, soon.
void for_each_block(RecordReader& reader, int threads,
                    const std::function<void(int worker, RowBlock& block)>& work);

/// The same with a result per block, in input order. What the reader throws is handed to
/// `reader_failed`, and the results of the blocks before it are given.
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
