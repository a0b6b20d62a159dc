// Reads and encodes all splits of a config's data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

/// A data file of a config.
struct SplitFile {
  std::string role;   // train, validation, test
  std::string named;  // path as given in the config
  std::string path;   // resolved path
};

/// Returns the training file first, then validation and test if they are separate files.
std::vector<SplitFile> split_files(const Config& config);

struct Splits {
  SplitRows train;
  SplitRows validation;
  std::optional<SplitRows> test;
  Vocabulary vocabulary;
  LabelSet labels;
  std::vector<std::int64_t> file_rows;  // row count of each file in split_files()
  LearnedData learned;
};

/// Returns the part of each row of the training file, which is read for it. Errors: Data, as for
/// prepare_data.
std::vector<Part> read_parts(const Config& config, int threads);

/// Reads all splits. `known` tokens keep their ids. Errors: Data, as for prepare_data.
Splits read_splits(const Config& config, int threads, const Vocabulary& known = Vocabulary());

}  // namespace sequent
