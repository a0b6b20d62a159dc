#include "core/held_out_rules.h"

#include <string>
#include <variant>

#include "tasks/task_definition.h"

namespace sequent {
namespace {

/// Whether rows have further columns or keys.
bool has_columns(const DataFormat& format) {
  return std::holds_alternative<TsvFormat>(format) || std::holds_alternative<CsvFormat>(format) ||
         std::holds_alternative<JsonlFormat>(format);
}

/// Checks the options of one held-out part.
class HeldOutRules {
 public:
  HeldOutRules(const Config& config, ConfigIssues& issues)
      : config_(config),
        issues_(issues),
        in_order_(definition_of(config).rows_are_ordered() ||
                  std::holds_alternative<WindowsFormat>(config.data.format)) {}

  void check(const HeldOut* held_out, const std::string& pointer) const {
    if (held_out == nullptr) return;
    const HeldOut usual;
    // Rows that are held out in their order do not depend on a seed.
    refuse(in_order_ && held_out->seed != usual.seed, pointer + "/seed",
           "has no meaning when the last rows are held out; leave it out");
    check_folds(*held_out, pointer);
    check_column(*held_out, pointer);
    if (!held_out->group && !held_out->column) return;
    const std::string name = held_out->group ? "/group" : "/column";
    refuse(!has_columns(config_.data.format), pointer + name,
           "is for the formats tsv, csv and jsonl; leave it out");
    refuse(in_order_ && held_out->group.has_value(), pointer + "/group",
           "has no meaning for rows that follow each other; leave it out");
  }

  void check_duplicates() const {
    const auto is_drawn = [](const HeldOutSource& source) {
      const auto* held_out = std::get_if<HeldOut>(&source);
      return held_out != nullptr && !held_out->column;
    };
    const DataSpec& data = config_.data;
    refuse(
        data.duplicates == Duplicates::kGroup && !is_drawn(data.validation) &&
            !(data.test && is_drawn(*data.test)),
        "/data/duplicates",
        "found \"group\", which has no meaning for files and for parts chosen by a column; leave "
        "it out");
    refuse(in_order_ && config_.data.duplicates == Duplicates::kGroup, "/data/duplicates",
           "found \"group\", which has no meaning for rows that follow each other; leave it out");
  }

 private:
  void refuse(bool found, const std::string& pointer, const std::string& message) const {
    if (found) issues_.add(pointer, message);
  }

  void check_folds(const HeldOut& held_out, const std::string& pointer) const {
    if (!held_out.folds) {
      refuse(held_out.fold != 0, pointer + "/fold", "has no meaning without \"folds\"");
      return;
    }
    refuse(held_out.fold >= *held_out.folds, pointer + "/fold",
           "found " + std::to_string(held_out.fold) + "; the " + std::to_string(*held_out.folds) +
               " folds are numbered from 0 to " + std::to_string(*held_out.folds - 1));
    refuse(held_out.fraction != HeldOut{}.fraction, pointer + "/fraction",
           "has no meaning with \"folds\"; leave it out");
  }

  void check_column(const HeldOut& held_out, const std::string& pointer) const {
    if (!held_out.column) {
      refuse(!held_out.values.empty(), pointer + "/values", "has no meaning without \"column\"");
      refuse(held_out.from.has_value(), pointer + "/from", "has no meaning without \"column\"");
      return;
    }
    refuse(held_out.values.empty() == !held_out.from, pointer + "/column",
           "needs either \"values\" or \"from\" to say which rows are held out");
    refuse(held_out.folds || held_out.group || held_out.fraction != HeldOut{}.fraction,
           pointer + "/column",
           "cannot be combined with \"fraction\", \"folds\" or \"group\"; remove these");
  }

  const Config& config_;
  ConfigIssues& issues_;
  bool in_order_;
};

}  // namespace

void check_held_out(const Config& config, ConfigIssues& issues) {
  const HeldOutRules rules(config, issues);
  rules.check(std::get_if<HeldOut>(&config.data.validation), "/data/validation");
  if (config.data.test) rules.check(std::get_if<HeldOut>(&*config.data.test), "/data/test");
  rules.check_duplicates();
}

}  // namespace sequent
