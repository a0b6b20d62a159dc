// The space of a search: which values a trial can have, and the config that they give.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "search/tune_spec.h"
#include "sequent/error.h"

namespace sequent {

/// The values of a trial by path; options whose condition does not hold are missing.
using TuneValues = std::map<std::string, Json>;

/// One option that varies.
struct Dimension {
  std::string path;
  DimensionSpec spec;
  std::vector<std::size_t> ancestors;  // dimensions that its condition or its place depends on
};

class TuneSpace {
 public:
  /// Errors: Config if conditions depend on each other in a cycle, if an option does not exist in
  /// the config, or if a value is not allowed there: all of them at once, before anything is
  /// trained.
  explicit TuneSpace(const TuneFile& file);

  /// In an order in which each dimension follows its ancestors.
  const std::vector<Dimension>& dimensions() const { return dimensions_; }

  /// Whether dimension `index` is part of a trial with these values of its ancestors.
  bool is_active(std::size_t index, const TuneValues& values) const;

  /// The config's document with these values. Errors: Config.
  Json document(const TuneValues& values) const;

  /// The config with these values. Errors: Config.
  Config config(const TuneValues& values) const;

  /// All values of a dimension, in order. Errors: Config if they are not finitely many.
  std::vector<Json> grid_values(std::size_t index) const;

 private:
  void sort_dimensions(const TuneSpec& spec);
  void check_dimension(std::size_t index, const TuneFile& file, std::vector<Issue>& issues) const;
  void add_contexts(std::size_t index, std::size_t ancestor, TuneValues& values,
                    std::vector<TuneValues>& contexts) const;
  std::string error_of(const TuneValues& values) const;

  std::string name_;
  Json base_;
  std::string base_name_;
  std::filesystem::path base_directory_;
  std::vector<Dimension> dimensions_;
};

}  // namespace sequent
