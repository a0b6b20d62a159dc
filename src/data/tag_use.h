// How the training data use their tags: the scheme, the columns, and what is suspicious.
#pragma once

#include <string>
#include <vector>

#include "sequent/data.h"
#include "sequent/tags.h"

namespace sequent {

/// The rules that the tags of some rows follow.
struct TagUse {
  TagSet tags;
  std::int64_t invalid_rows = 0;  // rows with a transition that the rules do not allow
};

/// Recognizes IOB1 by rows that follow its rules, but not those of BIO.
TagUse find_tag_use(const EncodedDataset& rows, const LabelSet& labels);

/// What `sequent train` and `sequent data check` say about tagged data.
struct TagNotes {
  std::vector<std::string> facts;
  std::vector<std::string> warnings;
};

/// Returns the notes; none if the rows have no tags. Reads the start of the training file.
TagNotes describe_tags(const Config& config, const EncodedDataset& train, const LabelSet& labels);

}  // namespace sequent
