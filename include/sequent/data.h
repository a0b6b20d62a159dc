// From files to encoded rows: readers for each format, splits, and the encoded cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sequent/config.h"
#include "sequent/error.h"
#include "sequent/text.h"

namespace sequent {

/// One row of a file. If a row cannot be used, `fault` contains the reason, and the reader
/// continues with the next row.
struct Record {
  std::string where;  // `file:line` of its first line
  std::string text;
  std::optional<std::string> second;  // the second text of a pair, or the target text
  std::vector<double> values;         // "series": [steps, channels], row-major
  std::int64_t channels = 0;          // of `values`
  std::optional<std::string> label;   // nothing if the file has no label column
  std::vector<double> targets;        // instead of a label, if labels are numbers
  std::vector<std::string> labels;    // instead of a label, if rows have any number of them
  std::vector<std::string> tokens;    // of a tagged row; `text` joins them with spaces
  std::vector<std::string> tags;      // one per token, if the file has tags; `label` is also
                                      // set if the format names one
  std::string series;                 // of a window: the group it belongs to
  double weight = 1;                  // of the row in the training loss
  std::vector<std::string> features;  // cells of ReaderOptions::features; empty: missing
  std::vector<std::string> fields;    // unchanged: the columns of TSV and CSV, otherwise the line
  std::optional<std::string> fault;   // why the text, values or label cannot be used
};

/// Reads the rows of a file, or of a folder with one folder per class, in order and with bounded
/// memory.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  /// Reads the next row; returns false at the end.
  /// Errors: Data if reading cannot continue (an unclosed quote, a corrupt .xz stream).
  virtual bool next(Record& record) = 0;

  /// The column names of a table, or indices from 0 without a header; empty for other formats.
  virtual const std::vector<std::string>& columns() const = 0;

  /// The time from one step of a table to the next, given or inferred; nothing if there is none.
  virtual std::optional<double> time_step() const { return std::nullopt; }
};

struct ReaderOptions {
  /// Rows without a label are errors. Inference does not need labels.
  bool need_label = true;
  /// Labels are numbers and become Record.targets, as they always do for "windows".
  bool numeric_labels = false;
  /// Rows have any number of labels, which become Record.labels.
  bool label_lists = false;
  /// The label is a text, too, and becomes Record.second.
  bool label_texts = false;
  /// Longer lines (and CSV records) are errors; their text is not kept.
  std::size_t max_row_bytes = std::size_t{256} << 20;
  /// Read the weights of rows, if the format names a column for them.
  bool read_weights = false;
  /// false: Record.fields stays empty, which saves a copy of each row.
  bool keep_fields = true;
  /// Further columns to read. A cell that does not fit its feature is an error of the row.
  std::vector<FeatureSpec> features = {};
};

/// Opens a file (`-`: stdin) in one of the config's formats. Compression (.gz, .xz, .zst) is
/// detected from the first bytes, not from the name. Byte-order marks and CRLF line ends are
/// supported.
/// Errors: Data if the file is missing, unreadable or empty, or its header lacks a column.
std::unique_ptr<RecordReader> open_records(const std::string& path, const DataFormat& format,
                                           const ReaderOptions& options = {});

/// Opens a file (`-`: stdin) of plain lines: each line is one text, empty lines included.
std::unique_ptr<RecordReader> open_lines(const std::string& path,
                                         const ReaderOptions& options = {});

/// One row as a model reads it: token ids, or steps of numbers.
struct InputRow {
  std::span<const std::int32_t> ids;
  std::span<const float> values;            // [length, channels], row-major
  std::int64_t channels = 0;                // 0: token ids
  std::span<const std::string> words = {};  // unknown tokens: id -n is the n-th
  std::span<const float> features = {};     // as FeatureEncoder encodes them

  std::int64_t length() const {
    return channels == 0 ? static_cast<std::int64_t>(ids.size())
                         : static_cast<std::int64_t>(values.size()) / channels;
  }

  /// Returns the two rows of a pair, which are separated by Vocabulary::kPairBreak. Both have the
  /// features of the pair.
  /// Errors: Internal if there is no separator.
  std::pair<InputRow, InputRow> pair() const;
};

/// Returns the texts of pairs, both texts of each pair in turn: twice as many rows.
std::vector<InputRow> texts_of_pairs(std::span<const InputRow> pairs);

/// The inputs and labels, or targets, of many rows in contiguous memory. All rows of a dataset
/// contain token ids, or all contain numbers with the same number of channels. Labels and tags
/// below 0 do not occur in training: -n is the n-th of `unseen()`.
class EncodedDataset {
 public:
  void reserve(std::int64_t rows, std::int64_t tokens);
  void add(std::span<const std::int32_t> ids, std::int32_t label);
  void add(const InputRow& row, std::int32_t label);
  /// Errors (all overloads): Internal if earlier rows have a different number of channels, features
  /// or targets.
  void add(const InputRow& row, std::span<const float> targets);
  /// `label` belongs to the whole row. Shapes: tags [row.length()]. Errors: Internal for another
  /// shape.
  void add(const InputRow& row, std::span<const std::int32_t> tags, std::int32_t label = 0);
  /// Adds a row of another dataset.
  void add(const EncodedDataset& other, std::int64_t row);

