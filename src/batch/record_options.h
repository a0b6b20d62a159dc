// The options of sequent-infer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sequent/inference.h"

namespace sequent {

/// The options of sequent-infer, by their names on the command line.
struct InferOptions {
  std::string model;
  ModelOptions loading;
  bool token_table_given = false;
  std::int64_t beams = 1;

  std::string input = "-";
  std::string input_format = "auto";
  std::string text = "text";
  bool text_given = false;
  std::string text_b;
  bool no_header = false;
  std::string delimiter;  // of CSV; empty: the one used in training, or a comma
  std::string encoding = "utf-8";
  std::string on_error = "fail";
  bool interactive = false;

  std::string output;
  bool overwrite = false;
  std::string format = "jsonl";
  std::string prefix;
  int top_k = 1;
  bool probabilities = false;
  bool every_tag = false;  // --tags
  bool abstain = false;
  std::optional<double> abstain_below;  // with `abstain`; default: the archive's threshold
  std::optional<double> prediction_set;
  std::optional<PredictionSets> sets;
  std::optional<double> interval;

  bool embed = false;
  std::string neighbors;

  bool explain = false;
  int explain_tokens = 5;  // 0: all
  bool explain_tokens_is_given = false;
  ExplainMethod explain_method = ExplainMethod::kIntegratedGradients;
  bool explain_method_is_given = false;
  std::string explain_label;  // empty: the predicted ones
};

enum class OutputFormat {
  kJsonl,
  kTsv,
  kCsv,
  kHtml,   // a page of explanations
  kConll,  // of a tagger: a token and its tag on each line, an empty line after each record; the
           // columns of CoNLL input are kept
};
OutputFormat output_format_of(const InferOptions& options);

/// Infers the format from the input file's extension, ignoring .gz, .xz and .zst, unless the format
/// is given; a file without a known extension contains lines.
std::string input_format_of(const InferOptions& options);

/// Errors: Usage, always.
[[noreturn]] void refuse(const std::string& option, const std::string& message);

/// Refuses --probabilities and --top-k, and the options of refuse_confidence_options. Errors: Usage
/// with the message, if one of them is given.
void refuse_class_options(const InferOptions& options, const std::string& message);

/// Refuses --abstain, --prediction-set and --sets, which need one class per record. Errors: Usage
/// with the message.
void refuse_confidence_options(const InferOptions& options, const std::string& message);

/// Refuses --interval, which needs numbers. Errors: Usage.
void refuse_interval(const InferOptions& options);

/// Refuses options that only apply to taggers. Errors: Usage.
void refuse_tag_options(const InferOptions& options);

/// Refuses options that have no effect with the model's engine. Errors: Usage.
void check_engine_options(const InferOptions& options);

/// Refuses options that have no effect with the input's format, and an output that is also the
/// input. Errors: Usage.
void check_input_options(const InferOptions& options);

/// Refuses options that have no effect with this model. Errors: Usage.
void check_task_options(const InferOptions& options, const Model& model);

/// Refuses --beams if the model uses no beam search. Errors: Usage.
void check_beams(const InferOptions& options, const Model& model);

}  // namespace sequent
