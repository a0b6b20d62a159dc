// The sample of returns, whose further columns decide.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "sequent/data.h"
#include "sequent/sample.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

TEST(ReturnSample, NeedsItsFurtherColumns) {
  const TemporaryFolder folder;
  const std::string file = (folder / "returns.csv").string();
  write_return_sample({.rows = 2000}, file);
  CsvFormat format;
  format.text = "message";
  format.label = "decision";
  const auto reader = open_records(file, format);
  EXPECT_EQ(reader->columns(),
            (std::vector<std::string>{"message", "group", "price", "bought", "decision"}));
  std::map<std::string, int> decisions;
  int missing = 0;
  for (Record record; reader->next(record);) {
    ASSERT_FALSE(record.fault) << *record.fault;
    ++decisions[*record.label];
    missing += record.fields[2].empty() ? 1 : 0;
    const bool is_food = record.fields[1] == "food" || record.fields[1] == "hygiene";
    EXPECT_TRUE(*record.label != "reject" || is_food);
    EXPECT_TRUE(*record.label != "exchange" || !is_food);
    if (*record.label == "repair") {
      EXPECT_GE(std::stod(record.fields[2]), 100);
    }
  }
  ASSERT_EQ(decisions.size(), 4U);
  for (const auto& [decision, count] : decisions) EXPECT_GT(count, 200) << decision;
  EXPECT_GT(missing, 20);
  EXPECT_LT(missing, 200);
}

TEST(ReturnSample, IsTheSameForTheSameSeed) {
  const TemporaryFolder folder;
  const std::string a = (folder / "a.csv").string();
  const std::string b = (folder / "b.csv").string();
  write_return_sample({.rows = 200}, a);
  write_return_sample({.rows = 200}, b);
  EXPECT_EQ(testing::slurp(a), testing::slurp(b));
  write_return_sample({.rows = 200, .seed = 2, .overwrite = true}, b);
  EXPECT_NE(testing::slurp(a), testing::slurp(b));
  const auto exists = error_of([&] { write_return_sample({.rows = 200}, a); });
  ASSERT_TRUE(exists);
  EXPECT_EQ(exists->kind(), ErrorKind::kUsage);
  EXPECT_TRUE(error_of([&] { write_return_sample({.rows = 1}, folder / "c.csv"); }));
}

}  // namespace
}  // namespace sequent
