// What a data file holds: its format, columns, labels, language and lengths, and what a config
// should therefore say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// What the user named on the command line; everything else is inferred.
struct SniffOptions {
  std::string train;
  std::optional<std::string> validation;
  std::optional<std::string> test;
  std::vector<std::string> texts;     // names of the columns, or their indices
  std::optional<std::string> label;   // likewise
  std::vector<std::string> features;  // likewise: columns that the model reads besides the text
  std::optional<std::string> task;
};

struct SniffedData {
  DataSpec data;                      // the files, the format, and how unseen labels are treated
  std::vector<FeatureSpec> features;  // that the user named
  Task task;
  TargetKind target = TargetKind::kLabel;
  std::int64_t rows = 0;    // of the training file
  std::int64_t tokens = 0;  // of the training file, estimated from the measured rows
  std::vector<std::pair<std::string, std::int64_t>> labels;  // with counts, falling
  bool is_skewed = false;              // the largest class has at least 5 times the median's rows
  bool writes_without_spaces = false;  // Chinese, Japanese, Thai, ...: tokens are characters
  bool has_capitals = false;         // letters in upper case occur, so that they may tell something
  std::int64_t max_length = 0;       // in tokens: nearly all texts are not longer
  bool is_tagged = false;            // rows are tokens already
  bool labels_sequences = false;     // tagged rows have a label as well
  std::vector<std::string> reasons;  // one line per decision, for people
};

/// Reads the files and decides. Memory is bounded by the number of different labels.
/// Errors: Usage if the data do not decide (the message names the candidates and the option), or if
/// the task is one that needs a config of its own; Data, also if the labels cannot be learned.
SniffedData sniff_data(const SniffOptions& options);

}  // namespace sequent
