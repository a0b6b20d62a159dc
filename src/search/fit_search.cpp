#include "search/fit_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/format.h"
#include "search/fit_candidates.h"
#include "sequent/describe.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

constexpr double kBaselineShare = 0.25;    // of the time, at most
constexpr double kCandidatesShare = 0.4;   // of the time, for the first slices of all candidates
constexpr double kMembersShare = 0.3;      // of the time, for several trainings of the leader
constexpr double kRetrainingFactor = 1.1;  // by which a training may be slower the second time
constexpr double kMargin = 0.02;           // by which a variant may be behind the leader

FitRecipe without_seed(FitRecipe recipe) {
  recipe.seed = 0;
  return recipe;
}

/// Whether a trial is better than another one; ties are decided by the smaller loss.
bool is_better(const FitTrial& a, const FitTrial& b) {
  return a.score() != b.score() ? a.score() > b.score() : a.loss() < b.loss();
}

}  // namespace

FitSearch::FitSearch(const SniffedData& data, const FitOptions& options, const FitHooks& hooks,
                     Monitor monitor, std::filesystem::path trials, Clock::time_point start)
    : data_(data),
      options_(options),
      hooks_(hooks),
      monitor_(monitor),
      folder_(std::move(trials)),
      start_(start) {}

void FitSearch::run() {
  run_baseline();
  run_candidates();
  refine();
  if (ranking().empty()) {
    throw Error(ErrorKind::kRuntime, options_.out.string(),
                was_stopped_
                    ? "stopped before a trial had a result; nothing is written"
                    : "no trial has a result; the first one failed: " + trials_.front()->fault());
  }
}

double FitSearch::now() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

double FitSearch::reserve_of_export() const { return std::min(20.0, 0.05 * options_.seconds); }

std::int64_t FitSearch::planned_members(double seconds) const {
  if (!definition_of(data_.task).has_average()) return 1;
  const double most = kMembersShare * options_.seconds / (kRetrainingFactor * seconds);
  const auto fitting = static_cast<std::int64_t>(std::min(most, double{FitOptions::kMostMembers}));
  return std::clamp<std::int64_t>(fitting, 1, options_.members);
}

bool FitSearch::has_time_to_train(double seconds) const {
  return now() + kRetrainingFactor * seconds + reserve_of_export() < options_.seconds;
}

/// Returns the time that is kept for trainings of this many seconds, the test and the export.
double FitSearch::reserve(double seconds) const {
  const auto members = static_cast<double>(planned_members(seconds));
  return members * kRetrainingFactor * seconds + reserve_of_export();
}

/// Whether another trial of this many seconds leaves enough time for the leader, whichever it is
/// then.
bool FitSearch::has_time(double seconds) const {
  double kept = seconds;
  if (!ranking().empty()) kept = std::max(kept, winner().seconds_to_best());
  return now() + seconds + reserve(kept) < options_.seconds;
}

bool FitSearch::may_start() {
  was_stopped_ = was_stopped_ || (hooks_.stop_requested && hooks_.stop_requested());
  const bool has_trials = !options_.max_trials || std::ssize(trials_) < *options_.max_trials;
  return has_trials && !was_stopped_ && has_time(0);
}

FitTrial& FitSearch::add(const FitRecipe& recipe) {
  Config config = fit_config(recipe, data_, monitor_);
  config.runtime.workers = options_.workers;
  config.runtime.baseline = false;
  trials_.push_back(
      std::make_unique<FitTrial>(std::ssize(trials_) + 1, recipe, config, monitor_, folder_,
                                 options_.keep_trials ? ShortRun::kResult : ShortRun::kTrial));
  const FitRecipe key = without_seed(recipe);
  auto group = std::ranges::find(groups_, key, &FitGroup::recipe);
  if (group == groups_.end()) group = groups_.insert(groups_.end(), FitGroup{key, {}});
  group->trials.push_back(trials_.size() - 1);
  return *trials_.back();
}

/// Whether a trial has lost against the leader after the same number of epochs.
bool FitSearch::is_behind(const FitTrial& trial) const {
  constexpr std::size_t kFewestEpochs = 3;
  const std::size_t epochs = trial.epochs().size();
  if (!races_ || epochs < kFewestEpochs || ranking().empty()) return false;
  const FitTrial& best = winner();
  if (&best == &trial) return false;
  double reached = best.epochs().front().score;
  for (std::size_t i = 0; i < std::min(epochs, best.epochs().size()); ++i) {
    reached = std::max(reached, best.epochs()[i].score);
  }
  return trial.score() < reached - kMargin * std::max(1.0, std::abs(reached));
}

