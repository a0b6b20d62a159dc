#include "train/journal.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "sequent/error.h"

namespace sequent {

using Json = nlohmann::ordered_json;

std::vector<std::string> Journal::lines() const {
  std::vector<std::string> result;
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

void Journal::keep_until(std::int64_t step) const {
  std::string kept;
  for (const std::string& line : lines()) {
    const Json event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool whole =
        event.is_object() && event.contains("step") && event["step"].is_number_integer();
    if (whole && event["step"].get<std::int64_t>() <= step) kept += line + "\n";
  }
  write_file_whole(file_, kept);
}

void Journal::add_epoch(const Progress& progress) const {
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
    event["validation"] = std::move(report);
  }
  std::ofstream out(file_, std::ios::app);
  out << event.dump() << '\n' << std::flush;
  if (!out) {
    throw Error(ErrorKind::kRuntime, file_.string(),
                std::string("cannot be written: ") + std::strerror(errno));
  }
}

}  // namespace sequent
