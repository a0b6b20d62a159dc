#include "core/typed_column.h"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace sequent {

Column typed_column(const std::string& text) {
  std::int64_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, index);
  if (code == std::errc{} && stop == end && index >= 0) return index;
  return text;
}

}  // namespace sequent