bool FitSearch::must_stop(const FitTrial& trial) const {
  if (hooks_.stop_requested && hooks_.stop_requested()) return true;
  if (trial.number() == 1 && trial.epochs().empty()) return false;  // something must be left
  double kept = trial.seconds();
  if (!ranking().empty()) kept = std::max(kept, winner().seconds_to_best());
  return now() + reserve(kept) >= options_.seconds || is_behind(trial);
}

void FitSearch::advance(FitTrial& trial, double seconds) {
  trial.advance(seconds, [this](const FitTrial& running) { return must_stop(running); });
  was_stopped_ = was_stopped_ || (hooks_.stop_requested && hooks_.stop_requested());
  show(trial);
}

void FitSearch::show(const FitTrial& trial) const {
  if (!hooks_.line) return;
  std::string line = "trial " + std::to_string(trial.number()) + "  ";
  const std::string name(enum_name(monitor_));
  if (!trial.fault().empty()) {
    line += "failed: " + trial.fault();
  } else if (!trial.has_score()) {
    line += "gave no result in " + format_fixed(trial.seconds(), 1) + " s";
  } else {
    line += name + " " + format_metric(std::abs(trial.score())) + " (best " +
            format_metric(std::abs(winner().score())) + ")  " +
            std::to_string(trial.epochs().size()) + " epochs, " + format_fixed(trial.seconds(), 1) +
            " s";
  }
  hooks_.line(line + "  " + trial.recipe().title() +
              (trial.recipe().seed == options_.seed
                   ? ""
                   : ", seed " + std::to_string(trial.recipe().seed)));
}

void FitSearch::run_baseline() {
  FitRecipe recipe = fit_baseline(data_);
  recipe.seed = options_.seed;
  FitTrial& trial = add(recipe);
  advance(trial, kBaselineShare * options_.seconds);
}

/// Estimates the time of an epoch from those of the trials so far: the baseline's, and a part that
/// grows with the number of operations.
double FitSearch::epoch_seconds(const FitRecipe& recipe) const {
  constexpr double kUsualSpeed = 1e10;  // operations per second, before anything was measured
  const auto mean = [](const FitTrial& trial) {
    return trial.seconds() / static_cast<double>(trial.epochs().size());
  };
  const FitTrial& baseline = *trials_.front();
  const double base = baseline.epochs().empty() ? 0 : mean(baseline);
  const double per_row = baseline.recipe().operations();
  double seconds = 0;
  double operations = 0;
  for (const auto& trial : trials_) {
    const double more = trial->recipe().operations() - per_row;
    if (more < per_row || trial->epochs().empty()) continue;
    seconds += std::max(0.0, mean(*trial) - base);
    operations += more;
  }
  const auto tokens = static_cast<double>(data_.tokens);
  const double rate = operations > 0 ? seconds / operations : tokens / kUsualSpeed;
  return base + rate * std::max(0.0, recipe.operations() - per_row);
}

/// Tries the first candidates. One that could not train for some epochs in its slice gets a longer
/// one, or is left out if there is no time for it.
void FitSearch::run_candidates() {
  constexpr double kFewestEpochs = 2.5;
  const std::vector<FitRecipe> recipes = fit_candidates(data_, monitor_);
  const double slice = kCandidatesShare * options_.seconds / static_cast<double>(recipes.size());
  for (FitRecipe recipe : recipes) {
    if (!may_start()) return;
    const double needed = std::max(slice, kFewestEpochs * epoch_seconds(recipe));
    if (!has_time(needed)) continue;
    recipe.seed = options_.seed;
    advance(add(recipe), needed);
  }
  halve(slice);
}

