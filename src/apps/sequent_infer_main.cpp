// sequent-infer: runs a model archive on texts.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/common_program.h"
#include "apps/infer_input.h"
#include "apps/infer_stream.h"
#include "apps/infer_vectors.h"
#include "sequent/artifact.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/tags.h"
#include "text/code_points.h"

namespace sequent {
namespace {

/// Options that another engine would leave without effect.
void check_engine_options(const InferOptions& options) {
  if (options.predictor.engine == Engine::kFused || !options.token_table_given) return;
  throw Error(ErrorKind::kUsage, "--token-table",
              "has no effect on the torchscript engine; leave it out, or use --engine fused");
}

/// Options that the input's format would leave without effect, and an output that is the input.
void check_input_options(const InferOptions& options) {
  if (options.overwrite && (options.output.empty() || options.output == "-")) {
    refuse("--overwrite", "has no effect without --output FILE; leave it out");
  }
  const bool lines = input_format_of(options) == "lines";
  if (lines && (options.text_given || options.no_header)) {
    throw Error(ErrorKind::kUsage, options.text_given ? "--text" : "--no-header",
                "has no effect on lines, as which " + options.input +
                    " is read; add --input-format tsv, csv or jsonl");
  }
  const std::string format = input_format_of(options);
  if (options.no_header && format != "tsv" && format != "csv") {
    throw Error(ErrorKind::kUsage, "--no-header", "has no effect on " + format + "; leave it out");
  }
  std::error_code code;
  if (std::filesystem::equivalent(options.input, options.output, code) &&
      std::filesystem::is_regular_file(options.input, code)) {
    throw Error(ErrorKind::kUsage, options.output, "is the input as well; give another --output");
  }
}

/// Options that have no meaning for numbers or tags, and those that have for tags alone.
void check_task_options(const InferOptions& options, const Predictor& predictor) {
  const bool of_classes = options.top_k != 1 || options.probabilities;
  const std::string class_option = options.probabilities ? "--probabilities" : "--top-k";
  if ((predictor.is_regression() || predictor.is_language_model() ||
       predictor.is_sequence_to_sequence()) &&
      of_classes) {
    refuse(class_option, predictor.is_regression()
                             ? "has no meaning for this model, which predicts numbers; leave it out"
                         : predictor.is_language_model()
                             ? "has no meaning for a language model; leave it out"
                             : "has no meaning for this model, which writes text; leave it out");
  }
  if (predictor.is_multi_label() && options.top_k != 1) {
    refuse("--top-k",
           "has no meaning for this model, which gives any number of labels; use "
           "--probabilities");
  }
  if (!options.text_b.empty() && !predictor.reads_pairs()) {
    refuse("--text-b",
           "has no meaning for this model, which reads one text at a time; leave it out");
  }
  const std::string format = input_format_of(options);
  if (!predictor.is_tagger()) {
    if (options.every_tag) refuse("--tags", "has no meaning for this model, which gives no tags");
    if (options.format == "conll") {
      refuse("--format conll", "has no meaning for this model, which gives no tags");
    }
    if (format == "conll" || format == "tokens") {
      refuse("--input-format " + format, "holds tokens, and this model reads whole texts");
    }
    return;
  }
  if (of_classes) {
    refuse(class_option, "has no meaning for this model, which gives tags; leave it out");
  }
  if (options.format == "tsv" || options.format == "csv") {
    refuse("--format " + options.format, "cannot hold the tags of a text; expected jsonl or conll");
  }
  if (options.format == "conll" && options.every_tag) {
    refuse("--tags", "has no effect on --format conll, which gives every tag; leave it out");
  }
  if (options.format == "conll" && !options.prefix.empty()) {
    refuse("--prefix", "has no effect on --format conll, which has no named columns; leave it out");
  }
  if (options.format == "conll" && options.on_error == "record") {
    refuse("--on-error record", "cannot be written as conll; expected --format jsonl");
  }
}

/// In a table's cell labels stand with "|" between.
void check_label_names(const InferOptions& options, const Predictor& predictor) {
  if (!predictor.is_multi_label() || options.format == "jsonl") return;
  for (const std::string& label : predictor.labels()) {
    if (label.find('|') == std::string::npos) continue;
    refuse("--format " + options.format, "cannot hold the label \"" + label +
                                             "\": in tables | stands between labels; expected "
                                             "jsonl");
  }
}

OutputFormat output_format_of(const InferOptions& options) {
  if (options.format == "tsv") return OutputFormat::kTsv;
  if (options.format == "conll") return OutputFormat::kConll;
  return options.format == "csv" ? OutputFormat::kCsv : OutputFormat::kJsonl;
}

void predict_file(const InferOptions& options) {
  check_input_options(options);
  const Predictor predictor = Predictor::load(options.model, options.predictor);
  if (options.embed) return write_vectors(options, predictor);
  if (!options.neighbors.empty()) return write_neighbors(options, predictor);
  check_task_options(options, predictor);
  OutputSink sink(options.output, options.overwrite);
  const Input input = open_input(options, predictor);
  OutputOptions writing;
  writing.format = output_format_of(options);
  writing.fields = input.fields;
  writing.columns = input.reader->columns();
  writing.labels = predictor.labels();
  writing.is_text = predictor.channels() == 0;
  writing.is_regression = predictor.is_regression();
  writing.is_tagger = predictor.is_tagger();
  writing.row_labels = predictor.row_labels();
  check_label_names(options, predictor);
  writing.is_multi_label = predictor.is_multi_label();
  writing.is_language_model = predictor.is_language_model();
  writing.is_sequence_to_sequence = predictor.is_sequence_to_sequence();
  writing.marks_spans = predictor.is_tagger() && TagSet(predictor.labels()).marks_spans();
  writing.every_tag = options.every_tag;
  writing.top_k = options.top_k;
  writing.probabilities = options.probabilities;
  writing.prefix = options.prefix;
  const RecordWriter writer(writing);
  watch_signals();
  const StreamCounts counts =
      predict_stream(*input.reader, predictor, writer, options.on_error == "record", sink,
                     [] { return received_signal() != 0; });
  if (received_signal() != 0) return;  // the file keeps its former content, or is not made
  sink.finish();
  if (counts.records == 0) log_warning(options.input + ": the input is empty: no predictions");
  if (counts.faults > 0) {
    log_warning(std::to_string(counts.faults) + " of " + std::to_string(counts.records) +
                " records could not be used and were written as errors");
  }
}

/// A line for the label of the whole text, if there is one, one for each entity, or for each token
/// where tags mark none, then an empty line.
std::string shown_tags(const Predictor& predictor, const std::string& line) {
  const TaggedText tagged = predictor.tag(line);
  const CodePoints points(line);
  std::string text;
  if (tagged.row_label >= 0) {
    text = predictor.row_labels()[static_cast<std::size_t>(tagged.row_label)] + "\t" +
           std::to_string(tagged.row_probability) + "\n";
  }
  for (const TaggedSpan& span : tagged.spans) {
    text.append(span.type).append("\t").append(points.part(span.begin, span.end));
    text.append("\t").append(std::to_string(span.probability)).append("\n");
  }
  if (tagged.truncated) text += "(cut off)\n";
  return text + "\n";
}

/// The answer to one line, without flags.
std::string shown(const Predictor& predictor, const Prediction& prediction) {
  if (predictor.is_regression()) return std::to_string(prediction.values.at(0));
  const auto line_of = [&](std::int64_t label) {
    const auto index = static_cast<std::size_t>(label);
    return predictor.labels()[index] + "\t" + std::to_string(prediction.probabilities[index]);
  };
  if (!predictor.is_multi_label()) return line_of(prediction.label);
  std::string text;
  for (const std::int64_t label : prediction.labels) {
    text += (text.empty() ? "" : "\n") + line_of(label);
  }
  return text.empty() ? "(no label)" : text;
}

/// Options about records, which --interactive does not write.
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
  no_effect(!options.prefix.empty(), "--prefix");
  no_effect(options.on_error != "fail", "--on-error");
}

/// Two texts with a tab between them.
Prediction predict_typed_pair(const Predictor& predictor, const std::string& line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string::npos) {
    throw Error(ErrorKind::kData, "",
                "found no tab; the model reads pairs: type TEXT, a tab, TEXT");
  }
  return predictor.predict(line.substr(0, tab), line.substr(tab + 1));
}

