#include "search/run_table.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "search/tune_spec.h"
#include "sequent/artifact.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

struct ListedRun {
  std::string path;
  std::string task;
  std::string state;
  std::map<std::string, std::string> options;  // by JSON pointer
  std::vector<EpochMetric> metrics;
  std::optional<Manifest> manifest;
  std::optional<Report> validation;
  std::optional<Report> test;
  std::optional<double> baseline;
};

/// The config's options, apart from those that say where it runs and where its files are.
std::map<std::string, std::string> options_of(const Config& config) {
  std::map<std::string, std::string> options;
  const auto all = nlohmann::ordered_json::parse(dump_config(config)).flatten();
  for (const auto& [pointer, value] : all.items()) {
    const bool is_place = pointer.starts_with("/runtime/") || pointer == "/name";
    if (!is_place) options[pointer] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return options;
}

ListedRun read_listed_run(const std::filesystem::path& folder, const std::string& path) {
  ListedRun run;
  run.path = path;
  const RunFolder files{folder};
  try {
    const Config config = read_run_text(files).config;
    run.task = config.task.name();
    run.options = options_of(config);
    run.metrics = definition_of(config).epoch_metrics();
    std::error_code code;
    if (!std::filesystem::exists(files.manifest(), code)) {
      run.state = "unfinished";
      return run;
    }
    run.manifest = read_manifest(files, config.task);
    run.state = run.manifest->stopped_because;
    run.validation = report_from_json(run.manifest->validation_report, config.task);
    if (run.manifest->test_report) {
      run.test = report_from_json(*run.manifest->test_report, config.task);
    }
    if (run.manifest->baseline) {
      run.baseline = report_from_json(run.manifest->baseline->validation_report, config.task)
                         .value("accuracy");
    }
  } catch (const Error& error) {
    run.state = error.what();
  }
  return run;
}

std::vector<ListedRun> find_runs(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    throw Error(ErrorKind::kUsage, folder.string(), "no such folder; expected a folder of runs");
  }
  std::set<fs::path> folders;
  const auto look = [&](const fs::path& place) {
    const RunFolder files{place};
    if (fs::exists(files.config(), code) && fs::exists(files.vocabulary(), code)) {
      folders.insert(place);
    }
  };
  look(folder);
  for (auto entry = fs::recursive_directory_iterator(
           folder, fs::directory_options::skip_permission_denied, code);
       entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    if (entry->is_directory(code)) look(entry->path());
    code.clear();
  }
  if (folders.empty()) {
    throw Error(ErrorKind::kUsage, folder.string(),
                "has no run; expected a folder with runs of sequent train below it");
  }
  std::vector<ListedRun> runs;
  runs.reserve(folders.size());
  for (const fs::path& place : folders) {
    runs.push_back(read_listed_run(place, place.lexically_relative(folder).string()));
  }
  return runs;
}

/// The options that do not have the same value in all runs that can be read.
std::vector<std::string> differing_options(const std::vector<ListedRun>& runs) {
  std::map<std::string, std::set<std::string>> values;
  std::map<std::string, std::size_t> times;
  std::size_t readable = 0;
  for (const ListedRun& run : runs) {
    readable += run.options.empty() ? 0 : 1;
    for (const auto& [pointer, value] : run.options) {
      values[pointer].insert(value);
      ++times[pointer];
    }
  }
  std::vector<std::string> result;
  for (const auto& [pointer, found] : values) {
    if (found.size() > 1 || times[pointer] < readable) result.push_back(pointer);
  }
  return result;
}

void sort_runs(std::vector<ListedRun>& runs, const std::string& metric) {
  const auto value = [&](const ListedRun& run) {
    return run.validation ? run.validation->value(metric) : std::nullopt;
  };
  const bool any = std::any_of(runs.begin(), runs.end(),
                               [&](const ListedRun& run) { return value(run).has_value(); });
  const bool any_finished = std::any_of(
      runs.begin(), runs.end(), [](const ListedRun& run) { return run.validation.has_value(); });
  if (!any && any_finished) {
    throw Error(ErrorKind::kUsage, "--sort " + metric, "no run has this metric");
  }
  const double sign = direction_of(metric) == Direction::kMinimize ? -1 : 1;
  std::stable_sort(runs.begin(), runs.end(), [&](const ListedRun& a, const ListedRun& b) {
    const std::optional<double> of_a = value(a);
    const std::optional<double> of_b = value(b);
    if (of_a && of_b) return sign * *of_a > sign * *of_b;
    return of_a.has_value() && !of_b.has_value();
  });
}

}  // namespace

Report table_of_runs(const std::filesystem::path& folder, const std::string& sort_by) {
  std::vector<ListedRun> runs = find_runs(folder);
  // The metrics of all tasks, those of the first run first.
  std::vector<EpochMetric> metrics;
  for (const ListedRun& run : runs) {
    for (const EpochMetric& metric : run.metrics) {
      const bool is_known =
          std::any_of(metrics.begin(), metrics.end(),
                      [&](const EpochMetric& one) { return one.key == metric.key; });
      if (!is_known) metrics.push_back(metric);
    }
  }
  const std::string usual = metrics.empty() ? "loss" : metrics.front().key;
  sort_runs(runs, sort_by.empty() ? usual : sort_by);
  if (!sort_by.empty() && std::none_of(metrics.begin(), metrics.end(), [&](const EpochMetric& one) {
        return one.key == sort_by;
      })) {
    metrics.push_back({sort_by, sort_by});
  }

  const std::vector<std::string> options = differing_options(runs);
  ReportTable table{"runs", "runs", {{"run", "run"}, {"task", "task"}, {"state", "state"}}, {}};
  for (const EpochMetric& metric : metrics) {
    table.columns.push_back({"validation_" + metric.key, metric.title});
    table.columns.push_back({"test_" + metric.key, "test"});
  }
  table.columns.push_back({"baseline_accuracy", "baseline"});
  table.columns.push_back({"best_epoch", "epoch", NumberFormat::kCount});
  table.columns.push_back({"seconds", "seconds", NumberFormat::kShort});
  for (const std::string& option : options) table.columns.push_back({option, option.substr(1)});
  for (const ListedRun& run : runs) {
    std::vector<ReportValue> row{run.path, run.task, run.state};
    for (const EpochMetric& metric : metrics) {
      row.push_back(
          report_value_of(run.validation ? run.validation->value(metric.key) : std::nullopt));
      row.push_back(report_value_of(run.test ? run.test->value(metric.key) : std::nullopt));
    }
    row.push_back(report_value_of(run.baseline));
    row.push_back(run.manifest ? ReportValue(run.manifest->best_epoch) : ReportValue());
    row.push_back(run.manifest ? ReportValue(run.manifest->seconds) : ReportValue());
    for (const std::string& option : options) {
      const auto found = run.options.find(option);
      row.push_back(found == run.options.end() ? ReportValue() : ReportValue(found->second));
    }
    table.rows.push_back(std::move(row));
  }
  table.sortable = true;
  return {{std::move(table)}};
}

}  // namespace sequent