/// Gives the better half of the unfinished trials more time, until one is left.
void FitSearch::halve(double slice) {
  std::vector<FitTrial*> open;
  for (const auto& trial : trials_) {
    if (!trial->is_done() && trial->has_score()) open.push_back(trial.get());
  }
  while (!open.empty()) {
    std::stable_sort(open.begin(), open.end(),
                     [](const FitTrial* a, const FitTrial* b) { return is_better(*a, *b); });
    if (open.size() > 1) open.resize((open.size() + 1) / 2);
    slice *= 2;
    for (FitTrial* trial : open) {
      if (was_stopped_ || !has_time(0)) return;
      advance(*trial, slice);
    }
    if (open.size() == 1) return;
    std::erase_if(open, [](const FitTrial* trial) { return trial->is_done(); });
  }
}

void FitSearch::refine() {
  races_ = true;
  constexpr std::uint64_t kMostVariants = 10'000;
  for (std::uint64_t number = 0; number < kMostVariants && may_start(); ++number) {
    if (repeat_leader()) continue;
    if (!try_variant(number)) return;
  }
}

/// Repeats the leader with another seed if it has only one trial. Returns whether it did.
bool FitSearch::repeat_leader() {
  if (ranking().empty()) return false;
  const FitGroup& group = groups_[leader()];
  if (group.trials.size() > 1) return false;
  const FitTrial& best = *best_of(group);
  if (!has_time(best.seconds())) return false;
  FitRecipe recipe = best.recipe();
  ++recipe.seed;
  races_ = false;  // the mean needs the whole trial
  advance(add(recipe), 1.5 * best.seconds());
  races_ = true;
  return true;
}

/// Tries a variant of the leader or, every third time, of the runner-up. Returns false if there is
/// no time for one.
bool FitSearch::try_variant(std::uint64_t number) {
  const std::vector<std::size_t> ranked = ranking();
  if (ranked.empty()) return false;
  const FitGroup& origin = groups_[number % 3 == 2 && ranked.size() > 1 ? ranked[1] : ranked[0]];
  const double expected = best_of(origin)->seconds();
  if (!has_time(0.5 * expected)) return false;
  FitRecipe recipe =
      fit_variant(origin.recipe, data_, static_cast<std::uint64_t>(options_.seed), number);
  recipe.seed = 0;
  if (std::ranges::find(groups_, recipe, &FitGroup::recipe) != groups_.end()) return true;
  recipe.seed = options_.seed;
  advance(add(recipe), 2 * expected);
  return true;
}

/// Returns the standard deviation of scores that differ only in their seeds.
double FitSearch::seed_deviation() const {
  constexpr double kUsual = 0.005;
  double sum = 0;
  double count = 0;
  for (const FitGroup& group : groups_) {
    if (group.trials.size() < 2) continue;
    const FitTrial& a = *trials_[group.trials[0]];
    const FitTrial& b = *trials_[group.trials[1]];
    if (!a.has_score() || !b.has_score()) continue;
    sum += (a.score() - b.score()) * (a.score() - b.score()) / 2;
    ++count;
  }
  return std::sqrt((sum + kUsual * kUsual) / (count + 1));
}

/// Returns the mean score of a group. A single score is a lucky one more often than a mean, so
/// that half a deviation is subtracted.
double FitSearch::score_of(const FitGroup& group) const {
  double sum = 0;
  double count = 0;
  for (const std::size_t i : group.trials) {
    if (!trials_[i]->has_score()) continue;
    sum += trials_[i]->score();
    ++count;
  }
  if (count == 0) return -std::numeric_limits<double>::infinity();
  return sum / count - (count < 2 ? 0.5 * seed_deviation() : 0);
}

/// Returns the groups with a score, the best first.
std::vector<std::size_t> FitSearch::ranking() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (best_of(groups_[i]) != nullptr) order.push_back(i);
  }
  std::vector<double> scores;
  for (const FitGroup& group : groups_) scores.push_back(score_of(group));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return order;
}

const FitTrial* FitSearch::best_of(const FitGroup& group) const {
  const FitTrial* best = nullptr;
  for (const std::size_t i : group.trials) {
    const FitTrial* trial = trials_[i].get();
    if (trial->has_score() && (best == nullptr || is_better(*trial, *best))) best = trial;
  }
  return best;
}

const FitTrial& FitSearch::winner() const {
  const FitTrial& best = *best_of(groups_[leader()]);
  const FitTrial& baseline = *trials_.front();
  // The mean may prefer a group whose best trial is below the baseline's score.
  return baseline.has_score() && is_better(baseline, best) && best.score() < baseline.score()
             ? baseline
             : best;
}

}  // namespace sequent
