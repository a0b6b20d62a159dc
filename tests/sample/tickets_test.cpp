// The sample of messages with categories.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/files.h"
#include "sequent/data.h"
#include "sequent/sample.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

TEST(TicketSample, IsACsvFileWithFourCategories) {
  const TemporaryFolder folder;
  const std::string file = (folder / "tickets.csv").string();
  write_ticket_sample({.rows = 1000}, file);
  CsvFormat format;
  format.text = "message";
  format.label = "category";
  const auto reader = open_records(file, format);
  EXPECT_EQ(reader->columns(), (std::vector<std::string>{"id", "date", "message", "category"}));
  std::map<std::string, int> categories;
  std::set<std::string> messages;
  std::set<std::string> ids;
  for (Record record; reader->next(record);) {
    ASSERT_FALSE(record.fault) << *record.fault;
    ++categories[*record.label];
    messages.insert(record.text);
    ids.insert(record.fields[0]);
    EXPECT_EQ(record.text.find('{'), std::string::npos) << record.text;
    EXPECT_EQ(record.fields[1].size(), 10U);
  }
  EXPECT_EQ(messages.size(), 1000U);
  EXPECT_EQ(ids.size(), 1000U);
  ASSERT_EQ(categories.size(), 4U);
  for (const auto& [category, count] : categories) EXPECT_GT(count, 200) << category;
}

TEST(TicketSample, IsTheSameForTheSameSeed) {
  const TemporaryFolder folder;
  const std::string a = (folder / "a.csv").string();
  const std::string b = (folder / "b.csv").string();
  write_ticket_sample({.rows = 200}, a);
  write_ticket_sample({.rows = 200}, b);
  EXPECT_EQ(testing::slurp(a), testing::slurp(b));
  write_ticket_sample({.rows = 200, .seed = 2, .overwrite = true}, b);
  EXPECT_NE(testing::slurp(a), testing::slurp(b));
  const auto error = error_of([&] { write_ticket_sample({.rows = 200}, a); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
}

TEST(TicketSample, HasEnoughMessagesForItsLargestSize) {
  const TemporaryFolder folder;
  write_ticket_sample({.rows = TicketSample::kMaxRows}, folder / "a.csv");
}

}  // namespace
}  // namespace sequent
