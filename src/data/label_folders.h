// The files of a folder with one subfolder per label.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sequent {

struct LabelledFile {
  std::string label;
  std::string name;  // relative to the folder, with '/'
};

/// Returns all *.txt files (in upper or lower case) below the subfolders of `folder`; the name of
/// the subfolder is the label. The files are in byte order of label and name, so that the order is
/// the same on every machine. Names that start with '.' are skipped; a warning counts other files.
/// Errors: Data if `folder` does not exist, is not a folder, or contains no such file.
std::vector<LabelledFile> list_label_folders(const std::filesystem::path& folder);

}  // namespace sequent
