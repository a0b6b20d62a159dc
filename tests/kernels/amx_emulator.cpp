#include "kernels/amx_emulator.h"

#if defined(__x86_64__) && defined(__linux__)

#include <signal.h>
#include <ucontext.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace sequent::testing {
namespace {

struct Tile {
  std::array<std::array<std::uint32_t, 16>, 16> rows{};
};

std::array<Tile, 8> tiles;
bool configured = false;
std::int64_t product_count = 0;
struct sigaction before;

float first_half(std::uint32_t pair) {
  const std::uint32_t bits = pair << 16;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float second_half(std::uint32_t pair) {
  const std::uint32_t bits = pair & 0xffff0000U;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void multiply(Tile& sums, const Tile& left, const Tile& right) {
  ++product_count;
  for (std::size_t r = 0; r < 16; ++r) {
    for (std::size_t k = 0; k < 16; ++k) {
      const std::uint32_t a = left.rows[r][k];
      for (std::size_t c = 0; c < 16; ++c) {
        const std::uint32_t b = right.rows[k][c];
        float sum = 0;
        std::memcpy(&sum, &sums.rows[r][c], sizeof sum);
        sum += first_half(a) * first_half(b) + second_half(a) * second_half(b);
        std::memcpy(&sums.rows[r][c], &sum, sizeof sum);
      }
    }
  }
}

/// Returns a general register by its number in an instruction.
std::uint64_t general_register(const ucontext_t& context, unsigned number) {
  constexpr std::array<int, 16> kPlaces{REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                        REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                        REG_R12, REG_R13, REG_R14, REG_R15};
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[kPlaces[number]]);
}

/// Decodes an instruction with a three-byte VEX prefix and its memory operand.
class Instruction {
 public:
  Instruction(const std::uint8_t* code, const ucontext_t& context)
      : code_(code), context_(context) {
    const std::uint8_t mode = code[4] >> 6;
    length_ = 5;
    if (mode != 3) read_address(mode);
  }

  bool is(std::uint8_t prefix, std::uint8_t opcode) const {
    return code_[0] == 0xc4 && (code_[1] & 0x1f) == 2 && (code_[2] & 3) == prefix &&
           code_[3] == opcode;
  }
  bool has_registers_alone() const { return code_[4] >> 6 == 3; }
  std::size_t length() const { return length_; }
  unsigned middle() const { return code_[4] >> 3 & 7U; }     // ModRM.reg
  unsigned low() const { return code_[4] & 7U; }             // ModRM.rm
  unsigned third() const { return ~(code_[2] >> 3U) & 7U; }  // VEX.vvvv
  /// The address of row r of a tile in memory.
  std::uint8_t* row(std::size_t r) const {
    return reinterpret_cast<std::uint8_t*>(base_ + r * index_);
  }

 private:
  void read_address(std::uint8_t mode) {
    const bool high_index = (code_[1] & 0x40) == 0;
    const bool high_base = (code_[1] & 0x20) == 0;
    const std::uint8_t* displacement = code_ + 5;
    unsigned base = code_[4] & 7U;
    if (base == 4) {
      const std::uint8_t sib = code_[5];
      ++displacement;
      ++length_;
      base = sib & 7U;
      const unsigned index = (sib >> 3 & 7U) + (high_index ? 8 : 0);
      if (index != 4) index_ = general_register(context_, index) << (sib >> 6);
    } else if (base == 5 && mode == 0) {  // relative to the next instruction
      std::int32_t apart = 0;
      std::memcpy(&apart, displacement, sizeof apart);
      length_ += sizeof apart;
      base_ = reinterpret_cast<std::uint64_t>(code_) + length_ + static_cast<std::int64_t>(apart);
      return;
    }
    base_ = general_register(context_, base + (high_base ? 8 : 0));
    if (mode == 1) {
      base_ += static_cast<std::int64_t>(static_cast<std::int8_t>(*displacement));
      length_ += 1;
    } else if (mode == 2) {
      std::int32_t apart = 0;
      std::memcpy(&apart, displacement, sizeof apart);
      base_ += static_cast<std::int64_t>(apart);
      length_ += sizeof apart;
    }
  }

  const std::uint8_t* code_;
  const ucontext_t& context_;
  std::size_t length_ = 0;
  std::uint64_t base_ = 0;
  std::uint64_t index_ = 0;
};

/// Executes an instruction; returns false if it is unknown.
bool carry_out(const Instruction& instruction) {
  constexpr std::uint8_t kNone = 0;
  constexpr std::uint8_t kF3 = 2;
  constexpr std::uint8_t kF2 = 3;
  if (instruction.is(kNone, 0x49)) {
    tiles = {};
    configured = !instruction.has_registers_alone();
    if (!configured) return true;  // tilerelease
    const std::uint8_t* config = instruction.row(0);
    for (std::size_t tile = 0; tile < 8; ++tile) {  // only full tiles are supported
      if (config[0] != 1 || config[16 + 2 * tile] != 64 || config[48 + tile] != 16) return false;
    }
    return true;
  }
  if (!configured) return false;
  if (instruction.is(kF2, 0x4b)) {
    for (std::size_t r = 0; r < 16; ++r) {
      std::memcpy(tiles[instruction.middle()].rows[r].data(), instruction.row(r), 64);
    }
    return true;
  }
  if (instruction.is(kF3, 0x4b)) {
    for (std::size_t r = 0; r < 16; ++r) {
      std::memcpy(instruction.row(r), tiles[instruction.middle()].rows[r].data(), 64);
    }
    return true;
  }
  if (instruction.is(kF3, 0x5c) && instruction.has_registers_alone()) {
    multiply(tiles[instruction.middle()], tiles[instruction.low()], tiles[instruction.third()]);
    return true;
  }
  return false;
}

void handle(int signal, siginfo_t*, void* raw) {
  auto& context = *static_cast<ucontext_t*>(raw);
  const auto* code = reinterpret_cast<const std::uint8_t*>(context.uc_mcontext.gregs[REG_RIP]);
  const Instruction instruction(code, context);
  if (!carry_out(instruction)) {
    sigaction(signal, &before, nullptr);  // the signal is raised again and handled as before
    return;
  }
  context.uc_mcontext.gregs[REG_RIP] += static_cast<greg_t>(instruction.length());
}

}  // namespace

AmxEmulator::AmxEmulator() {
  product_count = 0;
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGILL, &action, &before) != 0) throw std::runtime_error("sigaction");
}

AmxEmulator::~AmxEmulator() { sigaction(SIGILL, &before, nullptr); }

std::int64_t AmxEmulator::products() { return product_count; }

}  // namespace sequent::testing

#endif
