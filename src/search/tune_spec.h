// The search file of `sequent tune`: which options of a config vary, how values are chosen, and
// when the search ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/strict_json.h"
#include "sequent/config.h"
#include "sequent/describe.h"

namespace sequent {

/// The values of other options with which an option is part of a trial, by path. An empty map is
/// always satisfied.
using TuneCondition = std::map<std::string, std::vector<Json>>;

/// Describes the condition of an option.
template <class Self, class Visitor>
void describe_condition(Self& self, Visitor& visit) {
  visit("when", self.when,
        "Paths of other options, each with a list of values: the option is part of a trial only if "
        "each of them has one of its values.");
}

/// Describes the ends of a range.
template <class Self, class Visitor, class... Rules>
void describe_ends(Self& self, Visitor& visit, Rules... rules) {
  visit("low", self.low, "Smallest value.", required, rules...);
  visit("high", self.high, "Largest value.", required, rules...);
}

struct UniformRange {
  static constexpr std::string_view kType = "uniform";
  double low = 0;
  double high = 1;
  TuneCondition when;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    describe_ends(self, visit);
    describe_condition(self, visit);
  }
};

struct LogUniformRange {
  static constexpr std::string_view kType = "log_uniform";
  double low = 1;
  double high = 10;
  TuneCondition when;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    describe_ends(self, visit, above(0));
    describe_condition(self, visit);
  }
};

struct IntegerRange {
  static constexpr std::string_view kType = "integer";
  std::int64_t low = 0;
  std::int64_t high = 1;
  std::int64_t step = 1;
  bool log = false;
  TuneCondition when;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    describe_ends(self, visit);
    visit("step", self.step, "Distance between values.", at_least(1));
    visit("log", self.log, "Whether the logarithm of the value is uniform.");
    describe_condition(self, visit);
  }
};

struct ChoiceRange {
  static constexpr std::string_view kType = "choice";
  std::vector<Json> values;
  TuneCondition when;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("values", self.values, "The values, which can be objects such as whole layers.", required,
          not_empty);
    describe_condition(self, visit);
  }
};

using DimensionSpec = std::variant<UniformRange, LogUniformRange, IntegerRange, ChoiceRange>;

const TuneCondition& condition_of(const DimensionSpec& spec);

/// A method without options.
struct PlainMethod {
  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

struct GridMethod : PlainMethod {
  static constexpr std::string_view kType = "grid";
};

struct RandomMethod : PlainMethod {
  static constexpr std::string_view kType = "random";
};

struct TpeMethod {
  static constexpr std::string_view kType = "tpe";
  std::int64_t startup_trials = 10;
  std::int64_t candidates = 24;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("startup_trials", self.startup_trials,
          "Number of random trials before the model is used.", between(1, 1000000));
    visit("candidates", self.candidates,
          "Number of candidates that are sampled for each trial, of which the best is taken.",
          between(1, 100000));
  }
};

using MethodSpec = std::variant<TpeMethod, RandomMethod, GridMethod>;

/// Asynchronous successive halving (ASHA; Li et al. 2020) in its stopping form.
struct HalvingSpec {
  std::int64_t min_epochs = 1;
  std::int64_t reduction = 3;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("min_epochs", self.min_epochs, "Epochs after which a trial can be stopped first.",
          between(1, 1000000));
    visit("reduction", self.reduction,
          "A trial goes on if it is in the best 1/reduction of the trials that came this far; the "
          "next decision is after reduction times as many epochs.",
          between(2, 100));
  }
};

enum class Direction { kMaximize, kMinimize };
template <>
struct EnumNames<Direction> {
  static constexpr std::array<std::string_view, 2> values{"maximize", "minimize"};
};

/// Whether greater or smaller values of a report's metric are better.
Direction direction_of(const std::string& metric);

struct ObjectiveSpec {
  std::optional<std::string> metric;
  std::optional<Direction> direction;
  std::int64_t seeds = 1;
  std::optional<std::int64_t> folds;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("metric", self.metric,
          "Metric of the validation report. The default is the one that chooses the best epoch.",
          not_empty);
    visit("direction", self.direction, "Whether larger or smaller values are better.");
    visit("seeds", self.seeds, "Number of seeds over which the objective is averaged.",
          between(1, 1000));
    visit("folds", self.folds, "Number of folds over which the objective is averaged.",
          between(2, 1000));
  }
};

struct TuneBudget {
  std::optional<std::int64_t> trials;
  std::optional<double> seconds;
  std::optional<std::int64_t> tokens;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("trials", self.trials, "Number of trials.", between(1, 1000000));
    visit("seconds", self.seconds, "Time of the search without the final run, in seconds.",
          above(0));
    visit("tokens", self.tokens,
          "Number of training tokens: no generation begins after the trials have read as many.",
          at_least(1));
  }
};

struct TuneConstraints {
  std::optional<std::int64_t> parameters;
  std::optional<double> archive_megabytes;
  std::optional<double> latency_ms;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("parameters", self.parameters, "Largest number of parameters.", at_least(1));
    visit("archive_megabytes", self.archive_megabytes,
          "Largest size of the exported model, in units of 1,000,000 bytes.", above(0));
    visit("latency_ms", self.latency_ms,
          "Largest time in milliseconds in which the exported model predicts for one validation "
          "example, on one thread: the median over up to 200 examples. It depends on the machine, "
          "so that such a search does not repeat to the byte.",
          above(0));
  }
};

struct TuneSpec {
  Json config;
  std::map<std::string, Json> fixed;
  std::map<std::string, DimensionSpec> space;
  MethodSpec method;
  std::optional<HalvingSpec> halving;
  ObjectiveSpec objective;
  TuneBudget budget;
  TuneConstraints constraints;
  std::int64_t generation = 4;
  std::int64_t parallel = 0;
  std::int64_t seed = 1;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("config", self.config, "The config: a path relative to this file, or an object.",
          required);
    visit("fixed", self.fixed, "Options of the config to override, by path.");
    visit("space", self.space, "The options that vary, by path.", required);
    visit("method", self.method, "How values are chosen.");
    visit("halving", self.halving, "Stops bad trials early.");
    visit("objective", self.objective, "What is optimized.");
    visit("budget", self.budget, "When the search ends.");
    visit("constraints", self.constraints, "What a model must satisfy to win.");
    visit("generation", self.generation,
          "Number of trials that are suggested from the same earlier results.", between(1, 10000));
    visit("parallel", self.parallel,
          "Number of trials that train at the same time. 0: as many as there are cores for.",
          between(0, 10000));
    visit("seed", self.seed, "Seed of the suggestions.", at_least(0));
  }
};

/// A search file and the config that it refers to.
struct TuneFile {
  TuneSpec spec;
  std::string name;                      // of the file, for messages
  Json base;                             // the config's document with the fixed options
  std::string base_name;                 // of the config, for messages
  std::filesystem::path base_directory;  // of relative paths in the config
  Json document;                         // everything, self-contained: what search.json holds
};

/// Reads a search file. `overrides` change options of the search file, as --set does of a config.
/// Errors: Config, with all errors of the file; those of the space are found by TuneSpace.
TuneFile read_tune_file(const std::filesystem::path& path, const std::vector<Override>& overrides);

/// Returns the reference of the options of search files as Markdown.
std::string tune_reference();

/// Returns what a search that is resumed must have in common with this one: everything except the
/// budget and `parallel`.
Json identity_of(const TuneFile& file);

}  // namespace sequent
