#include "data/cache.h"

#include <unicode/uversion.h>

#include <array>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "core/files.h"
#include "core/option_writer.h"
#include "data/learned_data.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;

/// Gives this file access to the private members of EncodedDataset.
struct DatasetFile {
  template <class Dataset, class Visitor>
  static void visit_parts(Dataset& dataset, Visitor& visit) {
    visit(dataset.channels_);
    visit(dataset.ids_);
    visit(dataset.words_);
    visit(dataset.values_);
    visit(dataset.offsets_);
    visit(dataset.labels_);
    visit(dataset.target_count_);
    visit(dataset.targets_);
    visit(dataset.tags_);
    visit(dataset.target_hashes_);
    visit(dataset.weights_);
    visit(dataset.feature_count_);
    visit(dataset.features_);
    visit(dataset.unseen_.labels);
    visit(dataset.unseen_.sequence_labels);
  }

  /// Checks the invariants that a matching checksum does not guarantee for a file written by other
  /// code.
  static bool is_sound(const EncodedDataset& dataset, std::int64_t vocabulary_size,
                       const LabelSet& labels) {
    const std::int64_t class_count = labels.size();
    const bool labels_rows = labels.sequence_size() > 0;
    const std::int64_t row_classes = labels_rows ? labels.sequence_size() : class_count;
    const auto unseen = std::ssize(dataset.unseen_.labels);
    const auto unseen_rows = labels_rows ? std::ssize(dataset.unseen_.sequence_labels) : unseen;
    const auto& offsets = dataset.offsets_;
    if (offsets.size() != dataset.labels_.size() + 1 || offsets.front() != 0) return false;
    const bool numeric = dataset.channels_ > 0;
    const auto ids = static_cast<std::int64_t>(dataset.ids_.size());
    const auto values = static_cast<std::int64_t>(dataset.values_.size());
    if (ids != (numeric ? 0 : offsets.back()) || dataset.channels_ < 0 ||
        values != dataset.channels_ * offsets.back()) {
      return false;
    }
    for (std::size_t i = 1; i < offsets.size(); ++i) {
      if (offsets[i] <= offsets[i - 1]) return false;
    }
    const auto words = static_cast<std::int64_t>(dataset.words_.size());
    for (const std::int32_t id : dataset.ids_) {
      if (id < -words || id >= vocabulary_size) return false;
    }
    for (const std::int32_t label : dataset.labels_) {
      if (label < -unseen_rows || label >= std::max<std::int64_t>(row_classes, 1)) return false;
    }
    for (const std::int32_t tag : dataset.tags_) {
      if (tag < -unseen || tag >= class_count) return false;
    }
    if (!dataset.tags_.empty() && dataset.tags_.size() != dataset.ids_.size()) return false;
    const auto hashes = static_cast<std::int64_t>(dataset.target_hashes_.size());
    if (hashes != 0 && hashes != dataset.size()) return false;
    const auto weights = static_cast<std::int64_t>(dataset.weights_.size());
    if (weights != 0 && weights != dataset.size()) return false;
    const auto features = static_cast<std::int64_t>(dataset.features_.size());
    if (dataset.feature_count_ < 0 || features != dataset.size() * dataset.feature_count_) {
      return false;
    }
    const auto targets = static_cast<std::int64_t>(dataset.targets_.size());
    return dataset.target_count_ >= 0 && targets == dataset.size() * dataset.target_count_;
  }
};

namespace {

// Increase this version when the layout below changes or when the same text is encoded differently.
constexpr std::string_view kMagic = "sequent encoded data 9\n";
constexpr std::string_view kPrefix = "encoded-";
constexpr std::string_view kSuffix = ".cache";

/// The file is not a cache file of this version, or it is incomplete.
struct Damaged {
  const char* reason;
};

class CacheWriter {
 public:
  explicit CacheWriter(const fs::path& path) : out_(path, std::ios::binary) {}

  void bytes(std::string_view bytes) {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    sum_.add(bytes);
  }
  void number(std::int64_t value) { bytes({reinterpret_cast<const char*>(&value), sizeof(value)}); }
  void operator()(std::int64_t value) { number(value); }
  void text(std::string_view text) {
    number(static_cast<std::int64_t>(text.size()));
    bytes(text);
  }
  void texts(std::span<const std::string> list) {
    number(static_cast<std::int64_t>(list.size()));
    for (const std::string& item : list) text(item);
  }
  void operator()(const std::vector<std::string>& list) { texts(list); }
  template <class T>
  void operator()(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T>);
    number(static_cast<std::int64_t>(values.size()));
    bytes({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }

  /// Appends the checksum. Errors: Runtime if writing failed.
  void finish(const fs::path& path) {
    const std::string sum = sum_.hex();
    out_.write(sum.data(), static_cast<std::streamsize>(sum.size()));
    out_.close();
    if (!out_) throw Error(ErrorKind::kRuntime, path.string(), "cannot be written completely");
  }

 private:
  std::ofstream out_;
  Checksum sum_;
};

/// Reads the output of CacheWriter. Sizes are checked against the file size, so that a damaged file
/// cannot cause huge allocations. Errors: Damaged.
class CacheReader {
 public:
  explicit CacheReader(const fs::path& path) : in_(path, std::ios::binary) {
    std::error_code code;
    const auto size = fs::file_size(path, code);
    if (!in_ || code) throw Damaged{"cannot be read"};
    left_ = static_cast<std::int64_t>(size);
  }

