// Memory for one computation at a time: taken piece by piece, given back all at once.
#pragma once

#include <cstddef>
#include <vector>

namespace sequent::kernels {

/// Pieces stay where they are until `reset`. After a few rounds of the same size nothing is
/// allocated any more.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { release(); }

  /// `count` uninitialized values, on a cache line's boundary. Errors: std::bad_alloc.
  template <class T>
  T* take(std::size_t count) {
    return static_cast<T*>(take_bytes(count * sizeof(T)));
  }

  /// Gives all pieces back; what was several blocks becomes one.
  void reset();

  /// Makes room for pieces of so many bytes together, which are then no blocks of their own.
  void reserve(std::size_t bytes);

  /// Pieces that are taken while it lives are given back at its end.
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

  // Not in the header: the files of each instruction set would compile them anew, and the linker
  // might keep the one that this CPU cannot run.
  void* take_bytes(std::size_t bytes);
  void add_block(std::size_t size);
  void give_back(std::size_t blocks, std::size_t used);
  void release();

  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
  std::size_t total_ = 0;
};

}  // namespace sequent::kernels
