// The sections of a report as parts of an HTML page.
#pragma once

#include <string>
#include <vector>

#include "sequent/report.h"

namespace sequent {

/// `title` names the report, for regions that scroll and ids of charts.
std::string html_of_sections(const std::vector<ReportSection>& sections, const std::string& title);

/// The name of a value or column as a heading: its first letter is a capital.
std::string html_title(std::string text);

/// An element with escaped text; `tag` may have attributes.
std::string html_element(const std::string& tag, const std::string& text);

/// A table that may be wider than the page: it scrolls, by keyboard too.
std::string html_wide(const std::string& name, const std::string& table);

}  // namespace sequent
