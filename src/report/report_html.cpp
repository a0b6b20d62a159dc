// Renders the sections of a report as HTML.
#include "report/report_html.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "core/format.h"
#include "metrics/confusion.h"
#include "report/html.h"
#include "report/report_values.h"
#include "report/svg_chart.h"

namespace sequent {
namespace {

constexpr std::size_t kMatrixLabels = 40;  // larger matrices are not readable
constexpr std::size_t kDenseLabels = 8;  // from this size, columns are narrow and headings vertical
constexpr std::size_t kPairs = 20;
constexpr double kStrongestShade = 0.55;  // keeps text readable in light and dark mode

std::string table_row(const std::vector<std::string>& cells) {
  std::string row = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    row += html_element(i == 0 ? "th scope=\"row\"" : "td", cells[i]);
  }
  return row + "</tr>\n";
}

/// `attributes`: of the table element.
std::string table_head(const std::vector<std::string>& titles, const std::string& attributes = "") {
  std::string head = "<table" + attributes + ">\n<thead><tr>";
  for (std::size_t i = 0; i < titles.size(); ++i) {
    head += html_element(i == 0 ? "th scope=\"col\" class=\"name\"" : "th scope=\"col\"",
                         html_title(titles[i]));
  }
  return head + "</tr></thead>\n<tbody>\n";
}

std::string matrix_cell(const ReportMatrix& matrix, std::size_t truth, std::size_t predicted,
                        std::int64_t count, std::int64_t rows) {
  if (count == 0) return "<td class=\"none\">0</td>";
  const double share = static_cast<double>(count) / static_cast<double>(rows);
  return std::string("<td class=\"") + (truth == predicted ? "hit" : "miss") +
         "\" style=\"--share: " + format_fixed(kStrongestShade * share, 3) + "\" title=\"" +
         escape_html(format_percent(share) + " of " + matrix.labels[truth] + " taken for " +
                     matrix.labels[predicted]) +
         "\">" + format_count(count) + "</td>";
}

std::string matrix_table(const ReportMatrix& matrix) {
  const bool dense = matrix.labels.size() >= kDenseLabels;
  std::string table =
      std::string("<table class=\"matrix") + (dense ? " dense" : "") + "\">\n<thead><tr><td></td>";
  for (const std::string& label : matrix.labels) table += html_element("th scope=\"col\"", label);
  table += "</tr></thead>\n<tbody>\n";
  const auto counts = dense_counts(matrix.cells, matrix.labels.size());
  for (std::size_t truth = 0; truth < matrix.labels.size(); ++truth) {
    std::int64_t rows = 0;
    for (const std::int64_t count : counts[truth]) rows += count;
    table += "<tr>" + html_element("th scope=\"row\"", matrix.labels[truth]);
    for (std::size_t predicted = 0; predicted < matrix.labels.size(); ++predicted) {
      table += matrix_cell(matrix, truth, predicted, counts[truth][predicted], rows);
    }
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

std::string pair_table(const ReportMatrix& matrix) {
  std::string table =
      table_head({"true class", "predicted class", "rows", "share of the true class"});
  for (const ConfusedLabels& pair : most_confused_labels(matrix, kPairs)) {
    table += table_row(
        {pair.truth, pair.predicted, format_count(pair.count), format_percent(pair.share)});
  }
  return table + "</tbody>\n</table>\n";
}

/// Returns a name for an HTML id, which has only letters and digits.
std::string id_of(const std::string& text) {
  std::string id;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    id += plain ? c : '-';
  }
  return id;
}

/// `title` is the title of the report and names the scrollable regions.
struct HtmlSections {
  std::string title;

  std::string operator()(const ReportFacts& facts) const {
    std::string list;
    for (const ReportFact& fact : facts.facts) {
      if (fact.title.empty()) continue;
      list += "<div>" + html_element("dt", html_title(fact.title)) +
              html_element("dd", shown_value(fact.value, fact.format)) + "</div>\n";
    }
    return list.empty() ? "" : "<dl class=\"values\">\n" + list + "</dl>\n";
  }

  std::string operator()(const ReportTable& table) const {
    if (!table.for_people || table.rows.empty()) return "";
    const bool is_filtered = !table.filters.empty();
    std::string html = open_table(table);
    const ShownRows shown(table);
    const bool shows_all = is_filtered || table.sortable;
    for (const auto& row : table.above) html += shown_row(table, row);
    for (const auto& row : shows_all ? std::span(table.rows) : shown.rows) {
      html += shown_row(table, row);
    }
    if (!shows_all && !shown.omitted.empty()) html += table_row({shown.omitted});
    html += "</tbody>\n";
    if (!table.below.empty()) {
      html += "<tfoot>\n";
      for (const std::vector<ReportValue>& row : table.below) html += shown_row(table, row);
      html += "</tfoot>\n";
    }
    html = html_wide(title + ": " + table.title, html + "</table>\n");
    if (is_filtered) html = "<div>\n" + filter_form(table) + html + "</div>\n";
    return html_element("h3", html_title(table.title)) + "\n" + html;
  }

  std::string operator()(const ReportMatrix& matrix) const {
    if (matrix.labels.size() > kMatrixLabels) {
      return html_element("h3", "Most confused classes") + "\n" +
             html_wide(title + ": most confused classes", pair_table(matrix));
    }
    return html_element("h3", matrix.title) + "\n" +
           html_element("p class=\"note\"",
                        "Rows: the true class. Columns: the predicted class. Shade: share of the "
                        "row.") +
           html_wide(title + ": " + matrix.title, matrix_table(matrix));
  }

  std::string operator()(const ReportCurve& curve) const {
    if (curve.lines.empty() || curve.lines.front().values.empty()) return "";
    Chart chart{.id = id_of(curve.key + "-" + title),
                .title = curve.chart_title,
                .x_label = curve.step,
                .curves = {},
                .marked_x = std::nullopt,
                .mark_label = ""};
    for (const ReportLine& line : curve.lines) {
      Curve& drawn = chart.curves.emplace_back(Curve{line.title, {}});
      for (std::size_t i = 0; i < line.values.size(); ++i) {
        drawn.points.push_back({static_cast<double>(i + 1), line.values[i]});
      }
    }
    return html_element("h3", curve.title) + "\n<div class=\"charts\">\n" + render_chart(chart) +
           "</div>\n";
  }

  std::string operator()(const ReportCharts& charts) const {
    std::string html;
    for (std::size_t i = 0; i < charts.charts.size(); ++i) {
      const ReportChart& one = charts.charts[i];
      Chart chart{.id = id_of(charts.key + "-" + std::to_string(i)),
                  .title = one.title,
                  .x_label = one.x_title,
                  .curves = {},
                  .marked_x = std::nullopt,
                  .mark_label = "",
                  .has_shares = true};
      for (const ReportChartLine& line : one.lines) {
        Curve& drawn = chart.curves.emplace_back(Curve{line.title, {}});
        for (const ReportPoint& point : line.points) drawn.points.push_back({point.x, point.y});
      }
      html += render_chart(chart);
    }
    html = "<div class=\"charts\">\n" + html + "</div>\n";
    if (!charts.is_folded) return html_element("h3", charts.title) + "\n" + html;
    return "<details>\n" + html_element("summary", charts.title) + "\n" + html + "</details>\n";
  }

  std::string operator()(const ReportWarning& warning) const {
    return html_element("p class=\"warning\"", "Warning: " + warning.sentence) + "\n";
  }

  std::string operator()(const ReportText& text) const {
    return html_element("h3", html_title(text.title)) + "\n" + html_element("pre", text.text) +
           "\n";
  }

  std::string operator()(const ReportPart& part) const {
    return html_element("h3", html_title(part.title)) + "\n" +
           html_of_sections(part.sections, title + ", " + part.title);
  }

 private:
  static std::string open_table(const ReportTable& table) {
    std::vector<std::string> titles;
    for (const ReportColumn& column : table.columns) {
      if (!column.title.empty()) titles.push_back(column.title);
    }
    std::string kind;
    if (!table.filters.empty()) kind = " class=\"texts\"";
    if (table.sortable) kind = " class=\"sortable\"";
    return table_head(titles, kind);
  }

  /// In a sortable table, numbers also have their exact values.
  static std::string shown_row(const ReportTable& table, const std::vector<ReportValue>& row) {
    std::string html = "<tr>";
    bool is_first = true;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (table.columns[i].title.empty()) continue;
      std::string tag = is_first ? "th scope=\"row\"" : "td";
      if (table.sortable) tag += exact_value(row[i]);
      html += html_element(tag, shown_value(row[i], table.columns[i].format));
      is_first = false;
    }
    return html + "</tr>\n";
  }

  static std::string exact_value(const ReportValue& value) {
    if (const auto* count = std::get_if<std::int64_t>(&value)) {
      return attribute("data-value", std::to_string(*count));
    }
    const auto* number = std::get_if<double>(&value);
    return number == nullptr ? "" : attribute("data-value", nlohmann::json(*number).dump());
  }

  /// The controls that filter a table, which the script shows.
  std::string filter_form(const ReportTable& table) const {
    std::string form = "<form class=\"filter\" hidden";
    form += attribute("aria-label", "Filter: " + table.title) + ">\n";
    std::size_t shown_column = 0;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const ReportColumn& column = table.columns[i];
      if (column.title.empty()) continue;
      if (std::ranges::find(table.filters, column.key) != table.filters.end()) {
        form += select_element(table, i, shown_column);
      }
      ++shown_column;
    }
    form += "<label>Words in the text <input type=\"search\"></label>\n";
    return form + "<output aria-live=\"polite\"></output>\n</form>\n";
  }

