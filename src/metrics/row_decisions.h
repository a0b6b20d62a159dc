// The F1 of decisions about labels, for any choice of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sequent {

/// The labels of each row that were predicted, should have been, or both. Rows with one label are a
/// special case.
class RowDecisions {
 public:
  explicit RowDecisions(std::size_t labels) : labels_(labels) {}

  /// Begins a row, which the following decisions belong to.
  void add_row() { ends_.push_back(decisions_.size()); }
  /// Adds the decision about a label of the row that has the label or is predicted to have it; one
  /// that neither is so for counts nowhere. Range: label 0..labels-1.
  void add(std::size_t label, bool is_true, bool is_predicted);
  std::size_t rows() const { return ends_.size(); }

  /// Return the F1 over these rows, which can repeat. A label that these rows neither have nor are
  /// predicted to have counts as 0 in the macro average, as in the reports.
  double macro_f1(std::span<const std::size_t> rows) const;
  double micro_f1(std::span<const std::size_t> rows) const;

 private:
  struct Decision {
    std::uint32_t label = 0;
    bool is_true = false;
    bool is_predicted = false;
  };
  struct Counts {
    std::int64_t hits = 0;
    std::int64_t wrong = 0;  // predicted or missed
    double f1() const;
  };
  std::vector<Counts> count(std::span<const std::size_t> rows) const;

  std::size_t labels_;
  std::vector<Decision> decisions_;  // of all rows
  std::vector<std::size_t> ends_;    // of each row: the end of its decisions
};

}  // namespace sequent
