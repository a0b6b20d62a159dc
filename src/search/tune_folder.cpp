#include "search/tune_folder.h"

#include <cstdlib>
#include <iomanip>
#include <sstream>

#include "core/files.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

std::string four_digits(std::int64_t trial) {
  std::ostringstream out;
  out << std::setw(4) << std::setfill('0') << trial;
  return out.str();
}

}  // namespace

fs::path TuneFolder::work(std::int64_t trial) const { return root / "work" / four_digits(trial); }

fs::path TuneFolder::run(std::int64_t trial, std::int64_t index) const {
  const std::string suffix = index == 0 ? "" : "-" + std::to_string(index + 1);
  return root / "trials" / (four_digits(trial) + suffix);
}

fs::path TuneFolder::run_config(std::int64_t trial, std::int64_t index) const {
  return work(trial) / ("config-" + std::to_string(index + 1) + ".json");
}

std::optional<TrialResult> TuneFolder::read_result(std::int64_t trial) const {
  const fs::path file = result(trial);
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  return trial_from_line(read_file(file), file.string());
}

double TuneFolder::read_spent() const {
  std::error_code code;
  return fs::exists(spent(), code) ? std::strtod(read_file(spent()).c_str(), nullptr) : 0;
}

}  // namespace sequent
