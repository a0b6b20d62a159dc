// The sample of machines with states.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sequent/data.h"
#include "sequent/sample.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

WindowsFormat one_step() {
  WindowsFormat format;
  format.columns = {"temperature", "vibration"};
  format.label = "state";
  format.time = "time";
  format.group = "machine";
  format.length = 1;
  return format;
}

TEST(MachineSample, HasStepsOfTwoMachinesInTurn) {
  const TemporaryFolder folder;
  const std::string file = (folder / "machines.csv").string();
  write_machine_sample({.rows = 3000}, file);
  const auto reader = open_records(file, one_step());
  EXPECT_EQ(reader->columns(),
            (std::vector<std::string>{"time", "machine", "temperature", "vibration", "state"}));
  EXPECT_EQ(reader->time_step(), 300);
  std::map<std::string, int> states;
  std::map<std::string, std::string> last;  // state of each machine
  std::set<std::string> changes;
  int rows = 0;
  for (Record record; reader->next(record); ++rows) {
    ASSERT_FALSE(record.fault) << *record.fault;
    ++states[*record.label];
    EXPECT_GT(record.values[0], 10);
    EXPECT_LT(record.values[0], 95);
    std::string& before = last[record.series];
    if (!before.empty() && before != *record.label) changes.insert(before + " " + *record.label);
    before = *record.label;
  }
  EXPECT_EQ(last.size(), 2U);
  ASSERT_EQ(states.size(), 4U);
  for (const auto& [state, count] : states) EXPECT_GT(count, 300) << state;
  EXPECT_LT(rows, 3000) << "some states are empty";
  EXPECT_GT(rows, 2900);
  for (const char* change :
       {"idle heating", "heating running", "running cooling", "cooling idle"}) {
    EXPECT_TRUE(changes.contains(change)) << change;
  }
}

TEST(MachineSample, IsTheSameForTheSameSeed) {
  const TemporaryFolder folder;
  write_machine_sample({.rows = 400}, folder / "a.csv");
  write_machine_sample({.rows = 400}, folder / "b.csv");
  EXPECT_EQ(testing::slurp(folder / "a.csv"), testing::slurp(folder / "b.csv"));
  write_machine_sample({.rows = 400, .seed = 2, .overwrite = true}, folder / "b.csv");
  EXPECT_NE(testing::slurp(folder / "a.csv"), testing::slurp(folder / "b.csv"));
  const auto error = error_of([&] { write_machine_sample({.rows = 400}, folder / "a.csv"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
}

}  // namespace
}  // namespace sequent
