#include "tasks/sequence_to_sequence/sequence_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "sequent/error.h"

namespace sequent {
namespace {

using Tokens = std::span<const std::int32_t>;

std::map<std::vector<std::int32_t>, std::int64_t> count_ngrams(Tokens text, std::size_t order) {
  std::map<std::vector<std::int32_t>, std::int64_t> counts;
  for (std::size_t i = 0; i + order <= text.size(); ++i) {
    const Tokens ngram = text.subspan(i, order);
    ++counts[{ngram.begin(), ngram.end()}];
  }
  return counts;
}

std::int64_t longest_common_subsequence(Tokens a, Tokens b) {
  std::vector<std::int64_t> lengths(b.size() + 1, 0);
  for (const std::int32_t token : a) {
    std::int64_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::int64_t above = lengths[j + 1];
      lengths[j + 1] = token == b[j] ? diagonal + 1 : std::max(above, lengths[j]);
      diagonal = above;
    }
  }
  return lengths.back();
}

/// F1 of the longest common subsequence; 0 if a text is empty.
double rouge_l(Tokens written, Tokens wanted) {
  const auto common = static_cast<double>(longest_common_subsequence(written, wanted));
  if (common == 0) return 0;
  return 2 * common / static_cast<double>(written.size() + wanted.size());
}

}  // namespace

void SequenceMetrics::add(std::span<const std::int32_t> written,
                          std::span<const std::int32_t> wanted, bool same_text) {
  ++rows_;
  exact_texts_ += same_text ? 1 : 0;
  exact_ += std::ranges::equal(written, wanted) ? 1 : 0;
  rouge_sum_ += rouge_l(written, wanted);
  written_tokens_ += static_cast<std::int64_t>(written.size());
  wanted_tokens_ += static_cast<std::int64_t>(wanted.size());
  for (std::size_t order = 1; order <= kOrders; ++order) {
    const auto in_wanted = count_ngrams(wanted, order);
    for (const auto& [ngram, count] : count_ngrams(written, order)) {
      written_[order - 1] += count;
      const auto found = in_wanted.find(ngram);
      if (found != in_wanted.end()) matches_[order - 1] += std::min(count, found->second);
    }
  }
}

SequenceReport SequenceMetrics::report(double loss, std::int64_t right, std::int64_t tokens) const {
  if (rows_ == 0) throw Error(ErrorKind::kData, "", "no rows to measure");
  const auto rows = static_cast<double>(rows_);
  SequenceReport report;
  report.count = rows_;
  report.loss = loss / static_cast<double>(tokens);
  report.accuracy = static_cast<double>(right) / static_cast<double>(tokens);
  report.exact_match = static_cast<double>(exact_) / rows;
  report.exact_text_match = static_cast<double>(exact_texts_) / rows;
  report.rouge_l = rouge_sum_ / rows;
  double logs = 0;
  double smoothing = 1;
  for (std::size_t i = 0; i < kOrders; ++i) {
    if (written_[i] == 0) return report;  // no text has n-grams of this length, so BLEU is 0
    auto matches = static_cast<double>(matches_[i]);
    if (matches == 0) matches = 1 / (smoothing *= 2);
    logs += std::log(matches / static_cast<double>(written_[i]));
  }
  if (matches_[0] == 0) return report;
  const double ratio = static_cast<double>(wanted_tokens_) / static_cast<double>(written_tokens_);
  const double brevity = std::min(1.0, std::exp(1 - ratio));
  report.bleu = 100 * brevity * std::exp(logs / static_cast<double>(kOrders));
  return report;
}

}  // namespace sequent
