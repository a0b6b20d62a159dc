// The program sequent-infer, which runs a model archive on texts.
#include <charconv>
#include <map>
#include <string>
#include <system_error>

#include "apps/cli_docs.h"
#include "apps/common_program.h"
#include "batch/batch_inference.h"
#include "sequent/artifact.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Errors: Usage unless `text` is a number from 0 to 1.
double parse_share(const std::string& option, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc{} && stop == end && value >= 0 && value <= 1) return value;
  throw Error(ErrorKind::kUsage, option,
              "found \"" + text +
                  "\"; expected a probability from 0 to 1, or no value and the option after the "
                  "names of the files");
}

/// Reads the number of tokens that --explain shows. Errors: Usage.
void set_explained_tokens(const std::string& text, InferOptions& options) {
  constexpr int kMost = 1000000;
  options.explain = true;
  if (text.empty()) return;
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text != "all" &&
      (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kMost)) {
    refuse("--explain", "found " + text +
                            "; expected a number of tokens from 1 to 1000000, or all. To use the "
                            "default before another argument, write --explain=5");
  }
  options.explain_tokens = text == "all" ? 0 : count;
  options.explain_tokens_is_given = count != InferOptions().explain_tokens;
}

void add_explain_options(CLI::App& app, InferOptions& options) {
  app.add_option_function<std::string>(
         "--explain", [&options](const std::string& text) { set_explained_tokens(text, options); },
         "Explain each prediction: output the K tokens that contribute most to it, or all, with "
         "their offsets")
      ->type_name("[K]")
      ->expected(0, 1)
      ->default_str("5");
  app.add_option("--explain-method", options.explain_method,
                 "gradients: integrated gradients of the predicted value along the path from zero "
                 "vectors; occlusion: how much the value falls without the token")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, ExplainMethod>{{"gradients", ExplainMethod::kIntegratedGradients},
                                               {"occlusion", ExplainMethod::kOcclusion}}))
      ->each([&options](const std::string&) { options.explain_method_is_given = true; })
      ->option_text("{gradients,occlusion}=gradients");
  app.add_option("--explain-label", options.explain_label,
                 "Label or target to explain; by default, the predicted ones")
      ->type_name("LABEL");
}

