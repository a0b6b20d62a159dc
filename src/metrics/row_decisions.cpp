#include "metrics/row_decisions.h"

namespace sequent {

void RowDecisions::add(std::size_t label, bool is_true, bool is_predicted) {
  if (!is_true && !is_predicted) return;
  decisions_.push_back({static_cast<std::uint32_t>(label), is_true, is_predicted});
  ends_.back() = decisions_.size();
}

double RowDecisions::Counts::f1() const {
  if (hits == 0) return 0;
  return 2 * static_cast<double>(hits) / static_cast<double>(2 * hits + wrong);
}

std::vector<RowDecisions::Counts> RowDecisions::count(std::span<const std::size_t> rows) const {
  std::vector<Counts> counts(labels_);
  for (const std::size_t row : rows) {
    for (std::size_t i = row == 0 ? 0 : ends_[row - 1]; i < ends_[row]; ++i) {
      const Decision& one = decisions_[i];
      Counts& own = counts[one.label];
      ++(one.is_true && one.is_predicted ? own.hits : own.wrong);
    }
  }
  return counts;
}

double RowDecisions::macro_f1(std::span<const std::size_t> rows) const {
  double sum = 0;
  for (const Counts& one : count(rows)) sum += one.f1();
  return sum / static_cast<double>(labels_);
}

double RowDecisions::micro_f1(std::span<const std::size_t> rows) const {
  Counts all;
  for (const Counts& one : count(rows)) {
    all.hits += one.hits;
    all.wrong += one.wrong;
  }
  return all.f1();
}

}  // namespace sequent
