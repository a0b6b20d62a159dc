#include "search/tune_report.h"

#include <algorithm>
#include <map>

#include "core/shortened.h"
#include "report/html.h"
#include "report/report_html.h"
#include "search/importance.h"
#include "search/tune_charts.h"

namespace sequent {
namespace {

ReportValue report_value(const TuneValues& values, const std::string& path) {
  const auto found = values.find(path);
  if (found == values.end()) return std::monostate{};
  const Json& value = found->second;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) return value.get<double>();
  constexpr std::size_t kLongest = 40;
  return shortened(value.is_string() ? value.get<std::string>() : value.dump(), kLongest);
}

std::int64_t count_state(const TuneSummary& summary, TrialState state) {
  return std::count_if(summary.results.begin(), summary.results.end(),
                       [state](const TrialResult& result) { return result.state == state; });
}

ReportTable leaderboard_table(const TuneSummary& summary, std::size_t limit) {
  ReportTable table{.key = "trials",
                    .title = "Leaderboard",
                    .columns = {{"trial", "trial", NumberFormat::kCount},
                                {"state", "state"},
                                {"objective", summary.metric},
                                {"epochs", "epochs", NumberFormat::kCount},
                                {"parameters", "parameters", NumberFormat::kCount},
                                {"seconds", "seconds", NumberFormat::kFixed2}},
                    .rows = {}};
  const std::vector<std::string> titles = short_titles(summary.dimensions);
  for (std::size_t i = 0; i < titles.size(); ++i) {
    table.columns.push_back({summary.dimensions[i].path, titles[i], NumberFormat::kShort});
  }
  std::vector<const TrialResult*> order;
  for (const TrialResult& result : summary.results) order.push_back(&result);
  std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) {
    return observation_of(*a, summary.direction).rank < observation_of(*b, summary.direction).rank;
  });
  if (order.size() > limit) order.resize(limit);
  for (const TrialResult* result : order) {
    std::vector<ReportValue> row = {std::to_string(result->number),
                                    std::string(enum_name(result->state)),
                                    report_value_of(result->objective),
                                    static_cast<std::int64_t>(result->epochs.size()),
                                    std::monostate{},
                                    result->seconds};
    if (result->parameters) row[4] = *result->parameters;
    for (const Dimension& dimension : summary.dimensions) {
      row.push_back(report_value(result->values, dimension.path));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Returns the last two keys of a path, which identify most options.
std::string last_keys(const std::string& path) {
  const std::size_t last = path.find_last_of("./");
  if (last == std::string::npos || last == 0) return path;
  const std::size_t before = path.find_last_of("./", last - 1);
  return before == std::string::npos ? path : path.substr(before + 1);
}

}  // namespace

std::vector<std::string> short_titles(const std::vector<Dimension>& dimensions) {
  std::map<std::string, int> uses;
  for (const Dimension& dimension : dimensions) ++uses[last_keys(dimension.path)];
  std::vector<std::string> titles;
  for (const Dimension& dimension : dimensions) {
    const std::string title = last_keys(dimension.path);
    titles.push_back(uses[title] == 1 ? title : dimension.path);
  }
  return titles;
}

Report leaderboard(const TuneSummary& summary, std::size_t limit) {
  const auto count = [&](const char* key, std::int64_t value) {
    return ReportFact{key, key, value, NumberFormat::kCount};
  };
  ReportFacts facts{{count("trials", static_cast<std::int64_t>(summary.results.size()))}};
  for (std::size_t i = 0; i < EnumNames<TrialState>::values.size(); ++i) {
    const std::int64_t trials = count_state(summary, static_cast<TrialState>(i));
    if (trials > 0) facts.facts.push_back(count(EnumNames<TrialState>::values[i].data(), trials));
  }
  return {{std::move(facts), leaderboard_table(summary, limit)}};
}

std::string render_tune_page(const TuneSummary& summary) {
  const std::string note =
      html_element("p class=\"note\"",
                   "The objective, " + summary.metric +
                       ", is measured on validation data that also chose the winner, so that its "
                       "value is optimistic: the more trials, the more so. Judge the winner on "
                       "test data that the search has not seen.") +
      "\n";
  std::string content = html_section(
      "Trials",
      note + html_of_sections(leaderboard(summary, summary.results.size()).sections, "Trials"));
  content +=
      html_section("History", "<div class=\"charts\">\n" + history_chart(summary) + "</div>\n");
  content += html_section("Parallel coordinates", parallel_chart(summary));
  const std::vector<OptionImportance> shares =
      importances(summary.results, summary.dimensions, summary.direction);
  content += html_section(
      "Importance",
      shares.empty()
          ? html_element("p class=\"note\"", "At least 10 complete trials are needed.") + "\n"
          : html_element("p class=\"note\"",
                         "How much an option's values in the best tenth of the trials differ from "
                         "those in all trials (PED-ANOVA).") +
                "\n" + importance_chart(shares));
  return html_page(summary.title, content, {.style = kTuneStyle});
}

}  // namespace sequent
