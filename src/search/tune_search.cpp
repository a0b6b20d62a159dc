#include "search/tune_search.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "core/files.h"
#include "core/format.h"
#include "core/option_reader.h"
#include "core/thread_pool.h"
#include "libtorch/device.h"
#include "search/tune_sampler.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

constexpr std::int64_t kDefaultTrials = 30;  // if the budget sets no limit
constexpr std::chrono::milliseconds kTrialPause{40};

std::string values_text(const TuneValues& values) {
  std::string text;
  for (const auto& [path, value] : values) {
    text += (text.empty() ? "" : ", ") + path + " " +
            (value.is_structured() ? value.dump() : show_json(value));
  }
  return text;
}

/// Returns the error of a search without any model, of the kind that ended the first trial.
Error all_failed(const std::vector<TrialResult>& results, const TuneFolder& folder) {
  const TrialResult& first = results.front();
  const ErrorKind kind = first.exit_code == exit_code(ErrorKind::kConfig) ? ErrorKind::kConfig
                         : first.exit_code == exit_code(ErrorKind::kData) ? ErrorKind::kData
                                                                          : ErrorKind::kRuntime;
  return {kind, folder.log(first.number).string(),
          "all of the first " + std::to_string(results.size()) + " trials failed; trial " +
              std::to_string(first.number) + ": " + first.reason};
}

/// Returns the number of trials that this process trains at the same time.
std::int64_t count_slots(const TrialPlan& plan) {
  const TuneSpec& spec = plan.file->spec;
  if (spec.parallel > 0) return spec.parallel;
  if (!choose_device(plan.space->config({}).runtime.device).is_cpu()) return 1;
  return std::max<std::int64_t>(1, resolve_threads(0) / plan.workers());
}

}  // namespace

TuneSearch::TuneSearch(TrialPlan plan, const std::function<bool()>& stop_requested, bool leads)
    : plan_(std::move(plan)),
      stop_requested_(stop_requested),
      leads_(leads),
      slots_(count_slots(plan_)),
      spent_before_(plan_.folder.read_spent()) {}

double TuneSearch::seconds() const {
  return spent_before_ + std::chrono::duration<double>(Clock::now() - begin_).count();
}

bool TuneSearch::time_is_over() const {
  const auto& limit = plan_.file->spec.budget.seconds;
  return limit && seconds() >= *limit;
}

bool TuneSearch::tokens_are_used() const {
  const auto& limit = plan_.file->spec.budget.tokens;
  std::int64_t tokens = 0;
  for (const TrialResult& result : results_) tokens += result.tokens;
  return limit && tokens >= *limit;
}

std::int64_t TuneSearch::most_trials() const {
  const TuneBudget& budget = plan_.file->spec.budget;
  if (budget.trials) return *budget.trials;
  const bool ends = budget.seconds || budget.tokens ||
                    std::holds_alternative<GridMethod>(plan_.file->spec.method);
  return ends ? 1000000 : kDefaultTrials;
}

std::vector<TuneValues> TuneSearch::suggest_generation(std::int64_t first) {
  const TuneSpec& spec = plan_.file->spec;
  const TuneSampler sampler(*plan_.space, spec.method, spec.seed);
  std::vector<TuneObservation> earlier;
  earlier.reserve(results_.size());
  for (const TrialResult& result : results_) {
    earlier.push_back(observation_of(result, plan_.direction));
  }
  std::vector<TuneValues> generation;
  const std::int64_t end = std::min(first + spec.generation, most_trials());
  for (std::int64_t number = first; number < end; ++number) {
    std::optional<TuneValues> values = sampler.suggest(number, earlier);
    if (!values) {
      out_of_values_ = true;
      break;
    }
    constexpr int kUnfinished = 3;
    earlier.push_back({*values, {kUnfinished, 0, 0}});
    generation.push_back(std::move(*values));
  }
  return generation;
}

/// Starts trials that nobody trains, as long as there are slots.
void TuneSearch::start_trials(std::int64_t first, const std::vector<TuneValues>& values) {
  const auto count = static_cast<std::int64_t>(values.size());
  for (std::int64_t number = first; number < first + count; ++number) {
    if (fresh_.contains(number)) continue;
    const bool own = std::any_of(running_.begin(), running_.end(),
                                 [&](const auto& trial) { return trial->number() == number; });
    if (own) continue;
    if (std::optional<TrialResult> result = plan_.folder.read_result(number)) {
      fresh_.emplace(number, std::move(*result));  // of an earlier start or another process
      if (leads_) write_results();
      continue;
    }
    if (out_of_time_ || static_cast<std::int64_t>(running_.size()) >= slots_) continue;
    try {
      auto trial = std::make_unique<TrialRun>(
          plan_, number, values[static_cast<std::size_t>(number - first)], results_);
      // Another process may have finished it between the look and the lock.
      if (!plan_.folder.read_result(number)) running_.push_back(std::move(trial));
    } catch (const Error& error) {
      // If another process trains it, its result is awaited.
      if (!std::filesystem::exists(plan_.folder.work(number) / FolderLock::kFileName)) throw;
      log_debug(error.what());
    }
  }
}

