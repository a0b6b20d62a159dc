// The encoded cache: one file that holds a PreparedData, found again by what it was made from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// All that decides what prepare_data gives, as text: the files' checksums, the data and input
/// options, the known tokens, and the versions of ICU and of this code's way of encoding.
std::string describe_inputs(const Config& config, const std::vector<SourceFile>& sources,
                            const Vocabulary& known = Vocabulary());

/// The data kept for `identity`, with the rows of `sources` filled in, or nothing. A file that is
/// damaged, or of another version, is as good as none.
std::optional<PreparedData> load_cached(const std::filesystem::path& folder,
                                        const std::string& identity,
                                        std::vector<SourceFile> sources);

/// Keeps `data` for `identity` and removes the folder's older cache files. What cannot be written
/// is a warning: the data are there, only the next run will read the texts again.
void save_cached(const std::filesystem::path& folder, const std::string& identity,
                 const PreparedData& data);

}  // namespace sequent