  void bytes(void* to, std::int64_t size) {
    if (size < 0 || size > left_) throw Damaged{"ends too early"};
    in_.read(static_cast<char*>(to), size);
    if (in_.gcount() != size) throw Damaged{"cannot be read"};
    sum_.add({static_cast<const char*>(to), static_cast<std::size_t>(size)});
    left_ -= size;
  }
  std::int64_t number() {
    std::int64_t value = 0;
    bytes(&value, sizeof(value));
    return value;
  }
  void operator()(std::int64_t& value) { value = number(); }
  /// Reads a count of elements of at least `size` bytes each.
  std::size_t count(std::size_t size) {
    const std::int64_t value = number();
    if (value < 0 || value > left_ / static_cast<std::int64_t>(size)) {
      throw Damaged{"ends too early"};
    }
    return static_cast<std::size_t>(value);
  }
  std::string text() {
    std::string text(count(1), '\0');
    bytes(text.data(), static_cast<std::int64_t>(text.size()));
    return text;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> list(count(sizeof(std::int64_t)));
    for (std::string& item : list) item = text();
    return list;
  }
  void operator()(std::vector<std::string>& list) { list = texts(); }
  template <class T>
  void operator()(std::vector<T>& values) {
    values.resize(count(sizeof(T)));
    bytes(values.data(), static_cast<std::int64_t>(values.size() * sizeof(T)));
  }

  void finish() {
    const std::string sum = sum_.hex();
    std::string written(sum.size(), '\0');
    bytes(written.data(), static_cast<std::int64_t>(written.size()));
    if (written != sum) throw Damaged{"does not match its checksum"};
    if (left_ != 0) throw Damaged{"has extra bytes at its end"};
  }

 private:
  std::ifstream in_;
  std::int64_t left_ = 0;
  Checksum sum_;
};

fs::path cache_path(const fs::path& folder, const std::string& identity) {
  return folder / (std::string(kPrefix) + checksum(identity) + std::string(kSuffix));
}

void write_feature(const LearnedFeature& feature, CacheWriter& out) {
  out.texts(feature.values);
  out(std::vector<double>(feature.mean ? 1 : 0, feature.mean.value_or(0)));
  out(std::vector<double>(feature.deviation ? 1 : 0, feature.deviation.value_or(0)));
}

LearnedFeature read_feature(CacheReader& in) {
  LearnedFeature feature;
  feature.values = in.texts();
  const auto read_optional = [&in](std::optional<double>& number) {
    std::vector<double> found;
    in(found);
    if (!found.empty()) number = found.front();
  };
  read_optional(feature.mean);
  read_optional(feature.deviation);
  return feature;
}

void write_cache(const fs::path& path, const std::string& identity, const PreparedData& data) {
  CacheWriter out(path);
  out.bytes(kMagic);
  out.text(identity);
  const std::span<const std::string> tokens = data.vocabulary.tokens();
  out.texts(tokens.subspan(Vocabulary::kReserved));
  out.number(data.labels.are_targets() ? 1 : 0);
  out.texts(data.labels.names());
  out.texts(data.labels.sequence_names());
  for (const SourceFile& source : data.sources) out.number(source.rows);
  DatasetFile::visit_parts(data.train, out);
  DatasetFile::visit_parts(data.validation, out);
  out(data.learned.origin);
  out(data.learned.target_origin);
  out(std::vector<double>(data.learned.time_step ? 1 : 0, data.learned.time_step.value_or(0)));
  out.number(std::ssize(data.learned.features));
  for (const LearnedFeature& feature : data.learned.features) write_feature(feature, out);
  out.number(data.test ? 1 : 0);
  if (data.test) DatasetFile::visit_parts(*data.test, out);
  out.number(std::ssize(data.findings));
  for (const DataFinding& finding : data.findings) {
    out.number(static_cast<std::int64_t>(finding.level));
    out.text(finding.sentence);
  }
  out.finish(path);
}

PreparedData read_cache(const fs::path& path, const std::string& identity,
                        std::vector<SourceFile> sources) {
  CacheReader in(path);
  std::string magic(kMagic.size(), '\0');
  in.bytes(magic.data(), static_cast<std::int64_t>(magic.size()));
  if (magic != kMagic) throw Damaged{"has another version or is not a cache file"};
  if (in.text() != identity) throw Damaged{"was created from other data"};
  std::vector<std::string> tokens = in.texts();
  const bool are_targets = in.number() != 0;
  std::vector<std::string> labels = in.texts();
  std::vector<std::string> sequence_labels = in.texts();
  for (SourceFile& source : sources) source.rows = in.number();
  EncodedDataset train;
  EncodedDataset validation;
  std::optional<EncodedDataset> test;
  DatasetFile::visit_parts(train, in);
  DatasetFile::visit_parts(validation, in);
  LearnedData learned;
  in(learned.origin);
  in(learned.target_origin);
  std::vector<double> time_step;
  in(time_step);
  if (!time_step.empty()) learned.time_step = time_step.front();
  learned.features.resize(in.count(sizeof(std::int64_t)));
  for (LearnedFeature& feature : learned.features) feature = read_feature(in);
  if (in.number() != 0) DatasetFile::visit_parts(test.emplace(), in);
  std::vector<DataFinding> findings(in.count(2 * sizeof(std::int64_t)));
  for (DataFinding& finding : findings) {
    const std::int64_t level = in.number();
    if (level < 0 || level > static_cast<std::int64_t>(FindingLevel::kDefect)) {
      throw Damaged{"contains invalid findings"};
    }
    finding = {static_cast<FindingLevel>(level), in.text()};
  }
  in.finish();

  PreparedData data{std::move(train),
                    std::move(validation),
                    std::move(test),
                    Vocabulary(std::move(tokens)),
                    labels.empty() ? LabelSet::none()
                    : are_targets  ? LabelSet::of_targets(std::move(labels))
                                   : LabelSet(std::move(labels)),
                    std::move(sources),
                    /*from_cache=*/true,
                    std::move(findings),
                    std::move(learned)};
  if (!sequence_labels.empty())
    data.labels = data.labels.with_sequence_labels(std::move(sequence_labels));
  const auto is_sound = [&](const EncodedDataset& dataset) {
    return DatasetFile::is_sound(dataset, data.vocabulary.size(), data.labels) &&
           (dataset.target_count() == data.labels.size() ||
            (dataset.target_count() == 0 && !are_targets) || dataset.size() == 0);
  };
  if (!is_sound(data.train) || !is_sound(data.validation) || (data.test && !is_sound(*data.test))) {
    throw Damaged{"contains invalid rows"};
  }
  return data;
}

void remove_older(const fs::path& folder, const fs::path& newest) {
  std::error_code code;
  for (fs::directory_iterator it(folder, code); !code && it != fs::directory_iterator();
       it.increment(code)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix) && name != newest.filename()) {
      std::error_code ignored;
      fs::remove(it->path(), ignored);
    }
  }
}

}  // namespace

