#include "search/latency.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "batch/batch_inference.h"
#include "data/row_targets.h"
#include "data/splits.h"
#include "sequent/data.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

/// Returns `most` of the validation examples, or all if there are fewer.
std::vector<Record> validation_examples(const Config& config, std::size_t most) {
  const auto* file = std::get_if<std::string>(&config.data.validation);
  const std::string path =
      config.resolve_path(file != nullptr ? *file : config.data.train).string();
  std::vector<Part> parts;
  if (file == nullptr) parts = read_parts(config, /*threads=*/1);
  const std::unique_ptr<RecordReader> reader =
      open_records(path, config.data.format,
                   reader_options(definition_of(config).target(), features_of(config.input)));
  std::vector<Record> examples;
  std::size_t row = 0;
  for (Record record; reader->next(record); ++row) {
    if (record.fault) throw Error(ErrorKind::kData, record.where, *record.fault);
    if (file == nullptr && parts.at(row) != Part::kValidation) continue;
    examples.push_back(record);
  }
  if (examples.empty()) throw Error(ErrorKind::kData, path, "no validation examples");
  if (examples.size() <= most) return examples;
  std::vector<Record> some;
  some.reserve(most);
  for (std::size_t i = 0; i < most; ++i) {
    some.push_back(std::move(examples[i * examples.size() / most]));
  }
  return some;
}

double milliseconds_of(const RecordAnswerer& answerer, std::vector<Record>& example) {
  const auto begin = std::chrono::steady_clock::now();
  answerer.answer(example);
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  return passed.count();
}

}  // namespace

Latency measure_latency(const std::filesystem::path& archive, const Config& config) {
  constexpr std::size_t kExamples = 200;
  constexpr int kTimes = 3;  // of which the shortest counts, because other programs disturb
  const Model model = Model::load(archive, {.threads = 1});
  const std::unique_ptr<RecordAnswerer> answerer = make_answerer(InferOptions{}, model);
  std::vector<double> times;
  std::vector<Record> example(1);
  for (Record& record : validation_examples(config, kExamples)) {
    example.front() = std::move(record);
    double shortest = milliseconds_of(*answerer, example);  // also fills caches
    for (int i = 0; i < kTimes; ++i) {
      shortest = std::min(shortest, milliseconds_of(*answerer, example));
    }
    times.push_back(shortest);
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return {*middle, static_cast<std::int64_t>(times.size())};
}

}  // namespace sequent
