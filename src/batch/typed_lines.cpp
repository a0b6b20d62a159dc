#include "batch/typed_lines.h"

#include <unistd.h>

#include <iostream>
#include <string>

#include "batch/batch_inference.h"
#include "batch/output_sink.h"
#include "core/encodings.h"
#include "data/row_faults.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {

void check_typed_options(const InferOptions& options) {
  const auto no_effect = [](bool given, const char* option) {
    if (given) refuse(option, "has no effect with --interactive; leave it out");
  };
  no_effect(options.top_k != 1, "--top-k");
  no_effect(options.probabilities, "--probabilities");
  no_effect(options.every_tag, "--tags");
  no_effect(options.format != "jsonl", "--format");
  no_effect(options.input_format != "auto", "--input-format");
  no_effect(options.text_given, "--text");
  no_effect(!options.text_b.empty(), "--text-b");
  no_effect(options.embed, "--embed");
  no_effect(!options.neighbors.empty(), "--neighbors");
  no_effect(options.no_header, "--no-header");
  no_effect(!options.delimiter.empty(), "--delimiter");
  no_effect(!is_utf8(options.encoding), "--encoding");
  no_effect(!options.prefix.empty(), "--prefix");
  no_effect(options.on_error != "fail", "--on-error");
}

void answer_typed_lines(const InferOptions& options, const Model& model) {
  if (model.input() == InputKind::kSeries) {
    refuse("--interactive", "the model reads sequences of numbers; expected a file of JSON Lines");
  }
  if (model.input() == InputKind::kTextWithFeatures) {
    refuse("--interactive", "the model also reads the features " + list_names(model.features()) +
                                "; expected a file with these columns");
  }
  const auto answerer = make_answerer(options, model);
  OutputSink out("-", /*overwrite=*/false);
  const bool prompt = ::isatty(STDIN_FILENO) != 0;
  const auto show_prompt = [prompt] {
    if (prompt) std::cerr << "> " << std::flush;
  };
  show_prompt();
  for (std::string line; std::getline(std::cin, line); show_prompt()) {
    std::string answer;
    try {
      answer = answerer->answer_line(line);
    } catch (const Error& error) {
      log_warning(error.what());
      continue;
    }
    out.write(answer + "\n");
    out.flush();
  }
}

}  // namespace sequent
