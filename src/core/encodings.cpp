#include "core/encodings.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/nearest.h"

namespace sequent {
namespace {

struct Close {
  void operator()(UConverter* converter) const { ::ucnv_close(converter); }
  void operator()(UCharsetDetector* detector) const { ::ucsdet_close(detector); }
};

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (std::int32_t i = 0; i < ::ucnv_countAvailable(); ++i) {
    UErrorCode code = U_ZERO_ERROR;
    const char* name = ::ucnv_getStandardName(::ucnv_getAvailableName(i), "IANA", &code);
    if (U_SUCCESS(code) && name != nullptr) names.push_back(lower_ascii(name));
  }
  return names;
}

bool is_outside_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Returns the lines that have bytes outside ASCII: the others say nothing about the encoding.
std::string telling_lines(std::string_view sample) {
  constexpr std::size_t kEnough = std::size_t{1} << 14;
  std::string lines;
  while (!sample.empty() && lines.size() < kEnough) {
    const std::size_t end = std::min(sample.find('\n'), sample.size() - 1) + 1;
    const std::string_view line = sample.substr(0, std::min(end, kEnough));
    if (std::any_of(line.begin(), line.end(), is_outside_ascii)) lines += line;
    sample.remove_prefix(end);
  }
  return lines;
}

/// Returns whether the bytes are valid in an encoding; the last character may be incomplete.
bool is_valid_in(const char* encoding, std::string_view bytes) {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> converter(::ucnv_open(encoding, &code));
  if (U_FAILURE(code)) return false;
  ::ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &code);
  std::vector<UChar> text(bytes.size() * 2 + 1);
  UChar* to = text.data();
  const char* from = bytes.data();
  ::ucnv_toUnicode(converter.get(), &to, text.data() + text.size(), &from,
                   bytes.data() + bytes.size(), nullptr, /*flush=*/false, &code);
  return U_SUCCESS(code);
}

}  // namespace

bool is_utf8(std::string_view encoding) {
  const std::string name = lower_ascii(encoding);
  return name == kUtf8 || name == "utf8";
}

std::optional<std::string> encoding_error(const std::string& encoding) {
  UErrorCode code = U_ZERO_ERROR;
  if (::ucnv_countAliases(encoding.c_str(), &code) > 0 && U_SUCCESS(code)) return std::nullopt;
  return "found \"" + encoding +
         "\"; expected the name of a character encoding, such as \"gb18030\" or \"windows-1252\"" +
         did_you_mean(encoding, known_names());
}

std::string likely_encoding(std::string_view sample) {
  const std::string bytes = telling_lines(sample);
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, Close> detector(::ucsdet_open(&code));
  constexpr std::ptrdiff_t kFewestBytes = 8;
  const auto telling = std::count_if(bytes.begin(), bytes.end(), is_outside_ascii);
  if (U_FAILURE(code) || telling < kFewestBytes) return "";
  ::ucsdet_setText(detector.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()), &code);
  std::int32_t count = 0;
  const UCharsetMatch** matches = ::ucsdet_detectAll(detector.get(), &count, &code);
  constexpr std::int32_t kLeastConfidence = 20;  // of 100; a few characters give 10 to 18
  for (std::int32_t i = 0; U_SUCCESS(code) && i < count; ++i) {
    if (::ucsdet_getConfidence(matches[i], &code) < kLeastConfidence) break;
    const char* name = ::ucsdet_getName(matches[i], &code);
    if (U_SUCCESS(code) && !is_utf8(name) && is_valid_in(name, bytes)) return lower_ascii(name);
  }
  return "";
}

}  // namespace sequent
