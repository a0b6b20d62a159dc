// Chooses the instruction set from the CPU's feature bits, never from its model name: hypervisors
// can mask features that the model would otherwise have.
#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdlib>

#include "kernels/isa.h"

namespace sequent::kernels {
namespace {

#if defined(__x86_64__)
bool cpu_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool cpu_has_avx512() {
  return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}
bool cpu_has_avx512_bf16() { return cpu_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

#if defined(__linux__)
bool cpu_has_amx_bf16() {
  constexpr unsigned kBf16 = 1U << 22;  // of leaf 7, subleaf 0, in edx (Intel SDM, volume 2, CPUID)
  constexpr unsigned kTiles = 1U << 24;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned kFeatures = 7;
  return __get_cpuid_count(kFeatures, 0, &a, &b, &c, &d) != 0 && (d & kBf16) != 0 &&
         (d & kTiles) != 0;
}
#endif

/// Linux lets a process use AMX tiles only after it requests permission
/// (Documentation/arch/x86/xstate.rst).
bool may_use_amx() {
#if defined(__linux__)
  constexpr long kRequestState = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;          // XFEATURE_XTILEDATA
  static const bool allowed =
      cpu_has_amx_bf16() && syscall(SYS_arch_prctl, kRequestState, kTileData) == 0;
  return allowed;
#else
  return false;
#endif
}
#endif

template <class T>
struct Choice {
  const Kernels<T>* table = nullptr;
  std::string note;
  bool is_forced = false;  // by SEQUENT_ISA
};

template <class T>
Choice<T> choose() {
  const auto all = available_kernels<T>();
  Choice<T> choice{all.back(), "", false};
  const char* wanted = std::getenv("SEQUENT_ISA");
  if (wanted == nullptr || *wanted == '\0') return choice;
  std::string names;
  for (const auto* table : all) {
    if (table->name == wanted) return {table, "", true};
    names += (names.empty() ? "" : ", ") + std::string(table->name);
  }
  choice.note = std::string("SEQUENT_ISA: found \"") + wanted + "\"; this CPU and build support " +
                names + "; using " + std::string(choice.table->name);
  return choice;
}

template <class T>
const Choice<T>& choice() {
  static const Choice<T> chosen = choose<T>();
  return chosen;
}

}  // namespace

template <>
std::vector<const Kernels<float>*> available_kernels<float>() {
  std::vector<const Kernels<float>*> all{&portable_float()};
#if defined(__x86_64__)
  if (cpu_has_avx2()) all.push_back(&avx2_float());
  if (cpu_has_avx512()) all.push_back(&avx512_float());
#endif
  return all;
}

template <>
std::vector<const Kernels<double>*> available_kernels<double>() {
  std::vector<const Kernels<double>*> all{&portable_double()};
#if defined(__x86_64__)
  if (cpu_has_avx2()) all.push_back(&avx2_double());
  if (cpu_has_avx512()) all.push_back(&avx512_double());
#endif
  return all;
}

template <class T>
const Kernels<T>& kernels() {
  return *choice<T>().table;
}
template const Kernels<float>& kernels<float>();
template const Kernels<double>& kernels<double>();

const Kernels<float>* bfloat16_kernels() {
#if defined(__x86_64__)
  if (!cpu_has_avx512_bf16() || &kernels<float>() != &avx512_float()) return nullptr;
  return !choice<float>().is_forced && may_use_amx() ? &amx_bf16() : &avx512_bf16();
#endif
  return nullptr;
}

void update(UpdateRule rule, const UpdateStep* steps, std::int64_t count,
            const UpdatedValues& values) {
  kernels<float>().update(rule, steps, count, values);
}

std::string chosen_kernels_note() { return choice<float>().note; }

}  // namespace sequent::kernels
