// Chooses the columns of the text, the label and the split.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sequent/data.h"
#include "sniff/file_columns.h"

namespace sequent {

/// What the user named on the command line.
struct NamedColumns {
  std::vector<std::string> texts;
  std::optional<std::string> label;
  std::vector<std::string> features;
  std::optional<TargetKind> target;
};

struct ChosenColumns {
  std::vector<std::size_t> texts;  // at least one; several are read as one text
  std::size_t label = 0;
  std::vector<std::size_t> features;  // as the user named them
  std::optional<std::size_t> split;
  TargetKind target = TargetKind::kLabel;
  std::optional<std::string> label_separator;  // of several labels in a cell
  std::vector<std::string> reasons;            // one sentence per decision
};

/// Chooses among the columns of `file`, whose name in messages is `path`. `joins_texts`: the format
/// can read several columns as one text.
/// Errors: Usage if several columns are about as likely, with the candidates and values of each, or
/// if a named column does not exist; Data if no column can be the text or the label.
ChosenColumns choose_columns(const std::string& path, const FileColumns& file,
                             const NamedColumns& named, bool joins_texts);

}  // namespace sequent
