#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sequent/error.h"
#include "sequent/text.h"
#include "support.h"

namespace sequent {
namespace {

using Names = std::vector<std::string>;
using testing::error_of;

VocabularySpec vocabulary_spec(std::int64_t max_size, std::int64_t min_count) {
  VocabularySpec spec;
  spec.max_size = max_size;
  spec.min_count = min_count;
  return spec;
}

TEST(Vocabulary, NumbersAfterTheReservedNames) {
  const Vocabulary vocabulary({"film", "good"});
  EXPECT_EQ(vocabulary.size(), 5);
  EXPECT_EQ(vocabulary.tokens(), (Names{"<pad>", "<unk>", "<empty>", "film", "good"}));
  EXPECT_EQ(vocabulary.id("film"), 3);
  EXPECT_EQ(vocabulary.id("good"), 4);
  EXPECT_EQ(vocabulary.id("bad"), Vocabulary::kUnknown);
  EXPECT_EQ(vocabulary.token(4), "good");
}

TEST(Vocabulary, DoesNotLookUpReservedNames) {
  const Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.id("<pad>"), Vocabulary::kUnknown);
  EXPECT_EQ(vocabulary.id("<empty>"), Vocabulary::kUnknown);
}

TEST(Vocabulary, RefusesTokensThatCannotBe) {
  struct Case {
    Names tokens;
    const char* message;
  };
  for (const Case& c :
       {Case{{"a", "b", "a"}, "vocabulary, token 2: found \"a\", which is already token 0"},
        Case{{"a", "<unk>"}, "vocabulary, token 1: found \"<unk>\"; this name is reserved"},
        Case{{""}, "vocabulary, token 0: found an empty token"}}) {
    const auto error = error_of([&] { Vocabulary vocabulary(c.tokens); });
    ASSERT_TRUE(error.has_value()) << c.message;
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
    EXPECT_STREQ(error->what(), c.message);
  }
}

TEST(VocabularyBuilder, OrdersByCountThenBytes) {
  VocabularyBuilder builder;
  builder.add("rare");
  builder.add("é", 5);
  builder.add("z", 5);
  builder.add("often", 7);
  builder.add("often");
  builder.add("<pad>", 100);
  EXPECT_EQ(builder.build(vocabulary_spec(100, 1)).tokens(),
            (Names{"<pad>", "<unk>", "<empty>", "often", "z", "é", "rare"}));
  EXPECT_EQ(builder.build(vocabulary_spec(100, 2)).size(), 6);
  EXPECT_EQ(builder.build(vocabulary_spec(4, 1)).tokens(),
            (Names{"<pad>", "<unk>", "<empty>", "often"}));
}

TEST(VocabularyBuilder, KnownTokensKeepTheirIds) {
  VocabularyBuilder builder;
  for (const char* token : {"new", "new", "old", "other"}) builder.add(token);
  const Vocabulary known({"rare", "old"});
  EXPECT_EQ(builder.build(vocabulary_spec(100, 1), known).tokens(),
            (Names{"<pad>", "<unk>", "<empty>", "rare", "old", "new", "other"}));
  EXPECT_EQ(builder.build(vocabulary_spec(6, 1), known).size(), 6);
  EXPECT_EQ(builder.build(vocabulary_spec(4, 1), known), known) << "known tokens are never cut off";
}

TEST(VocabularyBuilder, MergesCounts) {
  VocabularyBuilder a;
  a.add("x", 2);
  a.add("y", 3);
  VocabularyBuilder b;
  b.add("x", 2);
  a.merge(b);
  EXPECT_EQ(a.build(vocabulary_spec(100, 1)).tokens(),
            (Names{"<pad>", "<unk>", "<empty>", "x", "y"}));
}

TEST(LabelSet, SortsByBytes) {
  const LabelSet labels({"pos", "neg", "Neutral"});
  EXPECT_EQ(labels.names(), (Names{"Neutral", "neg", "pos"}));
  EXPECT_EQ(labels.find("pos"), 2);
  EXPECT_EQ(labels.find("Neutral"), 0);
  EXPECT_EQ(labels.find("neutral"), std::nullopt);
  EXPECT_EQ(labels.name(1), "neg");
  EXPECT_EQ(labels.size(), 3);
}

TEST(LabelSet, RefusesWhatIsNoChoice) {
  for (const Names& names : {Names{}, Names{"a"}, Names{"a", "b", "a"}, Names{"a", ""}}) {
    const auto error = error_of([&] { LabelSet labels(names); });
    ASSERT_TRUE(error.has_value()) << names.size();
    EXPECT_EQ(error->kind(), ErrorKind::kData);
  }
  EXPECT_STREQ(error_of([] { LabelSet labels({"only"}); })->what(),
               "labels: found only the label \"only\"; a classifier needs at least two");
}

class Encoding : public ::testing::Test {
 protected:
  EncodedText encode(std::string_view text) const {
    return TextEncoder(spec_, Vocabulary({"a", "b", "c"})).encode(text);
  }
  TextInput spec_;
};

using Ids = std::vector<std::int32_t>;

TEST_F(Encoding, LooksUpAndCounts) {
  const EncodedText text = encode("a C x, b");
  EXPECT_EQ(text.ids, (Ids{3, 5, 1, 1, 4}));
  EXPECT_EQ(text.token_count, 5);
  EXPECT_EQ(text.unknown_count, 2);
  EXPECT_FALSE(text.empty);
  EXPECT_FALSE(text.truncated);
}

TEST_F(Encoding, SpellsUnknownTokensWhereAsked) {
  spec_.max_length = 3;
  spec_.truncating = Side::kPre;
  const TextEncoder encoder(spec_, Vocabulary({"a", "b", "c"}), /*spells_unknown=*/true);
  const EncodedText text = encoder.encode("Zoo a yak x");
  EXPECT_EQ(text.ids, (Ids{3, -2, -3}));
  EXPECT_EQ(text.unknown_words[1], "yak");
  EXPECT_EQ(text.unknown_words[2], "x");
  EXPECT_EQ(text.unknown_count, 2);
  EXPECT_EQ(text.token_count, 4);
}

TEST_F(Encoding, ReadsAnEmptyTextAsOneToken) {
  const EncodedText text = encode(" \n");
  EXPECT_EQ(text.ids, (Ids{2}));
  EXPECT_TRUE(text.empty);
  EXPECT_EQ(text.token_count, 0);
  EXPECT_EQ(text.unknown_count, 0);
}

TEST_F(Encoding, CutsAtEitherEnd) {
  spec_.max_length = 2;
  EncodedText text = encode("a b x");
  EXPECT_EQ(text.ids, (Ids{3, 4}));
  EXPECT_TRUE(text.truncated);
  EXPECT_EQ(text.token_count, 3);
  EXPECT_EQ(text.unknown_count, 0);
  spec_.truncating = Side::kPre;
  text = encode("a b x");
  EXPECT_EQ(text.ids, (Ids{4, 1}));
  EXPECT_TRUE(text.truncated);
  EXPECT_EQ(text.unknown_count, 1);
  EXPECT_FALSE(encode("a b").truncated);
}

TEST_F(Encoding, FillsUpWhereAsked) {
  spec_.max_length = 4;
  spec_.padding = Side::kPost;
  EXPECT_EQ(encode("a b").ids, (Ids{3, 4, 0, 0}));
  EXPECT_EQ(encode("").ids, (Ids{2, 0, 0, 0}));
  EXPECT_EQ(encode("a b c a b").ids, (Ids{3, 4, 5, 3}));
  spec_.padding = Side::kPre;
  EXPECT_EQ(encode("a b").ids, (Ids{0, 0, 3, 4}));
  EXPECT_EQ(encode("").ids, (Ids{0, 0, 0, 2}));
}

}  // namespace
}  // namespace sequent
