// Charts of a search as SVG text.
#pragma once

#include <string>
#include <vector>

#include "search/importance.h"
#include "search/tune_report.h"

namespace sequent {

/// Style sheet of these charts, in addition to that of report pages.
inline constexpr const char* kTuneStyle = R"css(
.chart.broad, .chart.broad:only-child { max-width: 100%; }
.chart .trial { fill: none; stroke: var(--first); stroke-width: 1.3; }
.chart .trial.winner { stroke: var(--second); stroke-width: 3; }
.chart rect.share { fill: var(--first); }
)css";

/// Returns the objective of each trial and the best so far. Trials without one are left out.
std::string history_chart(const TuneSummary& summary);

/// Returns one vertical axis per option and one for the objective, and one line per complete trial,
/// the better the stronger. An option that is not part of a trial is at the axis' dash.
std::string parallel_chart(const TuneSummary& summary);

std::string importance_chart(const std::vector<OptionImportance>& shares);

}  // namespace sequent
