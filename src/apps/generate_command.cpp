#include <cstdio>
#include <limits>
#include <memory>

#include "apps/commands.h"
#include "sequent/error.h"
#include "sequent/inference.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

struct GenerateCommandOptions {
  std::string model;
  std::string prompt;
  GenerateOptions how;
};

void generate_command(const GenerateCommandOptions& options) {
  const Model model = Model::load(options.model);
  if (definition_of(Task(model.task())).target() != TargetKind::kNextTokens) {
    throw Error(ErrorKind::kUsage, options.model,
                "is not a language model; expected a model trained with \"task\": "
                "\"language_model\"");
  }
  if (options.how.temperature == 0 && (options.how.top_k > 0 || options.how.top_p < 1)) {
    throw Error(ErrorKind::kUsage, "--temperature 0",
                "always takes the most probable token, so that --top-k and --top-p have no effect; "
                "remove them");
  }
  const LanguageModel language_model(model);
  watch_signals();
  // Print the prompt only with the first piece, so that an invalid prompt is not printed.
  std::string last;
  language_model.generate(options.prompt, options.how, [&](std::string_view piece) {
    if (last.empty()) print(options.prompt);
    print(piece);
    flush();
    last = piece;
    return received_signal() == 0;
  });
  if (!last.ends_with('\n')) print("\n");
}

}  // namespace

void add_generate_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<GenerateCommandOptions>();
  CLI::App* command = app.add_subcommand("generate", "Generate text with a language model");
  command->add_option("MODEL", options->model, "Model archive created by sequent export")
      ->required();
  command
      ->add_option("--prompt", options->prompt,
                   "Text to continue; it is printed before the generated text")
      ->type_name("PROMPT");
  command->add_option("--length", options->how.length, "Maximum number of tokens to generate")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  command->add_option("--lines", options->how.lines, "Stop after this many lines; 0 means no limit")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--temperature", options->how.temperature,
                   "Sampling temperature; 0 always takes the most probable token")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command
      ->add_option("--top-k", options->how.top_k,
                   "Sample from the K most probable tokens; 0 samples from all")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  command
      ->add_option(
          "--top-p", options->how.top_p,
          "Sample from the smallest set of tokens whose total probability reaches this value")
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  command
      ->add_option("--seed", options->how.seed,
                   "Random seed; the same seed generates the same text")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { generate_command(*options); }; });
}

}  // namespace sequent
