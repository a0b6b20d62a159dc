// What the further columns of a row say about its split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Of one row of the training file.
struct SplitKeys {
  std::uint64_t validation_group = 0;  // hash of the value in HeldOut::group
  std::uint64_t test_group = 0;
  bool in_validation = false;  // by the value in HeldOut::column
  bool in_test = false;
};

/// Reads the columns that the held-out parts of a config name.
/// Threads: of() can be called from many threads at once.
class SplitKeyReader {
 public:
  /// Errors: Data if the file has no such column.
  SplitKeyReader(const DataSpec& spec, const std::string& path, const RecordReader& reader);

  /// Whether these columns are needed.
  static bool is_needed(const DataSpec& spec);

  /// The keys of a row, or why it has none.
  struct Keys {
    SplitKeys keys;
    std::optional<std::string> fault;
  };
  Keys of(const Record& record) const;

 private:
  /// One held-out part.
  struct Part {
    std::optional<Column> group;
    std::optional<Column> column;
    std::optional<std::size_t> group_index;  // in a table
    std::optional<std::size_t> column_index;
    std::vector<std::string> values;
    std::optional<double> from;
    std::string from_text;
  };

  Part part_of(const HeldOut* held_out, const std::string& path, const RecordReader& reader) const;
  /// Returns an error message if a value is missing or cannot be compared.
  static std::optional<std::string> fill(const Part& part, const Record& record,
                                         std::uint64_t& group, bool& held_out);

  bool is_table_;
  Part validation_;
  Part test_;
};

}  // namespace sequent
