#include "core/chain_step.h"

#include "sequent/config.h"

namespace sequent {
namespace {

std::string shown(const Shape& shape) {
  switch (shape.form) {
    case Shape::Form::kTokens:
      return "token ids [T]";
    case Shape::Form::kSequence:
      return "a sequence [T, " + std::to_string(shape.width) + "]";
    case Shape::Form::kVector:
      return "a vector [" + std::to_string(shape.width) + "]";
  }
  return "";
}

}  // namespace

void ChainStep::error(const std::string& field, const std::string& message) const {
  issues.add("/model/layers/" + std::to_string(index) + field, message);
}

void ChainStep::expect(bool fits, const std::string& expected) const {
  if (!fits) error("", "its input is " + shown(input) + "; expected " + expected);
}

void ChainStep::expect_sequence() const {
  expect(input.form == Shape::Form::kSequence,
         input.form == Shape::Form::kTokens
             ? "a sequence; put an embedding before it"
             : "a sequence, but the layers before give one vector: set return_sequences to true "
               "in a recurrent layer, and remove a pool or attention");
}

void ChainStep::expect_row_vector() const {
  expect(
      input.form == Shape::Form::kVector,
      "a vector, because the last layer gives one output per row; add {\"type\": \"pool\"} or set "
      "return_sequences to false in the recurrent layer before it");
}

void ChainStep::expect_token_output(const DenseSpec& spec, const std::string& ending) const {
  expect(input.form == Shape::Form::kSequence,
         "a sequence, because the last layer gives one output per token; set return_sequences to "
         "true in the recurrent layer before it, and remove pools");
  if (spec.activation == Activation::kSoftmax) return;
  error("/activation", "found \"" + std::string(enum_name(spec.activation)) + "\"; " + ending);
}

void ChainStep::expect_last(std::string_view type) const {
  if (is_last()) return;
  error("", "is followed by another layer; expected " + std::string(type) + " as the last layer");
}

void ChainStep::expect_loss(Loss loss, const std::string& having) const {
  if (config.loss() == loss) return;
  issues.add("/training/loss", "found \"" + std::string(enum_name(config.loss())) + "\"; " +
                                   having + " " + std::string(enum_name(loss)));
}

std::int64_t ChainStep::output_units(const DenseSpec& spec, const std::string& noun) const {
  if (spec.units && class_count > 0 && *spec.units != class_count) {
    error("/units", "found " + std::to_string(*spec.units) + "; the data have " +
                        std::to_string(class_count) + " " + noun +
                        ": use that number, or leave it out");
  }
  return class_count > 0 ? class_count : spec.units.value_or(0);
}

}  // namespace sequent
