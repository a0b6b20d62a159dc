// Functions that the views of all tasks share.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "sequent/inference.h"

namespace sequent {

/// The kind of a view's `Input`.
template <class Input>
constexpr InputKind input_kind() {
  if constexpr (std::is_same_v<Input, Series>) return InputKind::kSeries;
  if constexpr (std::is_same_v<Input, TextPair>) return InputKind::kTextPair;
  if constexpr (std::is_same_v<Input, TextWithFeatures>) return InputKind::kTextWithFeatures;
  return InputKind::kText;
}

/// The C++ name of a view for several kinds of input: "Classifier" for text, otherwise
/// "Classifier<Series>".
std::string view_name(std::string_view view, InputKind input);

/// Errors: Usage unless `view` is the view that the model's task names for its input (see
/// InferenceTask::view); the message names the correct view.
void require_view(const Model& model, const std::string& view);

}  // namespace sequent
