// Memory for one computation at a time. It is allocated piece by piece and released all at once.
#pragma once

#include <cstddef>
#include <vector>

namespace sequent::kernels {

/// A memory pool. Pieces stay valid until `reset`. After a few rounds of the same size it no longer
/// allocates memory.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { release(); }

  /// Returns `count` uninitialized values, aligned to a cache line. Errors: std::bad_alloc.
  template <class T>
  T* take(std::size_t count) {
    return static_cast<T*>(take_bytes(count * sizeof(T)));
  }

  /// Releases all pieces and merges several blocks into one.
  void reset();

  /// Reserves room for pieces of `bytes` bytes in total, so that they need no blocks of their own.
  void reserve(std::size_t bytes);

  /// Releases, at its end, the pieces that were taken during its lifetime.
  class Scope {
   public:
    explicit Scope(Arena& arena)
        : arena_(arena), blocks_(arena.blocks_.size()), used_(arena.used_) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { arena_.give_back(blocks_, used_); }

   private:
    Arena& arena_;
    std::size_t blocks_;
    std::size_t used_;
  };

  std::size_t bytes() const { return total_; }

 private:
  static constexpr std::size_t kLine = 64;

  struct Block {
    void* memory;
    std::size_t size;
  };

  // These are not defined in the header: every instruction set's file would compile its own copy,
  // and the linker might keep one that this CPU cannot run.
  void* take_bytes(std::size_t bytes);
  void add_block(std::size_t size);
  void give_back(std::size_t blocks, std::size_t used);
  void release();

  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::size_t total_ = 0;
};

}  // namespace sequent::kernels
