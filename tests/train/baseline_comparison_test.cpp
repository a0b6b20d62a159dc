#include "train/baseline_comparison.h"

#include <gtest/gtest.h>

namespace sequent {
namespace {

TEST(BaselineSentence, SaysWhichIsBetter) {
  EXPECT_EQ(baseline_sentence("n-gram baseline", 0.8, 0.7, 1000),
            "accuracy 0.8000; n-gram baseline 0.7000: the sequence model is better");
  EXPECT_EQ(baseline_sentence("n-gram baseline", 0.7, 0.8, 1000),
            "accuracy 0.7000; n-gram baseline 0.8000: the sequence model does not pay yet");
}

TEST(BaselineSentence, SaysWhatMayBeChance) {
  // Standard error of 100 rows: sqrt((0.16 + 0.21) / 100) = 0.0608; 1.96 of them are 0.1192.
  EXPECT_EQ(baseline_sentence("n-gram baseline", 0.8, 0.7, 100),
            "accuracy 0.8000; n-gram baseline 0.7000: the sequence model is better, but the "
            "difference may be chance (100 rows)");
  // Of 142 rows: 0.10005; of 143: 0.0997.
  EXPECT_NE(baseline_sentence("b", 0.8, 0.7, 142).find("chance (142 rows)"), std::string::npos);
  EXPECT_EQ(baseline_sentence("b", 0.8, 0.7, 143).find("chance"), std::string::npos);
  EXPECT_NE(baseline_sentence("b", 0.7, 0.7, 1e6).find("does not pay yet, but"), std::string::npos);
}

}  // namespace
}  // namespace sequent
