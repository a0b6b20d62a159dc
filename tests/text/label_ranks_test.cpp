// The ranks of ordered labels.
#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/text.h"
#include "support.h"

namespace sequent {
namespace {

using Ranks = std::vector<std::int64_t>;

std::string fault_of(const std::vector<std::string>& labels,
                     const std::vector<std::string>& order) {
  const auto error =
      testing::error_of([&] { label_ranks(LabelSet(labels), order, "c.json: /labels"); });
  return error ? error->what() : "";
}

TEST(LabelRanks, OfNumbersAreInTheirOrder) {
  // LabelSet sorts by bytes: "-1", "10", "2".
  EXPECT_EQ(label_ranks(LabelSet({"2", "10", "-1"}), {}, ""), (Ranks{0, 2, 1}));
  EXPECT_EQ(label_ranks(LabelSet({"0.5", "1e1", "2"}), {}, ""), (Ranks{0, 2, 1}));
}

TEST(LabelRanks, AreThoseThatAreNamed) {
  // LabelSet sorts them as "bad", "fair", "good".
  EXPECT_EQ(label_ranks(LabelSet({"good", "bad", "fair"}), {"bad", "fair", "good"}, ""),
            (Ranks{0, 1, 2}));
  EXPECT_EQ(label_ranks(LabelSet({"good", "bad", "fair"}), {"good", "fair", "bad"}, ""),
            (Ranks{2, 1, 0}));
}

TEST(LabelRanks, SayWhatDoesNotFit) {
  EXPECT_NE(fault_of({"1", "two"}, {}).find("the label \"two\" is not a number"),
            std::string::npos);
  EXPECT_NE(fault_of({"bad", "good"}, {"bad", "god"}).find("does not list the label \"good\""),
            std::string::npos);
  EXPECT_NE(fault_of({"bad", "good"}, {"bad", "fair", "good"}).find("lists \"fair\""),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
