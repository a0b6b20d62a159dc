
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/files.h"
#include "data/cache.h"
#include "data/encode_rows.h"
#include "data/faults.h"
#include "data/feature_encoder.h"
#include "data/findings.h"
#include "data/label_folders.h"
#include "data/learned_data.h"
#include "data/splits.h"
#include "sequent/data.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

std::string folder_checksum(const fs::path& folder) {
  Checksum sum;
  for (const LabelledFile& file : list_label_folders(folder)) {
    sum.add(file.name);
    sum.add({"\0", 1});
    sum.add(checksum_file(folder / file.name));
  }
  return sum.hex();
}

std::string source_checksum(const std::string& path, const DataFormat& format) {
  if (std::holds_alternative<FoldersFormat>(format)) return folder_checksum(path);
  std::error_code code;
  if (!fs::exists(path, code)) throw Error(ErrorKind::kData, path, "no such file");
  // Let the reader report the error for folders and special files.
  if (!fs::is_regular_file(path, code)) open_records(path, format);
  return checksum_file(path);
}

std::vector<SourceFile> find_sources(const Config& config) {
  std::vector<SourceFile> sources;
  FaultList faults;
  for (const SplitFile& file : split_files(config)) {
    try {
      sources.push_back({file.role, file.named, source_checksum(file.path, config.data.format), 0});
    } catch (const Error& error) {
      faults.add(error);
    }
  }
  faults.throw_if_any();
  return sources;
}

/// Returns whether the options that are set in `config`, for example by a run that learned them,
/// are those that were learned.
bool agrees(const LearnedData& learned, Config config) {
  learned.fill(config);
  return LearnedData::of(config) == learned;
}

/// Returns whether the features of all rows are those of the config, whatever the cache file holds.
bool has_sound_features(const PreparedData& data, const Config& config) {
  const std::vector<FeatureSpec> features =
      with_learned(features_of(config.input), data.learned.features);
  const auto is_sound = [&](const EncodedDataset& rows) {
    if (rows.size() > 0 && rows.feature_count() != encoded_width(features)) return false;
    for (std::int64_t row = 0; row < rows.size() && !features.empty(); ++row) {
      if (!has_known_categories(features, rows.features(row))) return false;
    }
    return true;
  };
  return is_sound(data.train) && is_sound(data.validation) && (!data.test || is_sound(*data.test));
}

}  // namespace

PreparedData prepare_data(const Config& config, const fs::path& cache_folder, int threads,
                          const Vocabulary& known) {
  std::vector<SourceFile> sources = find_sources(config);
  const bool use_cache = !cache_folder.empty();
  const std::string identity = use_cache ? describe_inputs(config, sources, known) : "";
  if (use_cache) {
    auto cached = load_cached(cache_folder, identity, sources);
    if (cached && agrees(cached->learned, config) && has_sound_features(*cached, config)) {
      return std::move(*cached);
    }
  }

  Splits splits = read_splits(config, threads, known);
  for (std::size_t i = 0; i < sources.size(); ++i) sources[i].rows = splits.file_rows[i];
  std::vector<DataFinding> findings = find_problems(config, splits, summarize(config, splits));
  PreparedData data{std::move(splits.train.rows),
                    std::move(splits.validation.rows),
                    std::nullopt,
                    std::move(splits.vocabulary),
                    std::move(splits.labels),
                    std::move(sources),
                    /*from_cache=*/false,
                    std::move(findings),
                    std::move(splits.learned)};
  if (splits.test) data.test = std::move(splits.test->rows);
  // Rows that depend on given origins are not cached: the identity does not include these.
  if (use_cache && LearnedData::of(config) == LearnedData{}) {
    save_cached(cache_folder, identity, data);
  }
  return data;
}

std::vector<std::int64_t> ranks_of(const Config& config, const LabelSet& labels) {
  const std::string place =
      "/model/layers/" + std::to_string(config.model.layers.size() - 1) + "/labels";
  return label_ranks(labels, config.ordinal()->labels, config.in_file(place));
}

EncodedDataset encode_file(const std::string& path, const DataFormat& format,
                           const EncoderSpec& input, const Vocabulary& vocabulary,
                           const LabelSet& labels, UnseenLabels unseen, int threads) {
  return encode_evaluated(path, format, input, vocabulary, {labels, unseen}, threads).rows;
}

}  // namespace sequent
