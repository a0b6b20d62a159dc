#include "report/report_html.h"

#include <gtest/gtest.h>

#include <fstream>

#include "random_rows.h"
#include "report/epoch_records.h"
#include "report/html.h"
#include "report/svg_chart.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/classification/classification_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using testing::numbered_labels;
using testing::random_rows;
using testing::report_of_rows;

std::string epoch_line(int epoch, bool best) {
  const double progress = 1 - 1.0 / (1 + 0.4 * epoch);
  const double overfit = 0.004 * epoch * epoch / 10;
  return "{\"event\": \"epoch\", \"epoch\": " + std::to_string(epoch) +
         ", \"step\": " + std::to_string(epoch * 200) +
         ", \"loss\": " + std::to_string(0.7 * (1 - progress)) +
         ", \"seconds\": 12.5, \"examples_per_second\": 5120.5, \"tokens_per_second\": 98000, "
         "\"learning_rate\": 0.001, \"validation\": {\"loss\": " +
         std::to_string(0.75 - 0.4 * progress + overfit) +
         ", \"accuracy\": " + std::to_string(0.5 + 0.4 * progress) +
         ", \"macro_f1\": " + std::to_string(0.45 + 0.43 * progress) +
         "}, \"best\": " + (best ? "true" : "false") + "}";
}

RunReport run_report(int epochs, const std::vector<std::string>& labels) {
  RunReport report;
  report.title = "sst2-bilstm";
  report.epoch_metrics = definition_of(Task()).epoch_metrics();
  report.facts = {{"Data", "data/train.tsv (6920 rows)"},
                  {"Training", "10 epochs in 2 min 5 s on cpu"},
                  {"Parameters", "2,824,706"}};
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    report.epoch_records.push_back("{\"event\": \"step\", \"loss\": 0.5}");
    report.epoch_records.push_back(epoch_line(epoch, epoch == 1 || epoch == epochs / 2));
  }
  report.model_summary =
      "layer      output        parameters\nembedding  [T, 128]       2,560,000\n"
      "lstm       [T, 256]         264,192\npool       [256]                  0\n"
      "dense      [2]                  514\n";
  report.validation = to_report(report_of_rows(random_rows(1, 872, labels.size()), labels));
  return report;
}

