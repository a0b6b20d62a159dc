#include "batch/explained_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/format.h"
#include "report/html.h"
#include "text/code_points.h"

namespace sequent {
namespace {

/// Joins tokens that a normalization made of the same part of a text.
std::vector<TokenAttribution> joined(const std::vector<TokenAttribution>& tokens) {
  std::vector<TokenAttribution> result;
  for (const TokenAttribution& token : tokens) {
    if (!result.empty() && result.back().text == token.text && result.back().begin == token.begin &&
        result.back().end == token.end) {
      result.back().attribution += token.attribution;
    } else {
      result.push_back(token);
    }
  }
  return result;
}

double greatest_size(const std::vector<TokenAttribution>& tokens) {
  double most = 0;
  for (const TokenAttribution& token : tokens) most = std::max(most, std::abs(token.attribution));
  return most;
}

/// Calls `between` with the parts of a text outside of all tokens, and `inside` with those of the
/// tokens.
void for_each_part(std::string_view text, std::int64_t number,
                   const std::vector<TokenAttribution>& tokens,
                   const std::function<void(std::string_view)>& between,
                   const std::function<void(std::string_view, double)>& inside) {
  const CodePoints points(text);
  std::int64_t at = 0;
  for (const TokenAttribution& token : tokens) {
    if (token.text != number || token.begin < at) continue;
    between(points.part(at, token.begin));
    inside(points.part(token.begin, token.end), token.attribution);
    at = token.end;
  }
  between(points.part(at, points.count()));
}

/// `label: positive, probability 0.93`.
std::string heading(const ExplanationNames& names, const NamedExplanation& named) {
  return names.label + ": " + named.label + ", " + names.value + " " +
         format_short(named.explanation.value);
}

}  // namespace

std::vector<TokenAttribution> greatest_attributions(const std::vector<TokenAttribution>& tokens,
                                                    std::size_t most) {
  std::vector<TokenAttribution> result = joined(tokens);
  std::ranges::stable_sort(result, std::greater(), [](const TokenAttribution& token) {
    return std::abs(token.attribution);
  });
  if (most > 0 && result.size() > most) result.resize(most);
  return result;
}

std::string explanations_page_head() {
  return R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Explanations</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
section { border-bottom: 1px solid #8886; padding: .5rem 0; }
h2 { font-size: 1rem; margin: .3rem 0; }
p { margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.facts { color: #777; font-size: .85rem; }
.token { border-radius: .2rem; }
</style>
</head>
<body>
<h1>Explanations</h1>
<p>Green tokens raise the value, red ones lower it; hold the pointer over a token to see its
attribution. The strongest color of a text is its greatest attribution.</p>
)";
}

void append_explained_html(std::string& out, const ExplainedTexts& texts,
                           const ExplanationNames& names,
                           const std::vector<NamedExplanation>& explanations) {
  out += "<section>\n";
  if (explanations.empty()) {
    for (const std::string_view text : texts) out += "<p>" + escape_html(text) + "</p>\n";
  }
  for (const NamedExplanation& named : explanations) {
    const auto tokens = joined(named.explanation.tokens);
    const double most = greatest_size(tokens);
    out += "<h2>" + escape_html(heading(names, named)) + "</h2>\n";
    for (std::size_t i = 0; i < texts.size(); ++i) {
      out += "<p>";
      for_each_part(
          texts[i], static_cast<std::int64_t>(i), tokens,
          [&](std::string_view part) { out += escape_html(part); },
          [&](std::string_view part, double attribution) {
            const double share = most > 0 ? std::abs(attribution) / most : 0;
            const char* color = attribution < 0 ? "220,50,50" : "40,160,70";
            out += "<span class=\"token\" style=\"background:rgba(" + std::string(color) + "," +
                   format_fixed(0.75 * share, 2) + ")\"" +
                   attribute("title", format_short(attribution)) + ">" + escape_html(part) +
                   "</span>";
          });
      out += "</p>\n";
    }
    if (named.explanation.steps > 0) {
      out +=
          "<p class=\"facts\">without the text: " + format_short(named.explanation.baseline_value) +
          "; completeness gap: " + format_percent(named.explanation.gap_share()) + "</p>\n";
    }
  }
  out += "</section>\n";
}

std::string explained_terminal_text(const ExplainedTexts& texts, const ExplanationNames& names,
                                    const std::vector<NamedExplanation>& explanations) {
  constexpr std::array<const char*, 4> kRaising = {"", "\x1b[32m", "\x1b[30;42m", "\x1b[1;30;42m"};
  constexpr std::array<const char*, 4> kLowering = {"", "\x1b[31m", "\x1b[30;41m", "\x1b[1;30;41m"};
  std::string out;
  for (const NamedExplanation& named : explanations) {
    const auto tokens = joined(named.explanation.tokens);
    const double most = greatest_size(tokens);
    if (!out.empty()) out += '\n';
    if (names.is_list) out += heading(names, named) + "\n";
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0) out += '\n';
      for_each_part(
          texts[i], static_cast<std::int64_t>(i), tokens,
          [&](std::string_view part) { out += part; },
          [&](std::string_view part, double attribution) {
            const double share = most > 0 ? std::abs(attribution) / most : 0;
            // Below a tenth of the greatest attribution a token has no color.
            const std::size_t level = share < 0.1 ? 0 : share < 0.4 ? 1 : share < 0.8 ? 2 : 3;
            const char* color = (attribution < 0 ? kLowering : kRaising)[level];
            out.append(color).append(part).append(level > 0 ? "\x1b[0m" : "");
          });
    }
  }
  return out;
}

}  // namespace sequent
