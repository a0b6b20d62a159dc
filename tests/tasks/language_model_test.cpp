#include <gtest/gtest.h>

#include <cmath>

#include "support.h"
#include "tasks/language_model/language_model_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using testing::error_of;

TEST(LanguageModelReport, GoesThroughJsonAndStandsOnThePage) {
  const LanguageModelReport report =
      language_model_report(/*count=*/8, /*loss=*/8 * std::log(4.0), /*right=*/2, /*unknown=*/1);
  EXPECT_NEAR(report.perplexity, 4, 1e-12);
  EXPECT_NEAR(report.bits_per_token, 2, 1e-12);
  EXPECT_EQ(report.accuracy, 0.25);
  EXPECT_EQ(report.unknown_share, 0.125);
  EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task("language_model")),
            to_report(report));
  EXPECT_EQ(to_report(report).value("perplexity"), report.perplexity);
  EXPECT_EQ(to_report(report).value("f1"), std::nullopt);
  EXPECT_NE(report_to_text(to_report(report)).find("bits per token  2.0000"), std::string::npos)
      << report_to_text(to_report(report));
  RunReport page;
  page.title = "text";
  page.epoch_metrics = definition_of(Task("language_model")).epoch_metrics();
  page.validation = to_report(report);
  page.epoch_records = {
      R"({"event":"epoch","epoch":1,"loss":2,"validation":{"loss":1.5,"perplexity":4.5}})"};
  const std::string html = render_run_report(page);
  EXPECT_NE(html.find("Perplexity on validation data"), std::string::npos);
  EXPECT_EQ(error_of([] { language_model_report(0, 0, 0, 0); })->kind(), ErrorKind::kData);
}

}  // namespace
}  // namespace sequent
