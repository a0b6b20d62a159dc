// The scalar metrics of a report: each named once, for JSON, for --require and for pages.
#pragma once

#include <concepts>
#include <type_traits>

#include "sequent/metrics.h"

namespace sequent {

/// Calls `visit(name, value)` for each, in the order of the JSON; value is a double or an
/// optional<double>.
template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, RegressionReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("mse", report.mse);
  visit("rmse", report.rmse);
  visit("mae", report.mae);
  visit("mape", report.mape);
  visit("mase", report.mase);
  visit("r2", report.r2);
  visit("pearson", report.pearson);
  visit("spearman", report.spearman);
}

template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, TaggingReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("accuracy", report.accuracy);
  visit("precision", report.precision);
  visit("recall", report.recall);
  visit("f1", report.f1);
  visit("macro_f1", report.macro_f1);
  visit("row_accuracy", report.row_accuracy);
}

template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, LanguageModelReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("perplexity", report.perplexity);
  visit("bits_per_token", report.bits_per_token);
  visit("accuracy", report.accuracy);
  visit("unknown_share", report.unknown_share);
}

template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, SequenceReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("accuracy", report.accuracy);
  visit("exact_match", report.exact_match);
  visit("bleu", report.bleu);
  visit("rouge_l", report.rouge_l);
}

template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, MultiLabelReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("accuracy", report.accuracy);
  visit("hamming_loss", report.hamming_loss);
  const auto visit_average = [&](const char* precision, const char* recall, const char* f1,
                                 auto& average) {
    visit(precision, average.precision);
    visit(recall, average.recall);
    visit(f1, average.f1);
  };
  visit_average("micro_precision", "micro_recall", "micro_f1", report.micro);
  visit_average("macro_precision", "macro_recall", "macro_f1", report.macro);
  visit_average("weighted_precision", "weighted_recall", "weighted_f1", report.weighted);
  visit_average("samples_precision", "samples_recall", "samples_f1", report.samples);
  visit("roc_auc", report.roc_auc);
  visit("average_precision", report.average_precision);
}

template <class Self, class Visitor>
requires std::same_as<std::remove_const_t<Self>, ClassificationReport>
void visit_report_values(Self& report, Visitor&& visit) {
  visit("loss", report.loss);
  visit("accuracy", report.accuracy);
  visit("top_k_accuracy", report.top_k_accuracy);
  visit("macro_precision", report.macro.precision);
  visit("macro_recall", report.macro.recall);
  visit("macro_f1", report.macro.f1);
  visit("micro_precision", report.micro.precision);
  visit("micro_recall", report.micro.recall);
  visit("micro_f1", report.micro.f1);
  visit("weighted_precision", report.weighted.precision);
  visit("weighted_recall", report.weighted.recall);
  visit("weighted_f1", report.weighted.f1);
  visit("roc_auc", report.roc_auc);
  visit("average_precision", report.average_precision);
  visit("matthews", report.matthews);
  visit("rank_mae", report.rank_mae);
  visit("quadratic_kappa", report.quadratic_kappa);
}

}  // namespace sequent