void add_options(CLI::App& app, InferOptions& options) {
  app.add_option("MODEL", options.model, "Model archive created by sequent export")->required();
  CLI::Option* input =
      app.add_option("INPUT", options.input,
                     "Input file, or - for stdin; .gz, .xz and .zst files are decompressed")
          ->capture_default_str();
  CLI::Option* output = app.add_option("-o,--output", options.output,
                                       "Output file; without one, records are written to stdout");
  app.add_flag("--overwrite", options.overwrite, "Replace the output file if it exists");
  app.add_option(
         "--format", options.format,
         "Output format; taggers write jsonl or conll, other models jsonl, tsv or csv. html "
         "is a page of texts with colored tokens, for --explain")
      ->check(CLI::IsMember({"jsonl", "tsv", "csv", "conll", "html"}))
      ->capture_default_str();
  app.add_option("--input-format", options.input_format,
                 "Input format; auto infers it from the file extension and falls back to lines. "
                 "conll, and tokens (JSON Lines with a list of tokens), are for taggers")
      ->check(CLI::IsMember({"auto", "lines", "tsv", "csv", "jsonl", "conll", "tokens"}))
      ->capture_default_str();
  app.add_option("--text", options.text,
                 "Column name, column index (from 0) or JSON key of the text, or of the series if "
                 "the model reads numbers; by default, the one used in training")
      ->type_name("COLUMN")
      ->each([&options](const std::string&) { options.text_given = true; });
  app.add_option("--text-b", options.text_b,
                 "Column or JSON key of the second text of a pair; by default, the one used in "
                 "training")
      ->type_name("COLUMN");
  app.add_flag("--no-header", options.no_header, "TSV or CSV input has no header line");
  app.add_option(
         "--delimiter", options.delimiter,
         "Character between the columns of CSV input, such as ';', '|' or '\\t'; by default, "
         "the one used in training, or a comma")
      ->type_name("CHARACTER")
      ->transform([](const std::string& value) { return value == "\\t" ? "\t" : value; });
  app.add_option("--encoding", options.encoding,
                 "Character encoding of the input, such as gb18030 or windows-1252; UTF-8 and "
                 "UTF-16 with a byte-order mark are detected")
      ->type_name("ENCODING")
      ->capture_default_str();
  app.add_option("--top-k", options.top_k, "Number of labels per record, most probable first")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_flag("--probabilities", options.probabilities, "Output the probability of every label");
  app.add_option_function<std::string>(
         "--abstain",
         [&options](const std::string& threshold) {
           options.abstain = true;
           if (!threshold.empty()) options.abstain_below = parse_share("--abstain", threshold);
         },
         "Output no label where the probability is below this threshold; without a value, the one "
         "that the archive was exported with (classifiers only)")
      ->expected(0, 1)
      ->type_name("[THRESHOLD]");
  app.add_option("--prediction-set", options.prediction_set,
                 "Output a set of labels that contains the true one with this probability, such as "
                 "0.9 (classifiers only)")
      ->type_name("LEVEL");
  app.add_option("--sets", options.sets,
                 "With --prediction-set: lac gives the smallest sets, aps gives larger sets where "
                 "the label is uncertain")
      ->transform(CLI::CheckedTransformer(std::map<std::string, PredictionSets>{
          {"lac", PredictionSets::kLac}, {"aps", PredictionSets::kAps}}))
      ->option_text("{lac,aps}=lac");
  app.add_option("--interval", options.interval,
                 "Output an interval for each number that contains the true one with this "
                 "probability, such as 0.9 (regressions and forecasts only)")
      ->type_name("LEVEL");
  app.add_flag("--tags", options.every_tag, "Also output the tag of every token (taggers only)");
  app.add_option("--prefix", options.prefix, "Prefix of the names of all fields added to a record")
      ->type_name("PREFIX");
  app.add_option("--threads", options.loading.threads, "Number of threads; 0 uses one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--batch-tokens", options.loading.batch_tokens,
                 "Maximum number of tokens in a batch, including padding")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  app.add_option(
         "--engine", options.loading.engine,
         "Inference engine: fused uses Sequent's own kernels, torchscript runs the "
         "graph in the archive on LibTorch, which the plugin libsequent_torchscript.so loads")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Engine>{
          {"fused", Engine::kFused}, {"torchscript", Engine::kTorchScript}}))
      ->option_text("{fused,torchscript}=fused");
  app.add_flag("--trust-code", options.loading.trust_code,
               "With --engine torchscript: run the archive's code even if it is not what this "
               "program generates for the archive's config. Such code can do anything");
  app.add_option("--precision", options.loading.precision,
                 "Precision of the fused engine's matrix products; auto uses bfloat16 if the CPU "
                 "supports it")
      ->transform(CLI::CheckedTransformer(precision_names()))
      ->option_text("{float32,bfloat16,auto}=float32");
  app.add_option("--token-table", options.loading.token_table_mib,
                 "Maximum size in MiB of the fused engine's cache of per-token results; 0 disables "
                 "it")
      ->check(CLI::Range(0, 1 << 20))
      ->each([&options](const std::string&) { options.token_table_given = true; })
      ->capture_default_str();
  app.add_option("--beams", options.beams,
                 "Beam width of sequence-to-sequence models; 1 is greedy decoding")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  CLI::Option* embed =
      app.add_flag("--embed", options.embed,
                   "Write the embedding of each text to --output, as a NumPy matrix, instead of "
                   "predictions");
  app.add_option("--neighbors", options.neighbors,
                 "Output the --top-k texts of this file whose embeddings are nearest, instead of "
                 "predictions")
      ->excludes(embed);
  add_explain_options(app, options);
  app.add_option("--on-error", options.on_error,
                 "How to treat a row that cannot be read: fail, or record the error and continue")
      ->check(CLI::IsMember({"fail", "record"}))
      ->capture_default_str();
  app.add_flag("-i,--interactive", options.interactive, "Answer each line as it is typed")
      ->excludes(input)
      ->excludes(output);
}

}  // namespace
}  // namespace sequent

int main(int argc, char** argv) {
  CLI::App app{"Runs a model archive on texts: one output record per input record, in order.",
               "sequent-infer"};
  const std::vector<sequent::ExitCode> exit_codes = {{0, "success"},
                                                     {1,
                                                      "runtime failure, such as a full disk, too "
                                                      "little memory or a missing plugin"},
                                                     {2, "invalid command line"},
                                                     {3, "invalid input"},
                                                     {4, "invalid model archive"},
                                                     {129, "stopped by SIGHUP"},
                                                     {130, "stopped by SIGINT"},
                                                     {143, "stopped by SIGTERM"}};
  sequent::add_help(app, exit_codes);
  sequent::InferOptions options;
  sequent::add_options(app, options);
  sequent::add_docs_flags(app, exit_codes);
  return sequent::run_program(app, argc, argv, [&options] {
    sequent::run_inference(
        options, {sequent::watch_signals, [] { return sequent::received_signal() != 0; }});
  });
}
