// What sequent-infer is told to do.
#pragma once

#include <cstdint>
#include <string>

#include "sequent/inference.h"

namespace sequent {

/// The options of sequent-infer, by the names of its command line.
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
  std::string on_error = "fail";
  bool interactive = false;

  std::string output;
  bool overwrite = false;
  std::string format = "jsonl";
  std::string prefix;
  int top_k = 1;
  bool probabilities = false;
  bool every_tag = false;  // --tags

  bool embed = false;
  std::string neighbors;
};

enum class OutputFormat {
  kJsonl,
  kTsv,
  kCsv,
  kConll,  // of a tagger: a token and its tag on each line, an empty line after each record
};
OutputFormat output_format_of(const InferOptions& options);

/// Inferred from the input file's extension, .gz and .xz aside, unless it is given; a file without
/// a known extension holds lines. Errors: Usage for .json.
std::string input_format_of(const InferOptions& options);

/// Errors: Usage, always.
[[noreturn]] void refuse(const std::string& option, const std::string& message);

/// Refuses --probabilities and --top-k. Errors: Usage with the message, if one of them is given.
void refuse_class_options(const InferOptions& options, const std::string& message);

/// Refuses what has a meaning for taggers alone. Errors: Usage.
void refuse_tag_options(const InferOptions& options);

/// Refuses options that another engine would leave without effect. Errors: Usage.
void check_engine_options(const InferOptions& options);

/// Refuses options that the input's format would leave without effect, and an output that is the
/// input. Errors: Usage.
void check_input_options(const InferOptions& options);

/// Refuses options that this model would leave without effect. Errors: Usage.
void check_task_options(const InferOptions& options, const Model& model);

/// Refuses --beams where nothing is searched. Errors: Usage.
void check_beams(const InferOptions& options, const Model& model);

}  // namespace sequent