  /// A choice of the values that occur in a column.
  static std::string select_element(const ReportTable& table, std::size_t column,
                                    std::size_t shown_column) {
    std::set<std::string> values;
    for (const auto& row : table.rows) {
      values.insert(shown_value(row[column], table.columns[column].format));
    }
    std::string html = "<label>" + escape_html(html_title(table.columns[column].title));
    html += " <select" + attribute("data-column", std::to_string(shown_column)) + ">\n";
    html += "<option value=\"\">(all)</option>\n";
    for (const std::string& value : values) {
      html += "<option" + attribute("value", value) + ">" + escape_html(value) + "</option>\n";
    }
    return html + "</select></label>\n";
  }
};

}  // namespace

std::string html_title(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

std::string html_element(const std::string& tag, const std::string& text) {
  return "<" + tag + ">" + escape_html(text) + "</" + tag.substr(0, tag.find(' ')) + ">";
}

std::string html_wide(const std::string& name, const std::string& table) {
  return R"(<div class="wide" role="region" tabindex="0")" + attribute("aria-label", name) + ">\n" +
         table + "</div>\n";
}

std::string html_of_sections(const std::vector<ReportSection>& sections, const std::string& title) {
  std::string html;
  for (const ReportSection& section : sections) html += std::visit(HtmlSections{title}, section);
  return html;
}

}  // namespace sequent