std::string describe_inputs(const Config& config, const std::vector<SourceFile>& sources,
                            const Vocabulary& known) {
  UVersionInfo version;
  u_getVersion(version);
  std::array<char, U_MAX_VERSION_STRING_LENGTH> icu{};
  u_versionToString(version, icu.data());

  Json identity;
  identity["icu"] = icu.data();
  for (const SourceFile& source : sources) identity[source.role] = source.checksum;
  if (const auto* held_out = std::get_if<HeldOut>(&config.data.validation)) {
    identity["held_out"] = write_option(*held_out, /*minimal=*/false);
  }
  if (config.data.test && std::holds_alternative<HeldOut>(*config.data.test)) {
    identity["held_out_test"] = write_option(*config.data.test, /*minimal=*/false);
  }
  if (config.data.duplicates != Duplicates::kKeep) {
    identity["duplicates"] = enum_name(config.data.duplicates);
  }
  identity["task"] = config.task.name();
  DataFormat format = config.data.format;
  if (auto* windows = std::get_if<WindowsFormat>(&format)) windows->time_step.reset();  // learned
  identity["format"] = write_option(format, /*minimal=*/false);
  InputSpec input = config.input;
  if (auto* text = std::get_if<TextInput>(&input)) forget_learned(text->features);
  identity["input"] = write_option(input, /*minimal=*/false);
  identity["spells_unknown"] = encoder_spec(config).spells_unknown;
  identity["unseen_labels"] = enum_name(config.data.unseen_labels);
  if (known.size() > Vocabulary::kReserved) {
    Checksum sum;
    for (const std::string& token : known.tokens()) sum.add(token + '\n');
    identity["known"] = sum.hex();
  }
  return identity.dump();
}

std::optional<PreparedData> load_cached(const fs::path& folder, const std::string& identity,
                                        std::vector<SourceFile> sources) {
  const fs::path path = cache_path(folder, identity);
  std::error_code code;
  if (!fs::exists(path, code)) return std::nullopt;
  const char* reason = nullptr;
  try {
    return read_cache(path, identity, std::move(sources));
  } catch (const Damaged& damaged) {
    reason = damaged.reason;
  } catch (const Error&) {  // invalid vocabulary or labels
    reason = "contains invalid names";
  }
  log_debug(path.string() + ": the cache file " + reason + "; it is recreated");
  return std::nullopt;
}

void save_cached(const fs::path& folder, const std::string& identity, const PreparedData& data) {
  const fs::path path = cache_path(folder, identity);
  try {
    write_file_whole(path,
                     [&](const fs::path& temporary) { write_cache(temporary, identity, data); });
  } catch (const Error& error) {
    log_warning(std::string(error.what()) +
                "; training continues, and the next run will read the texts again");
    return;
  }
  remove_older(folder, path);
}

}  // namespace sequent
