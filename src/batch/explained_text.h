// Explained texts for people: in HTML and in a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "batch/record_explainer.h"

namespace sequent {

/// The texts that an explanation refers to: one, or the two of a pair.
using ExplainedTexts = std::vector<std::string_view>;

/// Appends the explanations of one record as HTML: each text with its tokens, whose color shows the
/// sign and the size of their attributions.
void append_explained_html(std::string& out, const ExplainedTexts& texts,
                           const ExplanationNames& names,
                           const std::vector<NamedExplanation>& explanations);

/// The beginning of an HTML page of such records.
std::string explanations_page_head();

/// Returns the texts with the tokens colored by ANSI escape sequences, a line for each explanation.
std::string explained_terminal_text(const ExplainedTexts& texts, const ExplanationNames& names,
                                    const std::vector<NamedExplanation>& explanations);

/// Returns the `most` tokens with the greatest attributions by size, 0: all, in that order. Tokens
/// with the same offsets are one.
std::vector<TokenAttribution> greatest_attributions(const std::vector<TokenAttribution>& tokens,
                                                    std::size_t most);

}  // namespace sequent
