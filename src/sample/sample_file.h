// What the samples that are a single file have in common.
#pragma once

#include <filesystem>
#include <string>

#include "sequent/error.h"

namespace sequent::sample {

/// Errors: Usage if the options' `rows` is out of range, or if `file` exists and they do not
/// overwrite it.
template <class Options>
void check_new_file(const Options& options, const std::filesystem::path& file) {
  if (options.rows < Options::kMinRows || options.rows > Options::kMaxRows) {
    throw Error(ErrorKind::kUsage, "rows",
                "found " + std::to_string(options.rows) + "; allowed " +
                    std::to_string(Options::kMinRows) + " to " + std::to_string(Options::kMaxRows));
  }
  if (!options.overwrite && std::filesystem::exists(file)) {
    throw Error(ErrorKind::kUsage, file.string(),
                "exists; choose another name, or use --overwrite to replace it");
  }
}

}  // namespace sequent::sample
