// The cache of encoded data: one file holds a PreparedData and is identified by its inputs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Returns a text with everything that determines the result of prepare_data: the checksums of the
/// files, the data and input options, the known tokens, and the versions of ICU and of the
/// encoding.
std::string describe_inputs(const Config& config, const std::vector<SourceFile>& sources,
                            const Vocabulary& known = Vocabulary());

/// Returns the data cached for `identity`, with the rows of `sources` filled in, or nothing. A file
/// that is damaged or has another version is ignored.
std::optional<PreparedData> load_cached(const std::filesystem::path& folder,
                                        const std::string& identity,
                                        std::vector<SourceFile> sources);

/// Caches `data` for `identity` and removes older cache files from the folder. If writing fails, it
/// only logs a warning, because the next run can read the texts again.
void save_cached(const std::filesystem::path& folder, const std::string& identity,
                 const PreparedData& data);

}  // namespace sequent
