// The judged rows of a file with what is known of their texts, as the analysis of errors needs
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/chosen_records.h"
#include "metrics/label_issues.h"
#include "search/judged_rows.h"
#include "sequent/inference.h"

namespace sequent {

struct ErrorRow {
  std::int64_t number = 0;   // of the row in the file, from 0
  JudgedLabel judged;        // its label and the predicted ones
  std::int64_t tokens = 0;   // of all its texts, before truncation
  double unknown_share = 0;  // of the tokens read
  bool truncated = false;
  std::int32_t slice = -1;  // index into ErrorRows::slices

  std::int32_t predicted() const { return judged.best.front().label; }
  bool is_wrong() const { return predicted() != judged.label; }
};

struct ErrorRows {
  std::vector<ErrorRow> rows;
  std::vector<std::string> slices;  // the values of the slice column
};

/// Reads the file again for what is known of the texts of judged rows, in bounded memory apart from
/// about 250 bytes per row. `slice_column`: empty: none. Errors: Data if the labels in the file are
/// not those of the rows any more; Usage if the file has no such slice column.
ErrorRows read_error_rows(const JudgedRows& judged, const std::string& slice_column);

/// What is shown of a row.
struct ShownRow {
  std::string where;  // "file.tsv:12", without the folder
  std::string text;   // the row's texts
};

/// Reads the file again for some rows, by their numbers, which are in ascending order.
std::map<std::int64_t, ShownRow> read_shown_rows(const RecordSource& source,
                                                 const std::vector<std::int64_t>& numbers);

/// A token and what it contributed to a class.
struct DrivingToken {
  std::string token;
  double attribution = 0;  // mean over its occurrences
  std::int64_t count = 0;
};

/// Returns, for each class, the tokens that contribute most to its predictions in the given rows,
/// by their mean attribution, which is shrunk for rare tokens. Tokens that occur once are left out.
std::vector<std::vector<DrivingToken>> find_driving_tokens(const Model& model,
                                                           const RecordSource& source,
                                                           const std::vector<std::int64_t>& numbers,
                                                           std::size_t most);

}  // namespace sequent
