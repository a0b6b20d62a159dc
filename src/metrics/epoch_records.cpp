#include "metrics/epoch_records.h"

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
  const Json validation = json.value("validation", Json::object());
  return EpochRecord{.epoch = epoch->get<std::int64_t>(),
                     .best = json.value("best", Json()) == true,
                     .loss = number(json, "loss"),
                     .learning_rate = number(json, "learning_rate"),
                     .seconds = number(json, "seconds"),
                     .examples_per_second = number(json, "examples_per_second"),
                     .tokens_per_second = number(json, "tokens_per_second"),
                     .validation_loss = number(validation, "loss"),
                     .validation_accuracy = number(validation, "accuracy"),
                     .validation_macro_f1 = number(validation, "macro_f1"),
                     .validation_rmse = number(validation, "rmse"),
                     .validation_mae = number(validation, "mae"),
                     .validation_r2 = number(validation, "r2"),
                     .validation_f1 = number(validation, "f1"),
                     .validation_perplexity = number(validation, "perplexity"),
                     .validation_exact_match = number(validation, "exact_match")};
}

}  // namespace

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
