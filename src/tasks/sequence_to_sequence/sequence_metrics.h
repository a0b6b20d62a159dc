// The quality of generated texts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/json_fields.h"
#include "sequent/report.h"

namespace sequent {

/// The metrics of a sequence-to-sequence model on one data set.
struct SequenceReport {
  std::int64_t count = 0;  // rows
  double loss = 0;         // mean -ln p of the target tokens, with teacher forcing
  double accuracy = 0;     // of these tokens
  double exact_match = 0;  // share of rows whose generated tokens are those of the target
  /// Share of rows whose generated text is the target as the data have it. Tokens lose what the
  /// tokenizer normalizes. Nothing in reports of earlier versions.
  std::optional<double> exact_text_match;
  double bleu = 0;     // 0..100, of the model's tokens; as sacrebleu's corpus BLEU
  double rouge_l = 0;  // 0..1, mean F1 of the longest common subsequences, as rouge-score
  bool operator==(const SequenceReport&) const = default;
};

/// Collects generated texts and computes their report.
class SequenceMetrics {
 public:
  /// Adds one row: its generated tokens and its target tokens, and whether the generated text is
  /// the target text.
  void add(std::span<const std::int32_t> written, std::span<const std::int32_t> wanted,
           bool same_text);

  /// `loss`: the sum of -ln p of `tokens` target tokens, `right` of which were the most probable.
  /// Source: BLEU as in Papineni et al. 2002, with sacrebleu's exponential smoothing; ROUGE-L as in
  /// Lin 2004. Errors: Data if no row was added.
  SequenceReport report(double loss, std::int64_t right, std::int64_t tokens) const;

 private:
  static constexpr std::size_t kOrders = 4;  // longest n-grams
  std::int64_t rows_ = 0;
  std::int64_t exact_ = 0;
  std::int64_t exact_texts_ = 0;
  double rouge_sum_ = 0;
  std::array<std::int64_t, kOrders> matches_{};  // of n-grams
  std::array<std::int64_t, kOrders> written_{};  // n-grams
  std::int64_t written_tokens_ = 0;
  std::int64_t wanted_tokens_ = 0;
};

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const SequenceReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
SequenceReport sequence_report_from(const JsonFields& fields);

}  // namespace sequent
