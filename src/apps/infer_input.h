// What sequent-infer is told, and the records it reads.
#pragma once

#include <memory>
#include <string>

#include "apps/infer_output.h"
#include "sequent/data.h"
#include "sequent/predictor.h"

namespace sequent {

struct InferOptions {
  std::string model;
  std::string input = "-";
  std::string output;
  std::string format = "jsonl";
  std::string input_format = "auto";
  std::string text = "text";
  std::string text_b;
  std::string neighbors;
  bool embed = false;
  std::string prefix;
  std::string on_error = "fail";
  PredictorOptions predictor;
  bool token_table_given = false;
  bool text_given = false;
  int top_k = 1;
  bool probabilities = false;
  bool every_tag = false;
  bool no_header = false;
  bool overwrite = false;
  bool interactive = false;
};

/// By the file's name, .gz and .xz aside; what has no known ending is lines.
std::string input_format_of(const InferOptions& options);

/// Errors: Usage, always.
[[noreturn]] void refuse(const std::string& option, const std::string& message);

struct Input {
  std::unique_ptr<RecordReader> reader;
  FieldKind fields = FieldKind::kText;
};

/// Single texts, whatever the model does with them; of the column that was typed, else of that of
/// training. Errors: Data, as open_records.
Input open_texts(const InferOptions& options, const Predictor& predictor);

/// Errors: Usage if the model cannot read such input; Data, as open_records.
Input open_input(const InferOptions& options, const Predictor& predictor);

}  // namespace sequent
