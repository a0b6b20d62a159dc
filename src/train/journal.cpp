#include "train/journal.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/files.h"
#include "core/temporary_file.h"
#include "sequent/log.h"

namespace sequent {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string epoch_line(const Progress& progress) {
  Json event = {{"event", "epoch"},
                {"epoch", progress.epoch},
                {"step", progress.step},
                {"loss", progress.loss},
                {"learning_rate", progress.learning_rate},
                {"seconds", progress.epoch_seconds},
                {"examples_per_second", progress.examples_per_second},
                {"tokens_per_second", progress.tokens_per_second},
                {"best", progress.best}};
  if (progress.validation) {
    Json report = Json::parse(report_to_json(*progress.validation));
    for (auto entry = report.begin(); entry != report.end();) {  // tables are omitted
      entry = entry->is_structured() ? report.erase(entry) : std::next(entry);
    }
    for (const std::string& name : progress.validation->metrics()) {
      if (report.contains(name)) continue;
      // Of a part of the report, such as sequence_label.accuracy.
      if (const auto value = progress.validation->value(name)) report[name] = *value;
    }
    event["validation"] = std::move(report);
  }
  return event.dump();
}

void Journal::restore(const std::vector<std::string>& lines) const {
  std::string expected;
  for (const std::string& line : lines) expected += line + '\n';
  std::error_code ignored;
  const std::string found = fs::exists(file_, ignored) ? read_file(file_) : "";
  if (found == expected) return;
  if (!found.starts_with(expected)) {
    log_warning(file_.string() +
                ": lines are missing or damaged; they are restored from the checkpoint");
  }
  write_file_whole(file_, expected);
}

void Journal::add(const std::string& line) const {
  std::ofstream out(file_, std::ios::app);
  out << line << '\n' << std::flush;
  if (!out) fail_write(file_, errno);
}

}  // namespace sequent
