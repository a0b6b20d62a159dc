#include "kernels/arena.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace sequent::kernels {

void Arena::reset() {
  if (blocks_.size() > 1) {
    const std::size_t wanted = total_;
    release();
    add_block(wanted);
  }
  used_ = 0;
}

void* Arena::take_bytes(std::size_t bytes) {
  bytes = (bytes + kLine - 1) / kLine * kLine;
  if (blocks_.empty() || used_ + bytes > blocks_.back().size) {
    constexpr std::size_t kSmallestBlock = std::size_t{1} << 16;
    add_block(std::max(bytes, kSmallestBlock));
    used_ = 0;
  }
  char* piece = static_cast<char*>(blocks_.back().memory) + used_;
  used_ += bytes;
  return piece;
}

void Arena::reserve(std::size_t bytes) {
  take_bytes(bytes);
  used_ -= (bytes + kLine - 1) / kLine * kLine;
}

/// Frees the blocks that were added inside the scope. A scope that is entered often should call
/// `reserve` first.
void Arena::give_back(std::size_t blocks, std::size_t used) {
  while (blocks_.size() > blocks) {
    total_ -= blocks_.back().size;
    std::free(blocks_.back().memory);
    blocks_.pop_back();
  }
  used_ = used;
}

void Arena::add_block(std::size_t size) {
  blocks_.reserve(blocks_.size() + 1);
  void* memory = std::aligned_alloc(kLine, size);
  if (memory == nullptr) throw std::bad_alloc();
  blocks_.push_back({memory, size});
  total_ += size;
}

void Arena::release() {
  for (const Block& block : blocks_) std::free(block.memory);
  blocks_.clear();
  total_ = 0;
}

}  // namespace sequent::kernels