std::vector<std::string> chinese_labels() {
  return {"\u8d22\u7ecf",
          "\u5f69\u7968",
          "\u623f\u4ea7",
          "\u80a1\u7968",
          "\u5bb6\u5c45",
          "\u6559\u80b2",
          "\u79d1\u6280",
          "\u793e\u4f1a",
          "\u65f6\u5c1a",
          "\u65f6\u653f",
          "\u4f53\u80b2",
          "\u661f\u5ea7",
          "\u6e38\u620f",
          "\u5a31\u4e50",
          "\u519b\u4e8b",
          "\u6c7d\u8f66",
          "\u65c5\u6e38",
          "\u5065\u5eb7",
          "\u5929\u6c14\u9884\u62a5",
          "\u56fd\u9645\u65b0\u95fb"};
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(EscapeHtml, NothingFromDataIsMarkup) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(escape_html("tab\tline\n"), "tab\tline\n");
  EXPECT_EQ(escape_html(std::string_view("\0\x1b\x7f", 3)), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(escape_html("\u597d\u8bc4"), "\u597d\u8bc4");
}

TEST(AxisTicks, AreRoundNumbers) {
  EXPECT_EQ(axis_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(axis_ticks(0.1, 2.1, 4), (std::vector<double>{0.5, 1, 1.5, 2}));
  EXPECT_EQ(axis_ticks(1, 40, 8), (std::vector<double>{5, 10, 15, 20, 25, 30, 35, 40}));
  EXPECT_EQ(axis_ticks(3, 3, 5), (std::vector<double>{3}));
  for (const double high : {1e-6, 0.37, 1.0, 12.5, 3e7}) {
    const std::size_t ticks = axis_ticks(0, high, 6).size();
    EXPECT_GE(ticks, 3U) << high;
    EXPECT_LE(ticks, 8U) << high;
  }
}

TEST(EpochRecords, ReadsEpochsAndPassesOverTheRest) {
  const auto epochs = read_epoch_records({
      epoch_line(2, false),
      "{\"event\": \"step\", \"epoch\": 9}",
      "{\"event\": \"epoch\", \"epoch\"",
      "",
      "[1]",
      "{\"event\": \"epoch\"}",
      "{\"event\": \"epoch\", \"epoch\": 1, \"loss\": 0.5, \"best\": true}",
      "{\"event\": \"epoch\", \"epoch\": 3, \"loss\": null, \"validation\": 7}",
      epoch_line(2, true),
  });
  ASSERT_EQ(epochs.size(), 3U);
  EXPECT_EQ(epochs[0].epoch, 1);
  EXPECT_EQ(epochs[0].loss, 0.5);
  EXPECT_FALSE(epochs[0].validation_value("loss").has_value());
  EXPECT_TRUE(epochs[1].best) << "of an epoch done twice the last record counts";
  EXPECT_EQ(epochs[1].tokens_per_second, 98000);
  EXPECT_FALSE(epochs[2].loss.has_value());
  EXPECT_EQ(best_epoch(epochs), 2);
  EXPECT_FALSE(best_epoch({}).has_value());
}

TEST(RunReport, HasEveryPart) {
  RunReport report = run_report(10, {"negative", "positive"});
  report.test = report.validation;
  const std::string page = render_run_report(report);
  EXPECT_EQ(page.find("<!DOCTYPE html>"), 0U);
  for (const char* part :
       {"<title>sst2-bilstm</title>", "2,824,706", "Learning curves", "best: epoch 5", "Validation",
        "Test", "Confusion matrix", "<pre>layer", "prefers-color-scheme", "aria-label"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  // Two learning curves, and the reliability of both reports.
  EXPECT_EQ(count_of(page, "<svg"), 4U);
  EXPECT_EQ(count_of(page, "<polyline"), 8U);
}

TEST(RunReport, NeedsNothingFromOutside) {
  const std::string page = render_run_report(run_report(3, {"negative", "positive"}));
  for (const char* outside :
       {"<script", "http://", "https://", "src=", "url(", "@import", "href"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(RunReport, EverythingFromDataIsEscaped) {
  const std::string evil = "<script>alert(\"1\")</script>'&";
  RunReport report = run_report(2, {evil + "a", evil + "b"});
  report.title = evil;
  report.facts = {{evil, evil}};
  report.model_summary = evil;
  const std::string page = render_run_report(report);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("alert(\""), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(&quot;1&quot;)"), std::string::npos);
}

Report table_report(ReportTable table, int rows) {
  for (int row = 0; row < rows; ++row) {
    table.rows.push_back({"text " + std::to_string(row), std::string(row % 2 == 0 ? "b<" : "a"),
                          row / 3.0, std::monostate()});
  }
  return {{std::move(table)}};
}

ReportTable filter_table() {
  return {"mistakes",
          "mistakes",
          {{"text", "text"}, {"label", "label"}, {"margin", "margin"}, {"other", "other"}},
          {}};
}

TEST(ReportPage, TablesCanBeFiltered) {
  ReportTable table = filter_table();
  table.filters = {"label"};
  const std::string page = render_report_page("errors", table_report(table, 150));
  EXPECT_NE(page.find("script-src 'unsafe-inline'"), std::string::npos);
  EXPECT_EQ(count_of(page, "<script>"), 1U);
  EXPECT_NE(page.find(R"(<form class="filter" hidden aria-label="Filter: mistakes">)"),
            std::string::npos)
      << "without the script, there are no controls";
  EXPECT_NE(page.find(R"(<label>Label <select data-column="1">)"), std::string::npos);
  EXPECT_EQ(count_of(page, "<option value=\"a\">a</option>"), 1U);
  EXPECT_EQ(count_of(page, "<option value=\"b&lt;\">b&lt;</option>"), 1U);
  EXPECT_NE(page.find("text 149"), std::string::npos) << "all rows can be found";
  for (const char* outside : {"http://", "https://", "src=", "url(", "@import"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(ReportPage, TablesCanBeSortedByExactValues) {
  ReportTable table = filter_table();
  table.sortable = true;
  const std::string page = render_report_page("runs", table_report(table, 2));
  EXPECT_NE(page.find(R"(<table class="sortable">)"), std::string::npos);
  EXPECT_NE(page.find(R"(<td data-value="0.3333333333333333">0.3333</td>)"), std::string::npos);
  EXPECT_NE(page.find("<td>-</td>"), std::string::npos) << "an undefined value has none";
  EXPECT_EQ(count_of(page, "<script>"), 1U);
}

TEST(ReportPage, OtherTablesNeedNoScript) {
  const std::string page = render_report_page("plain", table_report(filter_table(), 150));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("script-src"), std::string::npos);
  EXPECT_EQ(page.find("text 149"), std::string::npos);
}

TEST(ReportPage, ChartsOfSharesHaveAxesFromZeroToOne) {
  ReportCharts charts{"class-1", "good & bad", {{"ROC", "false positive rate", {}}}, true};
  charts.charts[0].lines = {{"true positive rate", {{0.2, 0.25}, {0.4, 0.5}}}};
  const std::string page = render_report_page("curves", {{charts}});
  EXPECT_NE(page.find("<summary>good &amp; bad</summary>"), std::string::npos);
  EXPECT_NE(page.find("aria-labelledby=\"class-1-0-title class-1-0-text\""), std::string::npos);
  EXPECT_NE(page.find("true positive rate: 0.2500 at false positive rate 0.2000"),
            std::string::npos)
      << "for screen readers";
  EXPECT_EQ(count_of(page, ">0.0</text>"), 2U);
  EXPECT_EQ(count_of(page, ">1.0</text>"), 2U);
  EXPECT_EQ(report_to_text({{charts}}), "");
  EXPECT_EQ(report_to_json({{charts}}, -1), "{}");
}

TEST(RunReport, ShowsCurvesOfTheValidationRows) {
  RunReport report = run_report(2, {"a", "b"});
  report.curves = {ReportCharts{"class-0", "a", {{"ROC", "rate", {{"line", {{0, 0}, {1, 1}}}}}}}};
  const std::string page = render_run_report(report);
  EXPECT_NE(page.find("Curves of the validation rows"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(RunReport, BearsMissingParts) {
  EXPECT_NE(render_run_report({}).find("</html>"), std::string::npos);
  RunReport report;
  report.title = "early";
  report.epoch_records = {"{\"event\": \"epoch\", \"epoch\": 1}"};
  report.validation = to_report(report_of_rows({{{0.6F, 0.4F}, 0}}, {"a", "b"}));
  const std::string page = render_run_report(report);
  EXPECT_EQ(page.find("nan"), std::string::npos);
  EXPECT_EQ(page.find("inf"), std::string::npos);
}

TEST(RunReport, ManyClassesShowPairs) {
  RunReport report = run_report(2, numbered_labels(41));
  const std::string page = render_run_report(report);
  EXPECT_NE(page.find("Most confused classes"), std::string::npos);
  EXPECT_EQ(page.find("class=\"matrix"), std::string::npos);
}

/// Writes pages for visual inspection to the folder in SEQUENT_REPORT_PAGES.
TEST(RunReport, PagesForTheEye) {
  const char* folder = std::getenv("SEQUENT_REPORT_PAGES");
  if (folder == nullptr) GTEST_SKIP() << "SEQUENT_REPORT_PAGES is not set";
  const auto write = [&](const std::string& name, const RunReport& report) {
    std::ofstream(std::filesystem::path(folder) / name) << render_run_report(report);
  };
  write("one_epoch.html", run_report(1, {"negative", "positive"}));
  write("forty_epochs.html", run_report(40, {"negative", "positive"}));
  write("chinese.html", run_report(12, chinese_labels()));
  write("many.html", run_report(200, numbered_labels(60)));
}

}  // namespace
}  // namespace sequent