  /// Names of labels that do not occur in training, in order of occurrence.
  struct UnseenNames {
    std::vector<std::string> labels;           // of classes or tags
    std::vector<std::string> sequence_labels;  // of rows with tags
    bool operator==(const UnseenNames&) const = default;
  };
  const UnseenNames& unseen() const { return unseen_; }
  /// Returns the number of such a label, for `add`.
  std::int32_t number_unseen(const std::string& label);
  std::int32_t number_unseen_sequence(const std::string& sequence_label);

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  /// Number of tokens, or steps.
  std::int64_t token_count() const { return offsets_.back(); }
  /// The token ids of a row; empty if rows contain numbers.
  std::span<const std::int32_t> ids(std::int64_t row) const { return this->row(row).ids; }
  InputRow row(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row)]);
    const auto count = static_cast<std::size_t>(length(row));
    const std::span<const float> features = this->features(row);
    if (channels_ == 0) return {{ids_.data() + begin, count}, {}, 0, words_, features};
    const auto width = static_cast<std::size_t>(channels_);
    return {{}, {values_.data() + begin * width, count * width}, channels_, {}, features};
  }
  std::int64_t length(std::int64_t row) const {
    return offsets_[static_cast<std::size_t>(row) + 1] - offsets_[static_cast<std::size_t>(row)];
  }
  std::int64_t channels() const { return channels_; }
  /// The number of values that a row's features become, and these values.
  std::int64_t feature_count() const { return feature_count_; }
  std::span<const float> features(std::int64_t row) const {
    const auto count = static_cast<std::size_t>(feature_count_);
    return {features_.data() + static_cast<std::size_t>(row) * count, count};
  }
  std::int32_t label(std::int64_t row) const { return labels_[static_cast<std::size_t>(row)]; }
  const std::vector<std::int32_t>& labels() const { return labels_; }
  /// The targets of a row in regression and multi_label; otherwise empty.
  std::int64_t target_count() const { return target_count_; }
  std::span<const float> targets(std::int64_t row) const {
    const auto count = static_cast<std::size_t>(target_count_);
    return {targets_.data() + static_cast<std::size_t>(row) * count, count};
  }
  /// The weight of a row in the training loss; 1 unless the data have weights.
  bool has_weights() const { return !weights_.empty(); }
  float weight(std::int64_t row) const {
    return weights_.empty() ? 1.0F : weights_[static_cast<std::size_t>(row)];
  }
  /// Sets the weight of the last row. All rows of a dataset have one, or none has.
  void set_weight(float weight) { weights_.push_back(weight); }
  /// One tag per token if rows are tagged.
  bool is_tagged() const { return !tags_.empty(); }
  /// Sets the hash of the last row's target text (see hash_text), which generated texts are
  /// compared with. All rows of a dataset have one, or none has.
  void set_target_hash(std::uint64_t hash) { target_hashes_.push_back(hash); }
  bool has_target_hashes() const { return !target_hashes_.empty(); }
  std::uint64_t target_hash(std::int64_t row) const {
    return target_hashes_[static_cast<std::size_t>(row)];
  }
  std::span<const std::int32_t> tags(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row)]);
    return {tags_.data() + begin, static_cast<std::size_t>(length(row))};
  }
  bool operator==(const EncodedDataset&) const = default;

 private:
  friend struct DatasetFile;
  std::int64_t channels_ = 0;
  std::vector<std::int32_t> ids_;
  std::vector<std::string> words_;  // of all rows; id -n is the n-th
  std::vector<float> values_;
  std::vector<std::int64_t> offsets_{0};  // in tokens or steps, size() + 1 of them
  std::vector<std::int32_t> labels_;      // all 0 if there are targets
  std::int64_t target_count_ = 0;
  std::vector<float> targets_;  // multi_label: 1 for each label of the row, otherwise 0
  std::vector<std::int32_t> tags_;
  std::vector<std::uint64_t> target_hashes_;
  std::vector<float> weights_;
  std::int64_t feature_count_ = 0;
  std::vector<float> features_;
  UnseenNames unseen_;
};

/// A file's role in a run and its state when it was read.
struct SourceFile {
  std::string role;      // train, validation, test
  std::string path;      // as in the config
  std::string checksum;  // of its bytes (for a folder: of its names and bytes)
  std::int64_t rows = 0;
  bool operator==(const SourceFile&) const = default;
};

/// How serious a property of the data is.
enum class FindingLevel {
  kAdvice,   // shown by `sequent data check`
  kWarning,  // training shows it as well
  kDefect,   // likewise, and it is an error with --strict-data
};

/// A property of the data that makes a model or its metrics worse than they could be.
struct DataFinding {
  FindingLevel level = FindingLevel::kAdvice;
  std::string sentence;
  bool operator==(const DataFinding&) const = default;
};

