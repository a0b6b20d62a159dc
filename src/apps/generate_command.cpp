#include <cstdio>
#include <limits>
#include <memory>

#include "apps/commands.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/predictor.h"

namespace sequent {
namespace {

struct GenerateCommandOptions {
  std::string model;
  std::string prompt;
  GenerateOptions how;
};

void generate_command(const GenerateCommandOptions& options) {
  const Predictor predictor = Predictor::load(options.model);
  if (!predictor.is_language_model()) {
    throw Error(ErrorKind::kUsage, options.model,
                "is no language model; expected one that was trained with \"task\": "
                "\"language_model\"");
  }
  if (options.how.temperature == 0 && (options.how.top_k > 0 || options.how.top_p < 1)) {
    throw Error(ErrorKind::kUsage, "--temperature 0",
                "always takes the most probable token: --top-k and --top-p have no effect; leave "
                "them out");
  }
  watch_signals();
  // The prompt goes before the first piece: one that cannot be read is not printed.
  std::string last;
  predictor.generate(options.prompt, options.how, [&](std::string_view piece) {
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
  CLI::App* command = app.add_subcommand("generate", "Let a language model write on from a prompt");
  command->add_option("MODEL", options->model, "Model archive made by sequent export")->required();
  command->add_option("--prompt", options->prompt, "Text to go on from; it is printed as well");
  command->add_option("--length", options->how.length, "Most tokens to write")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str();
  command->add_option("--lines", options->how.lines, "Stop after as many lines; 0: no limit")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--temperature", options->how.temperature,
                   "Above 1 bolder, below 1 more careful; 0: always the most probable token")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command
      ->add_option("--top-k", options->how.top_k,
                   "Draw among the K most probable tokens; 0: among all")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  command
      ->add_option("--top-p", options->how.top_p,
                   "Draw among the most probable tokens that together have this probability")
      ->check(CLI::Range(1e-9, 1.0))
      ->capture_default_str();
  command->add_option("--seed", options->how.seed, "The same seed gives the same text")
      ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { generate_command(*options); }; });
}

}  // namespace sequent
