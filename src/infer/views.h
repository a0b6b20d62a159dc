// What the views of all tasks share.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "sequent/inference.h"

namespace sequent {

/// The kind that a view's `Input` is.
template <class Input>
constexpr InputKind input_kind() {
  if constexpr (std::is_same_v<Input, Series>) return InputKind::kSeries;
  if constexpr (std::is_same_v<Input, TextPair>) return InputKind::kTextPair;
  return InputKind::kText;
}

/// A view for several kinds of input as C++ names it: "Classifier" for text, else
/// "Classifier<Series>".
std::string view_name(std::string_view view, InputKind input);

/// Errors: Usage unless `view` is the one that the model's task names for its input (see
/// InferenceTask::view); the message names that one.
void require_view(const Model& model, const std::string& view);

}  // namespace sequent
