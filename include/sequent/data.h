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

/// One row as it stands in its file. A row with a fault has its place and says so in `fault`; the
/// reader goes on with the next.
struct Record {
  std::string where;  // `file:line` of its first line
  std::string text;
  std::optional<std::string>
      second;                        // of a pair, its other text; where a text is to be written, it
  std::vector<float> values;         // of a "series", [steps, channels], step by step
  std::int64_t channels = 0;         // of `values`
  std::optional<std::string> label;  // nothing where the file has no label column
  std::vector<float> targets;        // instead of a label, where labels are numbers
  std::vector<std::string> labels;   // instead of a label, where rows have any number of them
  std::vector<std::string> tokens;   // of a tagged row, whose text is these with spaces between
  std::vector<std::string> tags;     // of each token, where the file has them; beside them `label`,
                                     // where the format names one
  std::vector<std::string> fields;   // untouched: the columns of TSV and CSV; else the line
  std::optional<std::string> fault;  // why text, values or label cannot be used
};

/// Reads the rows of one file, or of one folder of class folders, in order and in bounded memory.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  /// The next row, or false at the end.
  /// Errors: Data where reading cannot go on (an unclosed quote, a broken .xz stream).
  virtual bool next(Record& record) = 0;

  /// A table's column names, without a header the indices from 0; empty for other formats.
  virtual const std::vector<std::string>& columns() const = 0;
};

struct ReaderOptions {
  /// Rows without a label are faults. Inference reads without.
  bool need_label = true;
  /// Labels are numbers: they become Record.targets. Of "windows" they always are.
  bool numeric_labels = false;
  /// Rows have any number of labels: they become Record.labels.
  bool label_lists = false;
  /// The label is a text as well: it becomes Record.second.
  bool label_texts = false;
  /// Longer lines (and CSV records) are faults: the text is not kept.
  std::size_t max_row_bytes = std::size_t{256} << 20;
  /// false: Record.fields stays empty, which saves a copy of each row.
  bool keep_fields = true;
};

/// Opens a file (`-`: stdin) in one of the config's formats; .gz and .xz by their first bytes, not
/// their names. A byte-order mark and CRLF line ends are understood.
/// Errors: Data if the file is missing, unreadable or empty, or a column is not in its header.
std::unique_ptr<RecordReader> open_records(const std::string& path, const DataFormat& format,
                                           const ReaderOptions& options = {});

/// Opens a file (`-`: stdin) of plain lines: each line is one text, empty lines included.
std::unique_ptr<RecordReader> open_lines(const std::string& path,
                                         const ReaderOptions& options = {});

/// One row as a model reads it: token ids, or steps of numbers.
struct InputRow {
  std::span<const std::int32_t> ids;
  std::span<const float> values;            // [length, channels], step by step
  std::int64_t channels = 0;                // 0: token ids
  std::span<const std::string> words = {};  // spelled unknown tokens: id -n is the n-th

  std::int64_t length() const {
    return channels == 0 ? static_cast<std::int64_t>(ids.size())
                         : static_cast<std::int64_t>(values.size()) / channels;
  }

  /// The two rows of a pair, which stand with Vocabulary::kPairBreak between them.
  /// Errors: Internal if they do not.
  std::pair<InputRow, InputRow> pair() const;
};

/// The texts of pairs, one after the other: twice as many rows.
std::vector<InputRow> texts_of_pairs(std::span<const InputRow> pairs);

/// Input and class, or targets, of many rows, one after the other in memory. All of one dataset are
/// token ids, or all are numbers of as many channels. Labels and tags below 0 are those that
/// training does not have: -n is the n-th of `unseen()`.
class EncodedDataset {
 public:
  void reserve(std::int64_t rows, std::int64_t tokens);
  void add(std::span<const std::int32_t> ids, std::int32_t label);
  void add(const InputRow& row, std::int32_t label);
  /// Errors (of all): Internal if the rows before have another number of channels or targets.
  void add(const InputRow& row, std::span<const float> targets);
  /// `label`: of the whole row. Shapes: tags [row.length()]. Errors: Internal for another shape.
  void add(const InputRow& row, std::span<const std::int32_t> tags, std::int32_t label = 0);
  /// A row of another dataset.
  void add(const EncodedDataset& other, std::int64_t row);

  /// Names of labels that training does not have, in the order they were met.
  struct UnseenNames {
    std::vector<std::string> labels;           // of classes or tags
    std::vector<std::string> sequence_labels;  // of rows with tags
    bool operator==(const UnseenNames&) const = default;
  };
  const UnseenNames& unseen() const { return unseen_; }
  /// The number of such a label, for `add`.
  std::int32_t number_unseen(const std::string& label);
  std::int32_t number_unseen_sequence(const std::string& sequence_label);

