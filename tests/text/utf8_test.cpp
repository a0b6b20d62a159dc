#include <gtest/gtest.h>
#include <unicode/utf8.h>

#include <optional>
#include <random>
#include <string>

#include "sequent/text.h"
#include "text/random_text.h"

namespace sequent {
namespace {

using std::string_literals::operator""s;

/// Returns the offset of the first invalid byte according to ICU.
std::optional<std::size_t> icu_finds(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t begin = at;
    UChar32 character = 0;
    U8_NEXT(bytes, at, size, character);
    if (character < 0) return static_cast<std::size_t>(begin);
  }
  return std::nullopt;
}

TEST(FindInvalidUtf8, AcceptsWellFormedText) {
  for (const std::string& text :
       {""s, "plain"s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
        "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s,
        "caf\xC3\xA9 \xE6\x88\x91 \xF0\x9F\x98\x80"s}) {
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt) << text;
  }
}

TEST(FindInvalidUtf8, NamesTheFirstByteOfTheFirstFault) {
  struct Case {
    std::string text;
    std::size_t at;
    const char* why;
  };
  for (const Case& c : {
           Case{"\x80", 0, "continuation without a lead"},
           Case{"abc\xE9t\xE9", 3, "Latin-1"},
           Case{"\xC0\xAF", 0, "overlong slash, two bytes"},
           Case{"\xC1\xBF", 0, "overlong, two bytes"},
           Case{"\xE0\x9F\xBF", 0, "overlong, three bytes"},
           Case{"\xF0\x8F\xBF\xBF", 0, "overlong, four bytes"},
           Case{"\xED\xA0\x80", 0, "surrogate D800"},
           Case{"\xED\xBF\xBF", 0, "surrogate DFFF"},
           Case{"\xF4\x90\x80\x80", 0, "U+110000"},
           Case{"\xF5\x80\x80\x80", 0, "no lead byte"},
           Case{"\xFF", 0, "no lead byte"},
           Case{"12345678\xE6\x88", 8, "cut after two of three bytes"},
           Case{"\xE6\x88\x91\xF0\x9F\x98", 3, "cut after three of four bytes"},
           Case{"\xE6\x88z", 0, "ASCII inside a sequence"},
       }) {
    EXPECT_EQ(find_invalid_utf8(c.text), c.at) << c.why;
  }
}

TEST(FindInvalidUtf8, AgreesWithIcuOnRandomBytes) {
  std::mt19937 random(7);
  // Bytes around the boundaries of the UTF-8 table, so that many strings are almost valid.
  const std::vector<std::string> pieces{
      "a",       "bcdefghi", "\x7F",         "\x80",     "\x8F",
      "\x90",    "\x9F",     "\xA0",         "\xBF",     "\xC1",
      "\xC2",    "\xDF",     "\xE0",         "\xE1",     "\xED",
      "\xEF",    "\xF0",     "\xF3",         "\xF4",     "\xF5",
      "\xFF",    "\xC3\xA9", "\xE6\x88\x91", "\xED\x9F", "\xF0\x9F\x98\x80",
      "\xF4\x8F"};
  int invalid = 0;
  for (int round = 0; round < 200000; ++round) {
    const std::string text = testing::random_text(random, pieces, 6);
    const auto expected = icu_finds(text);
    invalid += expected ? 1 : 0;
    ASSERT_EQ(find_invalid_utf8(text), expected) << ::testing::PrintToString(text);
  }
  EXPECT_GT(invalid, 50000);
  EXPECT_LT(invalid, 199000);
}

}  // namespace
}  // namespace sequent
