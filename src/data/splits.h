// All splits of a config's data, read and encoded.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/split_rows.h"
#include "sequent/data.h"

namespace sequent {

/// One of the files a config names.
struct SplitFile {
  std::string role;   // train, validation, test
  std::string named;  // as the config names it
  std::string path;   // as it is opened
};

/// Training first; validation and test where they are files.
std::vector<SplitFile> split_files(const Config& config);

struct Splits {
  SplitRows train;
  SplitRows validation;
  std::optional<SplitRows> test;
  Vocabulary vocabulary;
  LabelSet labels;
  std::vector<std::int64_t> file_rows;  // of each of split_files()
};

/// `known`: tokens that keep their ids. Errors: Data, as prepare_data.
Splits read_splits(const Config& config, int threads, const Vocabulary& known = Vocabulary());

}  // namespace sequent
