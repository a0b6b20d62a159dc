// Labels that a reader takes for one, and invisible characters.
#include "text/similar_labels.h"

#include <gtest/gtest.h>

#include "text/invisible.h"

namespace sequent {
namespace {

/// Returns why two labels are similar; empty if they are not.
std::string difference(const std::string& first, const std::string& second) {
  const auto pairs = similar_labels({first, second});
  return pairs.empty() ? "" : pairs[0].difference;
}

TEST(SimilarLabels, DifferInCaseSpacesOrForms) {
  const std::string ascii = "differ only in case or white space";
  EXPECT_EQ(difference("Pos", "pos"), ascii);
  EXPECT_EQ(difference("pos", "pos "), ascii);
  EXPECT_EQ(difference("non fiction", "nonfiction"), ascii);
  const std::string any =
      "differ only in case, white space, invisible characters or the form of a character";
  EXPECT_EQ(difference("caf\u00e9", "cafe\u0301"), any);   // NFC and NFD
  EXPECT_EQ(difference("pos", "pos\u00a0"), any);          // no-break space
  EXPECT_EQ(difference("pos", "\u200bpos"), any);          // zero-width space
  EXPECT_EQ(difference("1", "\uff11"), any);               // full-width
  EXPECT_EQ(difference("\u00c9cole", "\u00e9cole"), any);  // case outside ASCII
  EXPECT_EQ(difference("stra\u00dfe", "STRASSE"), any);
}

TEST(SimilarLabels, AreTheSameNumber) {
  const std::string same = "are the same number";
  EXPECT_EQ(difference("1", "1.0"), same);
  EXPECT_EQ(difference("1", "01"), same);
  EXPECT_EQ(difference("+1", "1"), same);
  EXPECT_EQ(difference("0.5", ".50"), same);
  EXPECT_EQ(difference("-0", "0"), same);
  EXPECT_EQ(difference("100", "1e2"), same);
  EXPECT_EQ(difference("1", "\uff11.0"), same);
  EXPECT_EQ(difference("1", "10"), "");
  EXPECT_EQ(difference("1", "-1"), "");
  EXPECT_EQ(difference("1", "1."), same);
  EXPECT_EQ(difference("1.2", "1.2.0"), "");
  // Numbers that a double cannot tell apart.
  EXPECT_EQ(difference("12345678901234567890", "12345678901234567891"), "");
  EXPECT_EQ(difference("1e99999999999", "1e9"), "");
}

TEST(SimilarLabels, LookAlike) {
  EXPECT_EQ(difference("pos", "p\u043es"), "look alike");                  // Cyrillic o
  EXPECT_EQ(difference("non-fiction", "non\u2011fiction"), "look alike");  // no-break hyphen
  EXPECT_EQ(difference("1", "l"), "");  // within ASCII, nobody meant the other one
  EXPECT_EQ(difference("neg", "pos"), "");
  EXPECT_EQ(difference("\u5317\u4eac", "\u4e0a\u6d77"), "");
}

TEST(SimilarLabels, PairALabelWithAnEarlierOne) {
  const auto pairs = similar_labels({"A", "a", "a ", "b"});
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].first, 0U);
  EXPECT_EQ(pairs[0].second, 1U);
  EXPECT_EQ(pairs[1].first, 0U);
  EXPECT_EQ(pairs[1].second, 2U);
}

TEST(LabelBeside, NamesWhatCannotBeSeen) {
  EXPECT_EQ(label_beside("pos ", "pos"), "\"pos \" (U+0020)");
  EXPECT_EQ(label_beside("pos", "pos "), "\"pos\"");
  EXPECT_EQ(label_beside("Pos", "pos"), "\"Pos\"");
  EXPECT_EQ(label_beside("caf\u00e9", "cafe\u0301"), "\"caf\u00e9\" (U+00E9)");
  EXPECT_EQ(label_beside("cafe\u0301", "caf\u00e9"), "\"cafe\u0301\" (U+0065 U+0301)");
  EXPECT_EQ(label_beside("p\u043es", "pos"), "\"p\u043es\" (U+043E)");
  EXPECT_EQ(label_beside("pos", "p\u043es"), "\"pos\" (U+006F)");
  // Two characters that share their first byte differ as a whole.
  EXPECT_EQ(label_beside("\u0430", "\u0431"), "\"\u0430\" (U+0430)");
}

TEST(Invisible, FindsWhatMakesAWordUnknown) {
  EXPECT_EQ(find_invisible("w\u200bord"), U'\u200b');
  EXPECT_EQ(find_invisible("soft\u00adhyphen"), U'\u00ad');
  EXPECT_EQ(find_invisible("a \ufeffb"), U'\ufeff');
  EXPECT_EQ(find_invisible("wo\u200drd"), U'\u200d');
  EXPECT_EQ(find_invisible("plain \u00e9 \u5317\u4eac"), 0U);
  // Emoji and Persian need them.
  EXPECT_EQ(find_invisible("\U0001F469\u200d\U0001F680 \u2764\ufe0f"), 0U);
  EXPECT_EQ(find_invisible("\u0645\u06cc\u200c\u062e"), 0U);
  EXPECT_EQ(code_point_name(U'\u00ad'), "U+00AD");
}

}  // namespace
}  // namespace sequent
