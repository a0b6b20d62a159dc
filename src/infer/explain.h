// Explanations of the predictions of a view; see Explanation in inference.h.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "infer/integrated_gradients.h"
#include "infer/loaded_model.h"
#include "sequent/inference.h"
#include "text/token_offsets.h"

namespace sequent {

/// Which tokens of an encoded row stand where in its texts.
struct RowTokens {
  struct Token {
    std::int64_t text = 0;      // of a pair: 0 or 1
    std::int64_t position = 0;  // in the text's ids
    TokenOffsets offsets;
  };
  std::vector<InputRow> texts;  // one, or the two of a pair
  std::vector<Token> tokens;    // without padding and <empty>

  /// The index of a token among the ids of all texts.
  std::size_t place(const Token& token) const {
    return static_cast<std::size_t>(token.position +
                                    (token.text == 0 ? 0 : texts.front().length()));
  }
};

/// Adds the tokens of a text, which has all of `offsets` before truncation and became the ids of
/// `row`.
void add_row_tokens(const TextInput& input, bool is_empty, std::vector<TokenOffsets> offsets,
                    const InputRow& row, RowTokens& tokens);

/// Errors: Usage if an option is out of range. Shapes: `outputs` is the number of labels.
void check_explain_options(const ExplainOptions& options, std::int64_t outputs);

/// Explains the mean of a number over `models` with integrated gradients. `output` is
/// Explanation::output.
Explanation explain_with_gradients(std::span<const GradientModel> models, const RowTokens& row,
                                   const ExplainedNumber& number, std::int64_t output,
                                   const ExplainOptions& options);

/// Chooses the outputs to explain from the outputs of an input. Shapes: outputs [labels()].
using ChooseOutputs = std::function<std::vector<std::int64_t>(std::span<const float> outputs)>;

/// Explains the outputs of a model that has one vector of outputs for each input: those in the
/// options or, without these, the chosen ones. `offsets` are added to the outputs' values.
/// Errors: as Classifier::explain, and NotFiniteError.
template <class Input>
std::vector<std::vector<Explanation>> explain_inputs(const LoadedModel& model,
                                                     std::span<const Input> inputs,
                                                     const ExplainOptions& options,
                                                     const ChooseOutputs& choose,
                                                     const std::vector<double>& offsets = {});

}  // namespace sequent