  std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
  /// Tokens, or steps.
  std::int64_t token_count() const { return offsets_.back(); }
  /// Of a row; empty where rows are numbers.
  std::span<const std::int32_t> ids(std::int64_t row) const { return this->row(row).ids; }
  InputRow row(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row)]);
    const auto count = static_cast<std::size_t>(length(row));
    if (channels_ == 0) return {{ids_.data() + begin, count}, {}, 0, words_};
    const auto width = static_cast<std::size_t>(channels_);
    return {{}, {values_.data() + begin * width, count * width}, channels_};
  }
  std::int64_t length(std::int64_t row) const {
    return offsets_[static_cast<std::size_t>(row) + 1] - offsets_[static_cast<std::size_t>(row)];
  }
  std::int64_t channels() const { return channels_; }
  std::int32_t label(std::int64_t row) const { return labels_[static_cast<std::size_t>(row)]; }
  const std::vector<std::int32_t>& labels() const { return labels_; }
  /// Of regression and multi_label, for each row; else none.
  std::int64_t target_count() const { return target_count_; }
  std::span<const float> targets(std::int64_t row) const {
    const auto count = static_cast<std::size_t>(target_count_);
    return {targets_.data() + static_cast<std::size_t>(row) * count, count};
  }
  /// Of each token, where rows are tagged.
  bool is_tagged() const { return !tags_.empty(); }
  std::span<const std::int32_t> tags(std::int64_t row) const {
    const auto begin = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(row)]);
    return {tags_.data() + begin, static_cast<std::size_t>(length(row))};
  }
  bool operator==(const EncodedDataset&) const = default;

 private:
  friend struct DatasetFile;
  std::int64_t channels_ = 0;
  std::vector<std::int32_t> ids_;
  std::vector<std::string> words_;  // of all rows: id -n is the n-th
  std::vector<float> values_;
  std::vector<std::int64_t> offsets_{0};  // in tokens or steps, size() + 1 of them
  std::vector<std::int32_t> labels_;      // all 0 beside targets
  std::int64_t target_count_ = 0;
  std::vector<float> targets_;  // of multi_label: 1 for each label that the row has, else 0
  std::vector<std::int32_t> tags_;
  UnseenNames unseen_;
};

/// A file's part in a run: what it was when it was read.
struct SourceFile {
  std::string role;      // train, validation, test
  std::string path;      // as the config names it
  std::string checksum;  // of its bytes (for a folder: of its names and bytes)
  std::int64_t rows = 0;
  bool operator==(const SourceFile&) const = default;
};

/// All that training needs to know of the data.
struct PreparedData {
  EncodedDataset train;
  EncodedDataset validation;
  std::optional<EncodedDataset> test;
  Vocabulary vocabulary;
  LabelSet labels;  // for regression: the targets
  std::vector<SourceFile> sources;
  bool from_cache = false;
};

/// Reads the config's files, builds vocabulary and labels from the training split alone, encodes
/// all splits with `threads` threads (0: one per core) and keeps the result in `cache_folder`
/// (empty: no cache) under a name made of the files' checksums and the data and input options. A
/// cache file that is damaged is made anew. Memory: the encoded rows; a text lives only while it is
/// read. Errors: Data with file and line, up to 20 faults at once: invalid UTF-8, missing columns,
/// a label in validation or test that training does not have, fewer than two labels, no rows.
/// `known`: a vocabulary whose tokens keep their ids; those of the training text go behind it.
PreparedData prepare_data(const Config& config, const std::filesystem::path& cache_folder,
                          int threads = 0, const Vocabulary& known = Vocabulary());

/// What a row's targets are. A task chooses one of these (TaskDefinition::target).
enum class TargetKind {
  kLabel,       // one label
  kLabelSet,    // any number of labels
  kNumbers,     // a fixed number of values
  kTags,        // a tag for each token; with a sequence_label layer a label of the row as well
  kNextTokens,  // the row's own tokens, each predicted from those before it
  kText,        // another text
};

/// How rows become model input and targets.
struct EncoderSpec {
  InputSpec input;
  bool spells_unknown = false;  // see TextEncoder
  TargetKind target = TargetKind::kLabel;
  bool labels_sequences = false;  // with kTags: rows have a label beside their tags
};
EncoderSpec encoder_spec(const Config& config);

/// The config for this vocabulary and these labels. Errors: see resolve in config.h.
ResolvedConfig resolve(const Config& config, const Vocabulary& vocabulary, const LabelSet& labels);

/// label_ranks of a config whose classes have an order.
std::vector<std::int64_t> ranks_of(const Config& config, const LabelSet& labels);

/// Encodes one labelled file for evaluation; with `labels` of targets, their values are read.
/// Errors: Data, as prepare_data.
EncodedDataset encode_file(const std::string& path, const DataFormat& format,
                           const EncoderSpec& input, const Vocabulary& vocabulary,
                           const LabelSet& labels, UnseenLabels unseen = UnseenLabels::kError,
                           int threads = 0);

/// Cuts `values` to the spec's max_length and fills up where it asks for padding, so that the model
/// can read them. Shapes: [steps, channels]. Returns whether something was cut off.
bool fit_values(std::vector<float>& values, const NumericInput& spec);

/// What a row of the training file is used for.
enum class Part : std::uint8_t {
  kTrain,
  kValidation,
  kTest,
  kLeftOut,  // a window whose targets reach into the part that follows
};

/// The parts of the training file's rows, whose classes are `labels`. Held-out rows are chosen by
/// seed and stratified: each label with at least two rows gives round(fraction * rows), at least
/// one and never all. Windows, and rows that are `in_order`, are cut in theirs, each group on its
/// own (`labels` are then groups): training, then validation, then test.
std::vector<Part> choose_parts(std::span<const std::int32_t> labels, const DataSpec& spec,
                               bool in_order = false);

/// What a look at a config's data finds; `sequent data check` prints it.
struct DataCheck {
  std::string text;  // a table per split: rows, labels, lengths, empty, truncated, unknown share,
                     // rows that stand twice, rows that also stand in training
  std::int64_t warnings = 0;
};
DataCheck check_data(const Config& config, int threads = 0);

}  // namespace sequent
