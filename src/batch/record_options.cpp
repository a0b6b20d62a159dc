#include "batch/record_options.h"

#include <filesystem>
#include <system_error>

#include "core/delimiter.h"
#include "core/encodings.h"
#include "core/nearest.h"
#include "sequent/error.h"
#include "tasks/inference_task.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace fs = std::filesystem;

void refuse(const std::string& option, const std::string& message) {
  throw Error(ErrorKind::kUsage, option, message);
}

OutputFormat output_format_of(const InferOptions& options) {
  if (options.format == "tsv") return OutputFormat::kTsv;
  if (options.format == "conll") return OutputFormat::kConll;
  if (options.format == "html") return OutputFormat::kHtml;
  return options.format == "csv" ? OutputFormat::kCsv : OutputFormat::kJsonl;
}

std::string input_format_of(const InferOptions& options) {
  if (options.input_format != "auto") return options.input_format;
  const auto ending = [](const fs::path& path) { return lower_ascii(path.extension().string()); };
  fs::path path = options.input;
  for (const char* packed : {".gz", ".xz", ".zst"}) {
    if (ending(path) == packed) {
      path = path.stem();
      break;
    }
  }
  const std::string extension = ending(path);
  for (const char* known : {"tsv", "csv", "jsonl", "conll"}) {
    if (extension == std::string(".") + known) return known;
  }
  if (extension == ".conllu") return "conll";
  if (extension == ".ndjson" || extension == ".json") return "jsonl";
  return "lines";
}

void refuse_class_options(const InferOptions& options, const std::string& message) {
  if (options.probabilities) refuse("--probabilities", message);
  if (options.top_k != 1) refuse("--top-k", message);
  refuse_confidence_options(options, message);
}

void refuse_confidence_options(const InferOptions& options, const std::string& message) {
  if (options.abstain) refuse("--abstain", message);
  if (options.prediction_set) refuse("--prediction-set", message);
}

void refuse_interval(const InferOptions& options) {
  if (!options.interval) return;
  refuse("--interval", "has no meaning for this model, which predicts no numbers; leave it out");
}

void refuse_tag_options(const InferOptions& options) {
  if (options.every_tag) {
    refuse("--tags", "has no meaning for this model, which predicts no tags; leave it out");
  }
  if (options.format == "conll") {
    refuse("--format conll", "has no meaning for this model, which predicts no tags; leave it out");
  }
  const std::string format = input_format_of(options);
  if (format == "conll" || format == "tokens") {
    refuse("--input-format " + format, "contains tokens, but this model reads whole texts");
  }
}

void check_engine_options(const InferOptions& options) {
  if (options.loading.trust_code && options.loading.engine == Engine::kFused) {
    refuse("--trust-code",
           "has no effect on the fused engine, which runs no code of the archive; leave it out, or "
           "use --engine torchscript");
  }
  if (options.loading.engine == Engine::kFused || !options.token_table_given) return;
  refuse("--token-table",
         "has no effect on the torchscript engine; leave it out, or use --engine fused");
}

void check_input_options(const InferOptions& options) {
  if (options.overwrite && (options.output.empty() || options.output == "-")) {
    refuse("--overwrite", "has no effect without --output FILE; leave it out");
  }
  const std::string format = input_format_of(options);
  if (format == "lines" && (options.text_given || options.no_header)) {
    refuse(options.text_given ? "--text" : "--no-header",
           "has no effect on lines, the format of " + options.input +
               "; add --input-format tsv, csv or jsonl");
  }
  if (options.no_header && format != "tsv" && format != "csv") {
    refuse("--no-header", "has no effect on " + format + "; leave it out");
  }
  if (!options.delimiter.empty()) {
    if (format != "csv") refuse("--delimiter", "has no effect on " + format + "; leave it out");
    if (const std::string error = delimiter_error(options.delimiter); !error.empty()) {
      refuse("--delimiter", error);
    }
  }
  if (const auto error = encoding_error(options.encoding)) refuse("--encoding", *error);
  std::error_code code;
  if (fs::equivalent(options.input, options.output, code) &&
      fs::is_regular_file(options.input, code)) {
    refuse(options.output, "is also the input; choose another --output");
  }
}

void check_task_options(const InferOptions& options, const Model& model) {
  if (!options.text_b.empty() && model.input() != InputKind::kTextPair) {
    refuse("--text-b",
           "has no meaning for this model, which reads one text at a time; leave it out");
  }
  if (options.sets && !options.prediction_set) {
    refuse("--sets", "has no effect without --prediction-set; leave it out");
  }
  const Task task(model.task());
  if (definition_of(task).target() != TargetKind::kNumbers) refuse_interval(options);
  inference_task(task).check_options(options);
}

void check_beams(const InferOptions& options, const Model& model) {
  if (options.beams == 1 || inference_task(Task(model.task())).has_beams()) return;
  refuse("beams", "has no meaning for a model that generates no text");
}

}  // namespace sequent
