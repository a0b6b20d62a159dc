#include "search/tune_trial.h"

#include <algorithm>
#include <cmath>

#include "core/json_fields.h"

namespace sequent {
namespace {

constexpr const char* kTrialCure =
    "restore the file, or remove the trial's folder to repeat the trial";

bool is_better(double a, double b, Direction direction) {
  return direction == Direction::kMaximize ? a > b : a < b;
}

template <class T>
Json json_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

TrialState state_from(const JsonFields& fields) {
  const std::string name = fields.text("state");
  const auto& names = EnumNames<TrialState>::values;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fields.fail("state", "found \"" + name + "\"");
  return static_cast<TrialState>(found - names.begin());
}

std::vector<std::optional<double>> numbers_from(const JsonFields& fields, const char* key) {
  const Json& list = fields.value(key);
  if (!list.is_array()) fields.fail(key, "expected a list");
  std::vector<std::optional<double>> numbers;
  for (const Json& value : list) {
    if (!value.is_null() && !value.is_number()) fields.fail(key, "expected numbers");
    numbers.push_back(value.is_null() ? std::nullopt : std::optional(value.get<double>()));
  }
  return numbers;
}

}  // namespace

std::string trial_line(const TrialResult& result) {
  Json epochs = Json::array();
  for (const auto& value : result.epochs) epochs.push_back(json_or_null(value));
  Json values = Json::object();
  for (const auto& [path, value] : result.values) values[path] = value;
  Json json = {{"number", result.number},
               {"state", enum_name(result.state)},
               {"objective", json_or_null(result.objective)},
               {"values", std::move(values)},
               {"epochs", std::move(epochs)},
               {"runs", result.runs},
               {"tokens", result.tokens},
               {"parameters", json_or_null(result.parameters)},
               {"archive_megabytes", json_or_null(result.archive_megabytes)}};
  if (result.latency_ms) json["latency_ms"] = *result.latency_ms;
  json["reason"] = result.reason;
  json["seconds"] = std::round(result.seconds * 1000) / 1000;
  return dump_json(json, -1);
}

TrialResult trial_from_line(const std::string& line, const std::string& where) {
  const JsonOrigin origin{where, kTrialCure};
  const Json json = parse_json(line, origin);
  const JsonFields fields(json, origin);
  TrialResult result;
  result.number = fields.count("number");
  result.state = state_from(fields);
  result.objective = fields.number_or_null("objective");
  const Json& values = fields.value("values");
  if (!values.is_object()) fields.fail("values", "expected an object");
  for (const auto& [path, value] : values.items()) result.values[path] = value;
  result.epochs = numbers_from(fields, "epochs");
  for (const auto& value : numbers_from(fields, "runs")) result.runs.push_back(value.value_or(0));
  result.tokens = fields.count("tokens");
  if (!fields.is_null("parameters")) result.parameters = fields.count("parameters");
  result.archive_megabytes = fields.number_or_null("archive_megabytes");
  if (fields.has("latency_ms")) result.latency_ms = fields.number("latency_ms");
  result.reason = fields.text("reason");
  result.seconds = fields.number("seconds");
  return result;
}

std::optional<double> best_of_epochs(const TrialResult& result, std::int64_t count,
                                     Direction direction) {
  if (count < 1 || static_cast<std::int64_t>(result.epochs.size()) < count) return std::nullopt;
  std::optional<double> best;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::optional<double> value = result.epochs[static_cast<std::size_t>(i)];
    if (!value) return std::nullopt;
    if (!best || is_better(*value, *best, direction)) best = value;
  }
  return best;
}

bool is_stopped_at(double value, std::int64_t epochs, const std::vector<TrialResult>& earlier,
                   const HalvingSpec& halving, Direction direction) {
  std::int64_t trials = 1;
  std::int64_t better = 0;
  for (const TrialResult& result : earlier) {
    const std::optional<double> other = best_of_epochs(result, epochs, direction);
    if (!other) continue;
    ++trials;
    if (is_better(*other, value, direction)) ++better;
  }
  const std::int64_t kept = (trials + halving.reduction - 1) / halving.reduction;
  return trials > 1 && better >= kept;
}

TuneObservation observation_of(const TrialResult& result, Direction direction) {
  TuneObservation observation{result.values, {}};
  const double sign = direction == Direction::kMaximize ? -1 : 1;
  observation.rank.loss = sign * result.objective.value_or(0);
  observation.rank.tier = static_cast<int>(result.state);
  if (result.state == TrialState::kStopped) {
    observation.rank.epochs = -static_cast<std::int64_t>(result.epochs.size());
  }
  return observation;
}

std::optional<std::size_t> best_trial(const std::vector<TrialResult>& results,
                                      Direction direction) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].state != TrialState::kComplete) continue;
    if (!best || is_better(*results[i].objective, *results[*best].objective, direction)) best = i;
  }
  return best;
}

}  // namespace sequent
