// Messages of bounded length.
#include "core/shortened.h"

#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
  EXPECT_EQ(shortened("a我我", 3), "a...");
  EXPECT_EQ(shortened("a我我", 4), "a我...");
  EXPECT_EQ(shortened("\x80\x80\x80\x80\x80\x80", 5), "\x80\x80\x80\x80\x80...");  // not UTF-8
}

TEST(BoundedMessage, KeepsTheCure) {
  const std::string text = "no column \"text\"; columns: ";
  EXPECT_EQ(bounded_message(text), text);
  const std::string cure = "; set \"delimiter\": \";\"";
  const std::string quoted = bounded_message("found \"" + std::string(5000, 'x') + "\"" + cure);
  EXPECT_EQ(quoted, "found \"" + std::string(100, 'x') + "...\"" + cure);
  const std::string long_list = bounded_message(text + std::string(100000, 'x') + cure);
  EXPECT_LT(long_list.size(), 1300U);
  EXPECT_TRUE(long_list.starts_with(text));
  EXPECT_TRUE(long_list.ends_with(cure));
  EXPECT_NE(long_list.find("... "), std::string::npos);
}

TEST(BoundedMessage, HoldsForAllErrorsAndWarnings) {
  const Error error(ErrorKind::kData, std::string(9999, 'a'), std::string(100000, 'b'));
  EXPECT_LT(std::string(error.what()).size(), 2400U);
  std::string logged;
  set_log_sink([&](LogLevel, std::string_view message) { logged = message; });
  log_warning(std::string(100000, 'c'));
  EXPECT_LT(logged.size(), 1300U);
  log(LogLevel::kInfo, std::string(100000, 'd'));  // tables are information
  EXPECT_EQ(logged.size(), 100000U);
  set_log_sink({});
}

}  // namespace
}  // namespace sequent
