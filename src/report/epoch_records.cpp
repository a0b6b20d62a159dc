#include "report/epoch_records.h"

#include <map>
#include <nlohmann/json.hpp>

namespace sequent {
namespace {

using Json = nlohmann::json;

std::optional<double> number(const Json& object, const char* key) {
  const auto entry = object.find(key);
  if (entry == object.end() || !entry->is_number()) return std::nullopt;
  return entry->get<double>();
}

std::optional<EpochRecord> read_line(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("event", Json()) != "epoch") return std::nullopt;
  const auto epoch = json.find("epoch");
  if (epoch == json.end() || !epoch->is_number_integer()) return std::nullopt;
  EpochRecord record{.epoch = epoch->get<std::int64_t>(),
                     .best = json.value("best", Json()) == true,
                     .loss = number(json, "loss"),
                     .learning_rate = number(json, "learning_rate"),
                     .seconds = number(json, "seconds"),
                     .examples_per_second = number(json, "examples_per_second"),
                     .tokens_per_second = number(json, "tokens_per_second"),
                     .validation = {}};
  const auto validation = json.find("validation");
  if (validation == json.end() || !validation->is_object()) return record;
  for (const auto& [name, value] : validation->items()) {
    if (value.is_number()) record.validation[name] = value.get<double>();
  }
  return record;
}

}  // namespace

std::optional<double> EpochRecord::validation_value(const std::string& metric) const {
  const auto found = validation.find(metric);
  if (found == validation.end()) return std::nullopt;
  return found->second;
}

std::vector<EpochRecord> read_epoch_records(const std::vector<std::string>& lines) {
  std::map<std::int64_t, EpochRecord> by_epoch;
  for (const std::string& line : lines) {
    if (const auto record = read_line(line)) by_epoch[record->epoch] = *record;
  }
  std::vector<EpochRecord> epochs;
  epochs.reserve(by_epoch.size());
  for (const auto& [number, record] : by_epoch) epochs.push_back(record);
  return epochs;
}

std::optional<std::int64_t> best_epoch(const std::vector<EpochRecord>& epochs) {
  std::optional<std::int64_t> best;
  for (const EpochRecord& record : epochs) {
    if (record.best) best = record.epoch;
  }
  return best;
}

}  // namespace sequent
