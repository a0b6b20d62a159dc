#include "search/tune_space.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/option_reader.h"
#include "core/overrides.h"

namespace sequent {
namespace {

constexpr std::size_t kMostContexts = 100;       // in which a conditional option is checked
constexpr std::int64_t kMostGridValues = 10000;  // of one option

using OptionPath = std::vector<std::string>;

bool is_prefix(const OptionPath& a, const OptionPath& b) {
  return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
}

/// Returns the value at a path; null if there is none.
const Json* value_at(const Json& document, const OptionPath& path) {
  const Json* place = &document;
  for (const std::string& part : path) {
    if (place->is_object()) {
      const auto found = place->find(part);
      if (found == place->end()) return nullptr;
      place = &*found;
    } else if (place->is_array()) {
      std::size_t index = 0;
      const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), index);
      if (code != std::errc{} || end != part.data() + part.size() || index >= place->size()) {
        return nullptr;
      }
      place = &(*place)[index];
    } else {
      return nullptr;
    }
  }
  return place;
}

/// Whether the place or the condition of an option depends on the option at `other`.
bool depends_on(const OptionPath& path, const TuneCondition& when, const OptionPath& other) {
  if (is_prefix(other, path)) return true;
  return std::any_of(when.begin(), when.end(), [&](const auto& entry) {
    const OptionPath asked = split_option_path(entry.first);
    return is_prefix(other, asked) || is_prefix(asked, other);
  });
}

/// Returns values that an option must accept so that the whole range is allowed: the ends, one
/// between them, or all values of a choice.
struct ProbeValues {
  std::vector<Json> operator()(const UniformRange& range) const {
    return {range.low, range.high, range.low + (range.high - range.low) * 0.37193};
  }
  std::vector<Json> operator()(const LogUniformRange& range) const {
    return {range.low, range.high, range.low * std::pow(range.high / range.low, 0.37193)};
  }
  std::vector<Json> operator()(const IntegerRange& range) const {
    const std::int64_t steps = (range.high - range.low) / range.step;
    return {range.low, range.low + steps * range.step, range.low + steps / 2 * range.step};
  }
  std::vector<Json> operator()(const ChoiceRange& range) const { return range.values; }
};

}  // namespace

TuneSpace::TuneSpace(const TuneFile& file)
    : name_(file.name),
      base_(file.base),
      base_name_(file.base_name),
      base_directory_(file.base_directory) {
  config({});  // the space cannot be checked against a config that is itself invalid
  sort_dimensions(file.spec);
  std::vector<Issue> issues;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) check_dimension(i, file, issues);
  if (!issues.empty()) throw Error(ErrorKind::kConfig, issues);
}

void TuneSpace::sort_dimensions(const TuneSpec& spec) {
  std::vector<std::string> left;
  for (const auto& [path, range] : spec.space) left.push_back(path);
  while (!left.empty()) {
    const auto is_ready = [&](const std::string& path) {
      return std::none_of(left.begin(), left.end(), [&](const std::string& other) {
        return other != path &&
               depends_on(split_option_path(path), condition_of(spec.space.at(path)),
                          split_option_path(other));
      });
    };
    const auto next = std::find_if(left.begin(), left.end(), is_ready);
    if (next == left.end()) {
      throw Error(ErrorKind::kConfig, name_ + ": " + pointer_append("/space", left.front()),
                  "its condition depends on an option whose condition depends on it");
    }
    Dimension dimension{*next, spec.space.at(*next), {}};
    const OptionPath path = split_option_path(*next);
    for (std::size_t i = 0; i < dimensions_.size(); ++i) {
      const OptionPath other = split_option_path(dimensions_[i].path);
      if (!depends_on(path, condition_of(dimension.spec), other)) continue;
      dimension.ancestors.push_back(i);
      const auto& more = dimensions_[i].ancestors;
      dimension.ancestors.insert(dimension.ancestors.end(), more.begin(), more.end());
    }
    std::sort(dimension.ancestors.begin(), dimension.ancestors.end());
    dimension.ancestors.erase(std::unique(dimension.ancestors.begin(), dimension.ancestors.end()),
                              dimension.ancestors.end());
    dimensions_.push_back(std::move(dimension));
    left.erase(next);
  }
}

