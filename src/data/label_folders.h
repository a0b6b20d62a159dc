// The files of a folder of class folders.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sequent {

struct LabelledFile {
  std::string label;
  std::string name;  // relative to the folder, with '/'
};

/// Every *.txt file below a subfolder of `folder`, whose name is the label; in byte order of label
/// and name, so that the order is the same on every machine. Names that start with '.' are left
/// out. Errors: Data if the folder is missing or no folder, or has no such file.
std::vector<LabelledFile> list_label_folders(const std::filesystem::path& folder);

}  // namespace sequent
