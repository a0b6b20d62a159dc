// Read by clang-tidy before every file, by nothing else. libstdc++ 12 makes std::vector constexpr
// in C++20; clang then wants c10::IValue complete where LibTorch 1.13 has only declared it. Without
// constexpr it does not ask.
#include <string>

#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE == 12
#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 __fill_a1_of_bits  // declared constexpr in <string>, defined in <vector>
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
#endif
