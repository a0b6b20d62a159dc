// One layer of a config's chain while its rules are checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

class TaskDefinition;

/// What a layer's rules know of their surroundings, and the ways to report an error.
struct ChainStep {
  const Config& config;
  const TaskDefinition& task;
  std::int64_t vocabulary_size;  // 0: not known yet
  std::int64_t class_count;      // likewise
  ConfigIssues& issues;
  std::size_t index = 0;
  Shape input{};

  bool is_last() const { return index + 1 == config.model.layers.size(); }

  /// Reports an error at the layer, or at one of its fields such as "/units".
  void error(const std::string& field, const std::string& message) const;

  /// Reports an error unless the input fits.
  void expect(bool fits, const std::string& expected) const;
  void expect_sequence() const;
  /// Of a last layer that gives one answer per row.
  void expect_row_vector() const;

  /// Of a last dense layer that gives an answer for each token: it reads a sequence and ends in
  /// softmax. `ending` says so of the task.
  void expect_token_output(const DenseSpec& spec, const std::string& ending) const;

  /// Reports an error unless this is the last layer.
  void expect_last(std::string_view type) const;

  /// Reports an error unless the config's loss is `loss`; `having` says what has it, such as
  /// "tagging has".
  void expect_loss(Loss loss, const std::string& having) const;

  /// Reports an error if the layer sets another number of units than the data have outputs.
  /// Returns the number of outputs, 0 where it is not known. `noun`: what the outputs are.
  std::int64_t output_units(const DenseSpec& spec, const std::string& noun) const;
};

}  // namespace sequent