void TuneSearch::collect(TrialResult result) {
  const std::int64_t number = result.number;
  std::string text = "trial " + std::to_string(number) + ": ";
  if (result.state == TrialState::kComplete) {
    text += plan_.metric + " " + format_metric(result.objective);
  } else {
    text += std::string(enum_name(result.state)) + " (" + result.reason + ")";
  }
  ++trained_;
  log_info(text + "; " + std::to_string(result.epochs.size()) + " epochs, " +
           format_fixed(result.seconds, 1) + " s; " + values_text(result.values));
  fresh_.emplace(number, std::move(result));
  if (!leads_) return;
  write_results();
  write_file_whole(plan_.folder.spent(), format_fixed(seconds(), 3) + "\n");
}

/// Writes the results that have no gap before them.
void TuneSearch::write_results() const {
  std::string lines;
  for (const TrialResult& result : results_) lines += trial_line(result) + "\n";
  auto next = static_cast<std::int64_t>(results_.size());
  for (const auto& [number, result] : fresh_) {
    if (number != next++) break;
    lines += trial_line(result) + "\n";
  }
  write_file_whole(plan_.folder.results(), lines);
}

/// Lets the running trials make progress.
void TuneSearch::poll_trials() {
  for (auto trial = running_.begin(); trial != running_.end();) {
    std::optional<TrialResult> result = (*trial)->poll();
    const bool ended = result || (*trial)->is_stopped();
    trial = ended ? running_.erase(trial) : std::next(trial);
    if (result) collect(std::move(*result));
  }
}

/// Stops the running trials after a checkpoint.
void TuneSearch::stop_trials() {
  for (const auto& trial : running_) trial->request_stop();
  for (poll_trials(); !running_.empty(); poll_trials()) std::this_thread::sleep_for(kTrialPause);
}

/// Trains the trials of a generation. Returns false if not all of them are finished.
bool TuneSearch::run_generation(std::int64_t first) {
  const std::vector<TuneValues> values = suggest_generation(first);
  while (true) {
    out_of_time_ = out_of_time_ || time_is_over();
    start_trials(first, values);
    poll_trials();
    if (fresh_.size() == values.size()) break;
    if (out_of_time_ || (stop_requested_ && stop_requested_())) {
      stop_trials();
      break;
    }
    std::this_thread::sleep_for(kTrialPause);
  }
  const bool complete = fresh_.size() == values.size();
  for (std::int64_t number = first; fresh_.contains(number); ++number) {
    results_.push_back(std::move(fresh_.at(number)));
    fresh_.erase(number);
  }
  fresh_.clear();  // results behind a gap belong to the continued search
  return complete;
}

/// Errors: Config, Data or Runtime if all trials of the first generation failed. Their results are
/// removed, so that a resumed search repeats them.
void TuneSearch::check_first_generation() const {
  const bool all_have = std::all_of(results_.begin(), results_.end(), [](const auto& result) {
    return result.state == TrialState::kFailed;
  });
  if (!all_have || results_.empty()) return;
  for (const TrialResult& result : results_) {
    if (!leads_) break;
    std::filesystem::remove(plan_.folder.result(result.number));
    for (std::int64_t i = 0; i < plan_.runs(); ++i) {
      std::filesystem::remove_all(plan_.folder.run(result.number, i));
    }
  }
  throw all_failed(results_, plan_.folder);
}

bool TuneSearch::run() {
  const std::int64_t size = plan_.file->spec.generation;
  for (std::int64_t first = 0; first < most_trials() && !out_of_values_; first += size) {
    const bool is_new = !plan_.folder.read_result(first);
    if (is_new && (tokens_are_used() || time_is_over())) break;
    const bool complete = run_generation(first);
    if (!complete) return out_of_time_;
    if (first == 0) check_first_generation();
  }
  if (out_of_values_) log_info("no values are left that no trial had; the search ends here");
  if (leads_) write_results();
  return true;
}

}  // namespace sequent
