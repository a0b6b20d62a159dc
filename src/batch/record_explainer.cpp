#include "batch/record_explainer.h"

#include <algorithm>

#include "core/nearest.h"
#include "infer/loaded_model.h"

namespace sequent {

void check_explaining_options(const InferOptions& options) {
  const bool to_html = output_format_of(options) == OutputFormat::kHtml;
  if (!options.explain) {
    const std::string unused = !options.explain_label.empty()    ? "--explain-label"
                               : options.explain_method_is_given ? "--explain-method"
                                                                 : "";
    if (!unused.empty()) refuse(unused, "has no effect without --explain; add --explain");
    if (to_html) refuse("--format html", "shows explanations; add --explain");
    return;
  }
  if (options.embed) refuse("--explain", "cannot be combined with --embed; remove one of them");
  if (!options.neighbors.empty()) {
    refuse("--explain", "cannot be combined with --neighbors; remove one of them");
  }
  if (!to_html && output_format_of(options) != OutputFormat::kJsonl) {
    refuse("--format " + options.format,
           "cannot contain explanations; expected --format jsonl or html");
  }
  if (!to_html) return;
  const auto no_effect = [](bool given, const char* option) {
    if (given) refuse(option, "has no effect on --format html; leave it out");
  };
  no_effect(options.top_k != 1, "--top-k");
  no_effect(options.probabilities, "--probabilities");
  no_effect(options.every_tag, "--tags");
  no_effect(!options.prefix.empty(), "--prefix");
  no_effect(options.explain_tokens_is_given, "--explain K");
}

ExplainOptions explain_options(const InferOptions& options, const Model& model) {
  if (model.input() == InputKind::kSeries) {
    refuse("--explain",
           "the model reads sequences of numbers; only predictions for texts are "
           "explained");
  }
  ExplainOptions result;
  result.method = options.explain_method;
  if (!options.explain_label.empty()) {
    const std::vector<std::string>& labels = model.labels();
    const auto found = std::find(labels.begin(), labels.end(), options.explain_label);
    if (found == labels.end()) {
      refuse("--explain-label", "the model has no label \"" + options.explain_label + "\"" +
                                    did_you_mean(options.explain_label, labels));
    }
    result.labels.push_back(found - labels.begin());
  }
  return result;
}

}  // namespace sequent
