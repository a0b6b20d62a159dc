// One layer of a config's chain while the rules are checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

class TaskDefinition;

/// The context that a layer's rules need, and the functions that report errors.
struct ChainStep {
  const Config& config;
  const TaskDefinition& task;
  std::int64_t vocabulary_size;  // 0: not known yet
  std::int64_t class_count;      // likewise
  ConfigIssues& issues;
  std::size_t index = 0;
  Shape input{};

  bool is_last() const { return index + 1 == config.model.layers.size(); }

  /// Reports an error at the layer, or at one of its fields, such as "/units".
  void error(const std::string& field, const std::string& message) const;

  /// Reports an error unless the input has the expected form.
  void expect(bool fits, const std::string& expected) const;
  void expect_sequence() const;
  /// For a last layer that gives one output per row.
  void expect_row_vector() const;

  /// For a last dense layer that gives an output for each token: it must read a sequence and end in
  /// softmax. `ending` states this requirement in the task's words.
  void expect_token_output(const DenseSpec& spec, const std::string& ending) const;

  /// Reports an error unless this is the last layer.
  void expect_last(std::string_view type) const;

  /// Reports an error unless the config's loss is `loss`; `having` is the start of the message,
  /// such as "tagging has".
  void expect_loss(Loss loss, const std::string& having) const;

  /// Reports an error if the layer sets a number of units other than the number of outputs in the
  /// data. Returns the number of outputs, or 0 if it is not known. `noun` names the outputs.
  std::int64_t output_units(const DenseSpec& spec, const std::string& noun) const;
};

}  // namespace sequent
