#include <algorithm>
#include <memory>

#include "apps/commands.h"
#include "bench/bench.h"
#include "sequent/error.h"

namespace sequent {
namespace {

struct BenchCommandOptions {
  std::string config;
  std::vector<std::string> overrides;
  LayerBenchOptions layer;
  int rounds = 5;
  bool json = false;
};

void bench_command(BenchCommandOptions options, bool layer_options) {
  BenchReport report;
  if (options.config.empty()) {
    if (!options.overrides.empty()) {
      throw Error(ErrorKind::kUsage, "--set",
                  "overrides an option of a config, but CONFIG is missing");
    }
    options.layer.rounds = options.rounds;
    report = bench_layer(options.layer);
  } else {
    if (layer_options) {
      throw Error(
          ErrorKind::kUsage, options.config,
          "--cell, --units, --input, --length, --batch and --precision measure a layer without a "
          "config; remove CONFIG or these options");
    }
    report = bench_config(load_config(options.config, parse_overrides(options.overrides)),
                          options.rounds);
  }
  print(options.json ? bench_to_json(report) + "\n" : bench_to_text(report));
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "bench", "Measure the speed of Sequent and of LibTorch, and the limit of the machine");
  command->add_option(
      "CONFIG", options->config,
      "Config file (JSON) whose training and inference are measured; without one, a single "
      "layer is measured");
  command
      ->add_option("--set", options->overrides,
                   "Override an option of the config, such as training.batch_size=32")
      ->type_name("PATH=JSON")
      ->allow_extra_args(false);
  LayerBenchOptions& layer = options->layer;
  std::vector<CLI::Option*> own = {
      command->add_option("--cell", layer.cell, "Cell type of the layer")
          ->check(CLI::IsMember(bench_cells()))
          ->capture_default_str(),
      command->add_option("--units", layer.units, "Number of units of the layer")
          ->check(CLI::Range(1, 65536))
          ->capture_default_str(),
      command
          ->add_option("--input", layer.input,
                       "Input size of the layer; 0 means the number of units")
          ->check(CLI::Range(0, 65536))
          ->capture_default_str(),
      command->add_option("--length", layer.length, "Number of time steps of each sequence")
          ->check(CLI::Range(1, 100000))
          ->capture_default_str(),
      command->add_option("--batch", layer.batch, "Number of sequences in a batch")
          ->check(CLI::Range(1, 100000))
          ->capture_default_str(),
      command
          ->add_option("--precision", layer.precision,
                       "Precision of Sequent's matrix products, as runtime.precision")
          ->transform(CLI::CheckedTransformer(precision_names()))
          ->option_text("{float32,bfloat16,auto}=float32")};
  command
      ->add_option("--rounds", options->rounds,
                   "Number of measurements of each engine; the median is reported")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print the report as one JSON object");
  command->callback([options, own, &action] {
    const bool layer_options =
        std::any_of(own.begin(), own.end(), [](const CLI::Option* o) { return o->count() > 0; });
    action = [options, layer_options] { bench_command(*options, layer_options); };
  });
}

}  // namespace sequent
