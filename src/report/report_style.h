// The style sheet of the run report page.
#pragma once

namespace sequent {

inline constexpr const char* kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --metadata: #ffffff; --ink: #1b2330; --muted: #566173; --line: #dde2ea;
  --first: #1d5fd0; --second: #b45309; --third: #15803d; --hit: 29, 95, 208; --miss: 200, 60, 30;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151b; --metadata: #1a1f28; --ink: #e6eaf1; --muted: #9ba7b8; --line: #303846;
    --first: #74a9ff; --second: #f2b04c; --third: #5fd08a; --hit: 64, 130, 246; --miss: 236, 92, 58;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC",
    "PingFang SC", "Microsoft YaHei", sans-serif;
}
main { max-width: 74rem; margin: 0 auto; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 1rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .6rem; }
section {
  background: var(--metadata); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.25rem 1.5rem 1.5rem; margin: 0 0 1.25rem;
}
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; margin: 0; }
dl.facts dt, .note { color: var(--muted); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.values { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 0; }
dl.values dt { color: var(--muted); font-size: .85rem; }
dl.values dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr));
  gap: 1.5rem; }
.chart { width: 100%; height: auto; display: block; }
.chart:only-child { max-width: 42rem; }
.chart text { fill: var(--ink); font-size: 13px; }
.chart .chart-title { font-weight: 600; font-size: 14px; }
.chart .tick { fill: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--line); }
.chart .axis { stroke: var(--muted); }
.chart .mark { stroke: var(--muted); stroke-dasharray: 2 4; }
.chart .mark-label { fill: var(--muted); font-size: 12px; }
.chart .curve-0 { stroke: var(--first); }
.chart .curve-1 { stroke: var(--second); stroke-dasharray: 7 4; }
.chart .curve-2 { stroke: var(--third); stroke-dasharray: 2 4; }
.chart polyline, .chart line[class^="curve"] { fill: none; stroke-width: 2.2;
  stroke-linejoin: round; }
.chart circle { stroke: var(--metadata); stroke-width: 1; stroke-dasharray: none; }
.chart circle.curve-0 { fill: var(--first); }
.chart circle.curve-1 { fill: var(--second); }
.wide { overflow-x: auto; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
p.warning { margin: .9rem 0; padding: .5rem .8rem; border-left: 4px solid var(--second); }
p.note { margin: 0 0 .6rem; font-size: .92rem; }
th, td { padding: .32rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
th[scope="row"], th.name { text-align: left; }
tbody th, tfoot th { font-weight: 500; }
tbody th[scope="row"] { max-width: 22rem; overflow-wrap: anywhere; }
tfoot th, tfoot td { color: var(--muted); }
tr.best { font-weight: 650; }
table.matrix td, table.matrix th { border: 1px solid var(--line); }
table.matrix td { min-width: 2.9rem; text-align: center; }
table.matrix td.hit { background: rgba(var(--hit), var(--share)); }
table.matrix td.miss { background: rgba(var(--miss), var(--share)); }
table.matrix td.none { color: var(--muted); }
table.matrix.dense { font-size: .8rem; }
table.matrix.dense td, table.matrix.dense th { padding: .22rem .4rem; }
table.matrix.dense td { min-width: 2.1rem; }
table.matrix.dense thead th[scope="col"] { writing-mode: vertical-rl; text-align: left;
  max-height: 12rem; }
pre { margin: 0; padding: 1rem; overflow-x: auto; background: var(--page); border-radius: 8px;
  font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
  "Noto Sans Mono CJK SC", monospace; }
form.filter { display: flex; flex-wrap: wrap; gap: .6rem 1.25rem; align-items: end;
  margin: 0 0 .8rem; }
form.filter[hidden] { display: none; }
form.filter label { display: grid; gap: .15rem; color: var(--muted); font-size: .85rem; }
form.filter select, form.filter input { font: inherit; font-size: .95rem; color: var(--ink);
  background: var(--page); border: 1px solid var(--line); border-radius: 6px;
  padding: .3rem .5rem; max-width: 18rem; }
form.filter + .wide { max-height: 36rem; overflow-y: auto; }
form.filter + .wide thead th { position: sticky; top: 0; background: var(--metadata); }
form.filter output { color: var(--muted); font-size: .92rem; padding: .3rem 0; }
th button { all: unset; cursor: pointer; white-space: nowrap; }
th button:focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
th button::after { content: " \2195"; opacity: .35; }
th[aria-sort="ascending"] button::after { content: " \2191"; opacity: 1; }
th[aria-sort="descending"] button::after { content: " \2193"; opacity: 1; }
table.texts tbody th[scope="row"] { max-width: 40rem; }
details { margin-top: 1.25rem; }
summary { cursor: pointer; color: var(--muted); }
details[open] summary { margin-bottom: .75rem; }
@media print { body { background: none; padding: 0; } section { break-inside: avoid; }
  form.filter + .wide { max-height: none; } }
)css";

}  // namespace sequent