void predict_as_typed(const InferOptions& options) {
  check_typed_options(options);
  const Predictor predictor = Predictor::load(options.model, options.predictor);
  if (predictor.channels() > 0) {
    throw Error(ErrorKind::kUsage, "--interactive",
                "the model reads sequences of numbers; give them in a file of JSON Lines");
  }
  const bool prompt = ::isatty(STDIN_FILENO) != 0;
  const auto show_prompt = [prompt] {
    if (prompt) std::cerr << "> " << std::flush;
  };
  show_prompt();
  for (std::string line; std::getline(std::cin, line); show_prompt()) {
    try {
      if (predictor.is_tagger()) {
        print(shown_tags(predictor, line));
        std::fflush(stdout);
        continue;
      }
      if (predictor.is_sequence_to_sequence()) {
        print(predictor.write(line).text + "\n");
        std::fflush(stdout);
        continue;
      }
      if (predictor.is_language_model()) {
        print(std::to_string(predictor.score({&line, 1}).front().perplexity()) + "\n");
        std::fflush(stdout);
        continue;
      }
      const Prediction prediction =
          predictor.reads_pairs() ? predict_typed_pair(predictor, line) : predictor.predict(line);
      std::string text = shown(predictor, prediction);
      if (prediction.empty) text += "\t(no words)";
      if (prediction.truncated) text += "\t(cut off)";
      print(text + "\n");
      std::fflush(stdout);
    } catch (const Error& error) {
      log_warning(error.what());
    }
  }
}

