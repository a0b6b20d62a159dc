// A classifier's predictions for the labelled rows of a file, as the analysis of errors needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/label_issues.h"
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
  std::int64_t unknown_labels = 0;  // rows left out, because the model does not have their label
};

/// A labelled file and how to read it.
struct ErrorData {
  std::string file;
  std::string slice_column;  // empty: none
};

/// Predicts for all rows of a file in bounded memory, apart from about 250 bytes per row. Requires
/// a classifier of texts or pairs. Errors: Data at the first row that cannot be used; Usage if the
/// file has no such slice column.
ErrorRows read_error_rows(const Model& model, const ErrorData& data);

/// What is shown of a row.
struct ShownRow {
  std::string where;  // "file.tsv:12", without the folder
  std::string text;   // the row's texts
};

/// Reads the file again for some rows, by their numbers.
std::map<std::int64_t, ShownRow> read_shown_rows(const Model& model, const std::string& file,
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
                                                           const std::string& file,
                                                           const std::vector<std::int64_t>& numbers,
                                                           std::size_t most);

}  // namespace sequent
