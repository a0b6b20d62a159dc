#include <gtest/gtest.h>

#include "random_rows.h"
#include "sequent/report.h"
#include "tasks/classification/classification_metrics.h"
#include "text/text_table.h"

namespace sequent {
namespace {

using testing::numbered_labels;
using testing::random_rows;
using testing::report_of_rows;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("\u00e9"), 1U);
  EXPECT_EQ(display_width("e\u0301"), 1U);       // combining accent
  EXPECT_EQ(display_width("\u6b63\u9762"), 4U);  // Chinese
  EXPECT_EQ(display_width("\uff21"), 2U);        // full-width A
  EXPECT_EQ(display_width("\xff"), 1U);          // invalid UTF-8 becomes one replacement character
}

TEST(FitText, CutsWithAnEllipsis) {
  EXPECT_EQ(fit_text("short", 5), "short");
  EXPECT_EQ(fit_text("longer", 5), "long\u2026");
  EXPECT_EQ(fit_text("\u6b63\u9762\u8bc4\u4ef7", 8), "\u6b63\u9762\u8bc4\u4ef7");
  EXPECT_EQ(fit_text("\u6b63\u9762\u8bc4\u4ef7", 7), "\u6b63\u9762\u8bc4\u2026");
  EXPECT_EQ(fit_text("\u6b63\u9762\u8bc4\u4ef7", 6), "\u6b63\u9762\u2026");
}

TEST(FitText, NoLabelCommandsTheTerminal) {
  EXPECT_EQ(fit_text("a\nb\x1b[31m", 20),
            "a\uFFFD"
            "b\uFFFD[31m");
  EXPECT_EQ(fit_text("a\u202eb", 20),
            "a\uFFFD"
            "b");
}

TEST(ReportText, SaysEverythingOnAlignedLines) {
  const ClassificationReport report =
      report_of_rows({{{0.9F, 0.1F}, 0}, {{0.4F, 0.6F}, 0}, {{0.2F, 0.8F}, 1}, {{0.7F, 0.3F}, 1}},
                     {"\u597d\u8bc4", "bad"});
  EXPECT_EQ(report_to_text(to_report(report)),
            "  rows                       4\n"
            "  loss                  0.6122\n"
            "  accuracy              0.5000\n"
            "  macro F1              0.5000\n"
            "  ROC AUC               0.7500\n"
            "  average precision     0.8333\n"
            "  balanced accuracy     0.5000\n"
            "  Matthews correlation  0.0000\n"
            "  calibration error     0.4000\n"
            "  Brier score           0.2250\n"
            "\n"
            "  class               precision  recall      F1  rows\n"
            "  \u597d\u8bc4                   0.5000  0.5000  0.5000     2\n"
            "  bad                    0.5000  0.5000  0.5000     2\n"
            "  (macro average)        0.5000  0.5000  0.5000     4\n"
            "  (weighted average)     0.5000  0.5000  0.5000     4\n"
            "\n"
            "Confusion matrix\n"
            "  true \\ predicted  \u597d\u8bc4  bad\n"
            "  \u597d\u8bc4                 1    1\n"
            "  bad                  1    1\n");
}

TEST(ReportText, ColumnsAlignForAnyLabels) {
  const std::vector<std::string> labels{"\u79d1\u6280", "e\u0301te\u0301", "a\nb", "plain"};
  const auto lines =
      lines_of(report_to_text(to_report(report_of_rows(random_rows(9, 80, 4), labels))));
  std::size_t width = 0;
  std::size_t rows = 0;
  bool in_classes = false;
  for (const std::string& line : lines) {
    if (line.find("  class") == 0) {
      in_classes = true;
      width = display_width(line);
    }
    if (line.empty()) in_classes = false;
    if (!in_classes) continue;
    EXPECT_EQ(display_width(line), width) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 7U);
}

TEST(ReportText, ManyClassesShowTheMostConfused) {
  const ClassificationReport few = report_of_rows(random_rows(1, 300, 12), numbered_labels(12));
  EXPECT_NE(report_to_text(to_report(few)).find("Confusion matrix"), std::string::npos);
  const ClassificationReport many = report_of_rows(random_rows(1, 300, 13), numbered_labels(13));
  const std::string text = report_to_text(to_report(many));
  EXPECT_EQ(text.find("Confusion matrix"), std::string::npos);
  EXPECT_NE(text.find("Most confused classes"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace sequent