bool TuneSpace::is_active(std::size_t index, const TuneValues& values) const {
  const TuneCondition& when = condition_of(dimensions_[index].spec);
  if (when.empty()) return true;
  TuneValues known;
  for (const std::size_t ancestor : dimensions_[index].ancestors) {
    const auto found = values.find(dimensions_[ancestor].path);
    if (found != values.end()) known.insert(*found);
  }
  const Json written = document(known);
  Json complete;
  for (const auto& [path, allowed] : when) {
    const OptionPath parts = split_option_path(path);
    const Json* value = value_at(written, parts);
    if (value == nullptr) {  // a default
      try {
        if (complete.is_null()) complete = Json::parse(dump_config(config(known)));
      } catch (const Error&) {
        return false;
      }
      value = value_at(complete, parts);
    }
    if (value == nullptr || std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
      return false;
    }
  }
  return true;
}

Json TuneSpace::document(const TuneValues& values) const {
  Json document = base_;
  std::vector<Override> overrides;
  for (const Dimension& dimension : dimensions_) {  // a whole layer before its options
    const auto found = values.find(dimension.path);
    if (found != values.end()) overrides.push_back({dimension.path, found->second.dump()});
  }
  apply_overrides(document, overrides);
  return document;
}

Config TuneSpace::config(const TuneValues& values) const {
  Config config = parse_config(document(values).dump(), base_name_);
  config.base_directory = base_directory_;
  return config;
}

std::vector<Json> TuneSpace::grid_values(std::size_t index) const {
  const Dimension& dimension = dimensions_[index];
  const std::string where = name_ + ": " + pointer_append("/space", dimension.path);
  if (const auto* choice = std::get_if<ChoiceRange>(&dimension.spec)) return choice->values;
  const auto* range = std::get_if<IntegerRange>(&dimension.spec);
  if (range == nullptr) {
    throw Error(ErrorKind::kConfig, where,
                "has no finite list of values, which a grid needs; list them with \"type\": "
                "\"choice\", or choose another method");
  }
  const std::int64_t count = (range->high - range->low) / range->step + 1;
  if (count > kMostGridValues) {
    throw Error(ErrorKind::kConfig, where,
                "has " + std::to_string(count) + " values; a grid allows " +
                    std::to_string(kMostGridValues) + "; set a larger step");
  }
  std::vector<Json> values;
  for (std::int64_t i = 0; i < count; ++i) values.emplace_back(range->low + i * range->step);
  return values;
}

// ---- checks -----------------------------------------------------------------------------------

/// Appends the values of ancestors in which a dimension is part of a trial, at most kMostContexts.
void TuneSpace::add_contexts(std::size_t index, std::size_t ancestor, TuneValues& values,
                             std::vector<TuneValues>& contexts) const {
  if (contexts.size() >= kMostContexts) return;
  const std::vector<std::size_t>& ancestors = dimensions_[index].ancestors;
  if (ancestor == ancestors.size()) {
    if (is_active(index, values)) contexts.push_back(values);
    return;
  }
  const Dimension& dimension = dimensions_[ancestors[ancestor]];
  if (!is_active(ancestors[ancestor], values)) {
    return add_contexts(index, ancestor + 1, values, contexts);
  }
  for (const Json& value : std::visit(ProbeValues{}, dimension.spec)) {
    values[dimension.path] = value;
    add_contexts(index, ancestor + 1, values, contexts);
  }
  values.erase(dimension.path);
}

/// Returns the first error of a config with these values; empty if it is valid.
std::string TuneSpace::error_of(const TuneValues& values) const {
  try {
    config(values);
    return {};
  } catch (const Error& error) {
    const Issue& issue = error.issues().front();
    // An override that cannot be applied is located at a command-line option.
    return (issue.where.starts_with("--set ") ? "" : issue.where + ": ") + issue.message;
  }
}

void TuneSpace::check_dimension(std::size_t index, const TuneFile& file,
                                std::vector<Issue>& issues) const {
  const Dimension& dimension = dimensions_[index];
  const std::string where = name_ + ": " + pointer_append("/space", dimension.path);
  std::vector<TuneValues> contexts;
  TuneValues none;
  add_contexts(index, 0, none, contexts);
  if (contexts.empty()) {
    issues.push_back({where, "is never part of a trial; its condition \"when\" never holds"});
    return;
  }
  if (std::holds_alternative<GridMethod>(file.spec.method)) {
    try {
      grid_values(index);
    } catch (const Error& error) {
      issues.push_back(error.issues().front());
      return;
    }
  }
  for (TuneValues& values : contexts) {
    if (!error_of(values).empty()) continue;  // the error of an ancestor
    for (const Json& value : std::visit(ProbeValues{}, dimension.spec)) {
      values[dimension.path] = value;
      const std::string error = error_of(values);
      if (error.empty()) continue;
      issues.push_back({where, "the value " + show_json(value) + " is not allowed: " + error});
      return;
    }
  }
}

}  // namespace sequent
