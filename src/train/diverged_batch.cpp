#include "train/diverged_batch.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/json_fields.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no numbers that are not finite.
Json number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

Json tokens_of(const InputRow& row, const Vocabulary& vocabulary) {
  Json tokens = Json::array();
  for (const std::int32_t id : row.ids) {
    tokens.push_back(id < 0 ? row.words[static_cast<std::size_t>(-id) - 1]
                            : vocabulary.tokens()[static_cast<std::size_t>(id)]);
  }
  return tokens;
}

Json steps_of(const InputRow& row) {
  Json steps = Json::array();
  const auto width = static_cast<std::size_t>(row.channels);
  for (std::size_t at = 0; at < row.values.size(); at += width) {
    Json step = Json::array();
    for (const float value : row.values.subspan(at, width)) step.push_back(number(value));
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Returns the name of a label; labels below 0 do not occur in training data.
Json name_of(const std::vector<std::string>& names, std::int32_t label) {
  const auto index = static_cast<std::size_t>(label);
  return label >= 0 && index < names.size() ? Json(names[index]) : Json(nullptr);
}

void add_answers(const PreparedData& data, std::int64_t row, Json& line) {
  const EncodedDataset& rows = data.train;
  const std::vector<std::string>& names = data.labels.names();
  if (rows.target_count() > 0) {
    Json targets = Json::object();
    for (std::size_t i = 0; i < rows.targets(row).size(); ++i) {
      targets[i < names.size() ? names[i] : std::to_string(i)] = number(rows.targets(row)[i]);
    }
    line["targets"] = std::move(targets);
  } else if (rows.is_tagged()) {
    Json tags = Json::array();
    for (const std::int32_t tag : rows.tags(row)) tags.push_back(name_of(names, tag));
    line["tags"] = std::move(tags);
    if (data.labels.sequence_size() > 0) {
      line["label"] = name_of(data.labels.sequence_names(), rows.label(row));
    }
  } else if (!names.empty()) {
    line["label"] = name_of(names, rows.label(row));
  }
}

}  // namespace

void write_diverged_batch(const std::filesystem::path& file, const DivergedStep& step,
                          const PreparedData& data, const RowNumbers& rows) {
  const Json head = {{"epoch", step.epoch},
                     {"step", step.step},
                     {"loss", number(step.loss)},
                     {"gradient_norm", number(step.gradient_norm)},
                     {"rows", rows.size()}};
  std::string content = dump_json(head, -1) + "\n";
  for (const std::int64_t number_of_row : rows) {
    const InputRow row = data.train.row(number_of_row);
    Json line = {{"row", number_of_row + 1}};
    if (row.channels == 0) {
      line["tokens"] = tokens_of(row, data.vocabulary);
    } else {
      line["values"] = steps_of(row);
    }
    add_answers(data, number_of_row, line);
    content += dump_json(line, -1) + "\n";
  }
  write_file_whole(file, content);
}

}  // namespace sequent