/// What is learned about a feature: see CategoryFeature, NumberFeature and DateFeature.
struct LearnedFeature {
  std::vector<std::string> values;
  std::optional<double> mean;
  std::optional<double> deviation;
  bool operator==(const LearnedFeature&) const = default;
};

/// What is learned from the training rows and kept with the model, as options of the config's data
/// and input.
struct LearnedData {
  std::vector<double> origin;              // see DataSpec::origin; empty: 0
  std::vector<double> target_origin;       // see DataSpec::target_origin; empty: 0
  std::optional<double> time_step;         // see WindowsFormat::time_step
  std::vector<LearnedFeature> features{};  // of each of /input/features; empty: nothing
  bool operator==(const LearnedData&) const = default;

  static LearnedData of(const Config& config);
  /// Sets the options of `config` that are not set.
  void fill(Config& config) const;
};

/// All information about the data that training needs.
struct PreparedData {
  EncodedDataset train;
  EncodedDataset validation;
  std::optional<EncodedDataset> test;
  Vocabulary vocabulary;
  LabelSet labels;  // for regression: the targets
  std::vector<SourceFile> sources;
  bool from_cache = false;
  std::vector<DataFinding> findings{};
  LearnedData learned{};
};

/// Reads the config's files, builds vocabulary and labels from the training split only, and encodes
/// all splits with `threads` threads (0: one per core). Caches the result in `cache_folder` (empty:
/// no cache) under a name derived from the files' checksums and the data and input options; a
/// damaged cache file is rebuilt. `known` is a vocabulary whose tokens keep their ids; the tokens
/// of the training text follow it.
/// Memory: the encoded rows; a text is released after it is read.
/// Errors: Data with file and line, up to 20 errors at once: invalid UTF-8, missing columns, a
/// label in validation or test that does not occur in training, fewer than two labels, no rows.
PreparedData prepare_data(const Config& config, const std::filesystem::path& cache_folder,
                          int threads = 0, const Vocabulary& known = Vocabulary());

/// The kind of a row's targets. Each task chooses one of these (TaskDefinition::target).
enum class TargetKind {
  kLabel,       // one label
  kLabelSet,    // any number of labels
  kNumbers,     // a fixed number of values
  kTags,        // a tag for each token; with a sequence_label layer also a label of the row
  kNextTokens,  // the row's own tokens, each predicted from those before it
  kText,        // another text
};

/// How rows are converted to model input and targets.
struct EncoderSpec {
  InputSpec input;
  bool spells_unknown = false;  // see TextEncoder
  TargetKind target = TargetKind::kLabel;
  bool labels_sequences = false;      // with kTags: rows have a label in addition to their tags
  std::vector<double> origin;         // see DataSpec
  std::vector<double> target_origin;  // see DataSpec
};
EncoderSpec encoder_spec(const Config& config);

/// Resolves the config with this vocabulary and these labels. Errors: see resolve in config.h.
ResolvedConfig resolve(const Config& config, const Vocabulary& vocabulary, const LabelSet& labels);

/// Returns label_ranks of a config with ordered classes.
std::vector<std::int64_t> ranks_of(const Config& config, const LabelSet& labels);

/// Encodes one labelled file for evaluation; if `labels` holds targets, reads their values.
/// Errors: Data, as prepare_data.
EncodedDataset encode_file(const std::string& path, const DataFormat& format,
                           const EncoderSpec& input, const Vocabulary& vocabulary,
                           const LabelSet& labels, UnseenLabels unseen = UnseenLabels::kError,
                           int threads = 0);

/// Returns numbers relative to `origin` (one for each channel or target; empty: 0) as 32-bit
/// floats.
std::vector<float> to_floats(std::span<const double> numbers, std::span<const double> origin);

/// Truncates `values` to the spec's max_length and pads them if the spec asks for padding. Shapes:
/// [steps, channels]. Returns whether values were truncated.
bool fit_values(std::vector<float>& values, const NumericInput& spec);

/// What a row of the training file is used for.
enum class Part : std::uint8_t {
  kTrain,
  kValidation,
  kTest,
  kLeftOut,  // a window whose targets overlap the next part, or a row with an unseen label
};

/// Assigns the rows of the training file, whose classes are `labels`, to parts. Held-out rows are
/// chosen by seed and stratified: round(fraction * rows) of each label with at least two rows, at
/// least one and never all. Windows, and rows if `in_order`, are split in order: training, then
/// validation, then test.
std::vector<Part> choose_parts(std::span<const std::int32_t> labels, const DataSpec& spec,
                               bool in_order = false);

/// The result of checking a config's data; `sequent data check` prints it.
struct DataCheck {
  std::string text;  // a table per split: rows, labels, lengths, empty, truncated, unknown share,
                     // duplicate rows, rows that also occur in training
  std::int64_t warnings = 0;
};
DataCheck check_data(const Config& config, int threads = 0);

}  // namespace sequent