void add_options(CLI::App& app, InferOptions& options) {
  app.add_option("MODEL", options.model, "Model archive made by sequent export")->required();
  CLI::Option* input = app.add_option("INPUT", options.input,
                                      "File of texts, - for stdin; .gz and .xz are read as well")
                           ->capture_default_str();
  CLI::Option* output =
      app.add_option("-o,--output", options.output, "File to write; default: stdout");
  app.add_flag("--overwrite", options.overwrite, "Replace the output file if it exists");
  app.add_option("--format", options.format,
                 "Of the output: jsonl, tsv or csv; of a tagger jsonl or conll")
      ->check(CLI::IsMember({"jsonl", "tsv", "csv", "conll"}))
      ->capture_default_str();
  app.add_option("--input-format", options.input_format,
                 "lines, tsv, csv, jsonl; for a tagger also conll, and tokens: JSON Lines with a "
                 "list of them; auto: by the file's ending, else lines")
      ->check(CLI::IsMember({"auto", "lines", "tsv", "csv", "jsonl", "conll", "tokens"}))
      ->capture_default_str();
  app.add_option("--text", options.text,
                 "Column or key of the text, or a column's index from 0; for a model that reads "
                 "numbers the key of the steps, default: as in training")
      ->each([&options](const std::string&) { options.text_given = true; })
      ->capture_default_str();
  app.add_option("--text-b", options.text_b,
                 "Column or key of a pair's second text; default: as in training");
  app.add_flag("--no-header", options.no_header, "TSV and CSV input begins with data");
  app.add_option("--top-k", options.top_k, "Labels to give, the most probable first")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_flag("--probabilities", options.probabilities, "Give the probability of every label");
  app.add_flag("--tags", options.every_tag, "Of a tagger: the tag of every token as well");
  app.add_option("--prefix", options.prefix, "Before the names of what is added to a record");
  app.add_option("--threads", options.predictor.threads, "Computing threads; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--batch-tokens", options.predictor.batch_tokens,
                 "Most tokens a thread computes at a time, padding included")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  app.add_option("--engine", options.predictor.engine,
                 "fused: the library's own kernels; torchscript: the archive's graph")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Engine>{
          {"fused", Engine::kFused}, {"torchscript", Engine::kTorchScript}}))
      ->option_text("{fused,torchscript}=fused");
  app.add_option("--precision", options.predictor.precision,
                 "Of the fused engine's products: float32, bfloat16, or auto: bfloat16 where the "
                 "CPU has instructions for it")
      ->transform(CLI::CheckedTransformer(precision_names()))
      ->option_text("{float32,bfloat16,auto}=float32");
  app.add_option("--token-table", options.predictor.token_table_mib,
                 "Most MiB for what the fused engine computes once per token; 0: keep nothing")
      ->check(CLI::Range(0, 1 << 20))
      ->each([&options](const std::string&) { options.token_table_given = true; })
      ->capture_default_str();
  app.add_option(
         "--beams", options.predictor.beams,
         "Of a model that writes text: texts tried side by side; 1: always the most probable "
         "token")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  CLI::Option* embed = app.add_flag(
      "--embed", options.embed, "Write each text's vector instead: a NumPy matrix, to --output");
  app.add_option("--neighbors", options.neighbors,
                 "Give the --top-k texts of this file whose vectors are nearest instead")
      ->excludes(embed);
  app.add_option("--on-error", options.on_error,
                 "At a row that cannot be read: fail, or record it as an error and go on")
      ->check(CLI::IsMember({"fail", "record"}))
      ->capture_default_str();
  app.add_flag("-i,--interactive", options.interactive, "Classify lines as you type them")
      ->excludes(input)
      ->excludes(output);
}

}  // namespace
}  // namespace sequent

int main(int argc, char** argv) {
  CLI::App app{"Runs a model archive on texts, one output record per input record, in order."};
  app.set_version_flag("--version", std::string(sequent::version()));
  app.footer(
      "Exit codes: 0 ok, 1 runtime failure, 2 usage, 3 data, 4 model archive, 130 SIGINT, "
      "143 SIGTERM.");
  sequent::InferOptions options;
  sequent::add_options(app, options);
  return sequent::run_program(app, argc, argv, [&options] {
    sequent::check_engine_options(options);
    if (options.interactive) {
      sequent::predict_as_typed(options);
    } else {
      sequent::predict_file(options);
    }
  });
}
