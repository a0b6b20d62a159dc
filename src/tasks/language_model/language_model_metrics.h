// The quality of predicted tokens.
#pragma once

#include <cstdint>

#include "core/json_fields.h"
#include "sequent/report.h"

namespace sequent {

/// The metrics of a language model on one data set. Each token, including line ends, is predicted
/// from all tokens before it.
struct LanguageModelReport {
  std::int64_t count = 0;     // tokens
  double loss = 0;            // -ln p of the tokens, mean
  double perplexity = 0;      // e^loss
  double bits_per_token = 0;  // loss / ln 2; with a token per character, bits per character
  double accuracy = 0;        // of the most probable token
  double unknown_share = 0;   // of tokens without an id, which are predicted as <unk>
  bool operator==(const LanguageModelReport&) const = default;
};

/// Computes the metrics of `count` tokens with the sum `loss` of -ln p. Errors: Data if there are
/// no tokens.
LanguageModelReport language_model_report(std::int64_t count, double loss, std::int64_t right,
                                          std::int64_t unknown);

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const LanguageModelReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
LanguageModelReport language_model_report_from(const JsonFields& fields);

}  // namespace sequent
