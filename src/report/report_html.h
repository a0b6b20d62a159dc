// Renders the sections of a report as parts of an HTML page.
#pragma once

#include <string>
#include <vector>

#include "sequent/report.h"

namespace sequent {

/// Renders all sections. `title` names the report in scrollable regions and in chart ids.
std::string html_of_sections(const std::vector<ReportSection>& sections, const std::string& title);

/// Returns the name of a value or column as a heading, with a capital first letter.
std::string html_title(std::string text);

/// Returns an element with escaped text; `tag` may include attributes.
std::string html_element(const std::string& tag, const std::string& text);

/// Wraps a table that may be wider than the page in a region that scrolls, also by keyboard.
std::string html_wide(const std::string& name, const std::string& table);

/// Returns a section of a page: a heading and this content, which is HTML.
std::string html_section(const std::string& title, const std::string& content);

/// What a page has in addition to the style sheet of reports.
struct HtmlExtras {
  std::string style{};
  std::string script{};
};

/// Returns a self-contained page with a heading and this content, which is HTML.
std::string html_page(const std::string& title, const std::string& content,
                      const HtmlExtras& extras = {});

/// Returns a self-contained page with the report. It has a script if a table can be filtered or
/// sorted.
std::string render_report_page(const std::string& title, const Report& report);

}  // namespace sequent
