#include "search/fit_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "core/format.h"
#include "core/json_fields.h"
#include "core/strict_json.h"
#include "sequent/describe.h"

namespace sequent {
namespace {

/// Quotes a path for a shell if it needs quotes.
std::string shell_word(const std::string& word) {
  if (word.find_first_of(" '\"$&();|<>*?\\`#~") == word.npos && !word.empty()) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<const FitTrial*> best_first(const FitSearch& search) {
  std::vector<const FitTrial*> trials;
  for (const auto& trial : search.trials()) {
    if (trial->has_score()) trials.push_back(trial.get());
  }
  std::ranges::stable_sort(trials, [](const FitTrial* a, const FitTrial* b) {
    return a->score() != b->score() ? a->score() > b->score() : a->loss() < b->loss();
  });
  return trials;
}

std::string trial_table(const FitSearch& search, Monitor monitor) {
  constexpr std::size_t kShown = 10;
  const std::vector<const FitTrial*> trials = best_first(search);
  std::ostringstream table;
  table << "trial  " << enum_name(monitor) << "  epochs  seconds  model\n";
  const auto width = static_cast<std::ptrdiff_t>(enum_name(monitor).size());
  const auto aligned = [](const std::string& text, std::ptrdiff_t columns) {
    return std::string(
               static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, columns - std::ssize(text))),
               ' ') +
           text;
  };
  for (std::size_t i = 0; i < std::min(kShown, trials.size()); ++i) {
    const FitTrial& trial = *trials[i];
    table << aligned(std::to_string(trial.number()), 5) << "  "
          << aligned(format_metric(std::abs(trial.score())), width) << "  "
          << aligned(std::to_string(trial.epochs().size()), 6) << "  "
          << aligned(format_fixed(trial.seconds(), 1), 7) << "  " << trial.recipe().title();
    if (trial.number() == 1) table << " (the baseline)";
    if (&trial == &search.winner()) table << " (chosen)";
    table << '\n';
  }
  if (trials.size() > kShown) {
    table << "... and " << trials.size() - kShown << " more in fit.json\n";
  }
  return table.str();
}

}  // namespace

std::string fit_json(const SniffedData& data, const FitSearch& search, const FitMembers& members,
                     Monitor monitor) {
  Json json;
  json["version"] = 1;
  json["decisions"] = data.reasons;
  json["metric"] = std::string(enum_name(monitor));
  json["chosen"] = search.winner().number();
  json["stopped"] = search.was_stopped();
  json["members"] = members.size();
  json["is_average"] = members.is_average();
  json["score"] = std::abs(fit_score(members.validation(), monitor));
  Json trials = Json::array();
  for (const auto& trial : search.trials()) {
    Json entry;
    entry["trial"] = trial->number();
    entry["title"] = trial->recipe().title();
    entry["score"] = trial->has_score() ? Json(std::abs(trial->score())) : Json();
    entry["best_epoch"] = trial->best_epoch();
    entry["epochs"] = trial->epochs().size();
    entry["complete"] = trial->is_done();
    entry["seconds"] = std::round(trial->seconds() * 10) / 10;
    if (!trial->fault().empty()) entry["fault"] = trial->fault();
    const Json config = Json::parse(dump_config(trial->config(), /*minimal=*/true));
    for (const char* part : {"input", "model", "training"}) {
      if (config.contains(part)) entry[part] = config[part];
    }
    trials.push_back(entry);
  }
  json["trials"] = trials;
  return dump_json(json, 2) + "\n";
}

std::string fit_summary(const FitSearch& search, const FitMembers& members, Monitor monitor,
                        const FitResult& result, const FitOptions& options) {
  std::ostringstream text;
  text << '\n' << trial_table(search, monitor) << '\n';
  if (members.is_average()) {
    text << "The archive averages " << members.size()
         << " models of the chosen settings, and takes as many times as long as one; --members 1 "
            "exports one.\n\n";
  }
  text << "validation (the settings were chosen on these rows, so that new data are usually "
          "somewhat harder)\n"
       << report_to_text(members.validation());
  if (members.test()) text << "\ntest\n" << report_to_text(*members.test());
  const std::string run = result.run.string();
  std::filesystem::path train(options.data.train);
  for (const char* packed : {".gz", ".xz", ".zst"}) {
    if (train.extension() == packed) train = train.stem();
  }
  const std::string ending = train.extension().string();
  text << "\nnext\n"
       << "  sequent evaluate " << shell_word(result.model.string()) << ' '
       << shell_word(options.data.test.value_or("labelled" + ending)) << '\n'
       << "  sequent-infer " << shell_word(result.model.string()) << " new" << ending << '\n'
       << "  sequent train " << shell_word((result.run / "config.json").string()) << " --out "
       << shell_word(run + "-again") << '\n';
  return text.str();
}

}  // namespace sequent
