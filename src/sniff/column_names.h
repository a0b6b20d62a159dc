// Usual names of columns, which tell what a column is for.
#pragma once

#include <string_view>

namespace sequent {

/// Names of the label, such as "label" and "sentiment".
bool is_label_name(std::string_view name);
/// Names of other columns that are sometimes the label, such as "rating" and "type".
bool may_be_label_name(std::string_view name);
/// Names of the text, such as "text" and "review".
bool is_text_name(std::string_view name);
/// Names of a short text that belongs to a longer one, such as "subject".
bool is_title_name(std::string_view name);
/// Names of the column that divides the rows, such as "split".
bool is_split_name(std::string_view name);
/// Names of ids and dates.
bool is_id_name(std::string_view name);
bool is_date_name(std::string_view name);
/// Names of the two texts of a pair: "text_a" and "text_b", "premise" and "hypothesis".
bool is_pair(std::string_view first, std::string_view second);

/// Any of the above.
bool is_known_name(std::string_view name);

/// The part that a value of a split column names: 0 training, 1 validation, 2 test; -1 for others.
int part_of_value(std::string_view value);

}  // namespace sequent
