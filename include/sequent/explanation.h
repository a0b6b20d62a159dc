// Explanations: what each token contributes to a prediction. Included by sequent/inference.h.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent {

enum class ExplainMethod {
  kIntegratedGradients,  // Sundararajan et al. 2017, from the all-zero vectors of the tokens
  kOcclusion,            // how much the value falls without the token
};

struct ExplainOptions {
  ExplainMethod method = ExplainMethod::kIntegratedGradients;

  /// Classes, labels or targets to explain: indices into labels(). By default, the predicted ones;
  /// for regression, all targets. Taggers explain their spans and ignore this option.
  std::vector<std::int64_t> labels = {};

  /// kIntegratedGradients: points are added to the path until the gap is at most this share of the
  /// difference between the value and its baseline. Range: above 0.
  double most_gap = 0.01;

  /// kIntegratedGradients: maximum number of points. Range: 16 to 65536.
  std::int64_t most_steps = 1024;
};

/// What a token contributes to a value.
struct TokenAttribution {
  std::int64_t text = 0;   // of a pair: 0 or 1
  std::int64_t begin = 0;  // in the input text, in code points, as Python's strings count
  std::int64_t end = 0;
  double attribution = 0;
};

/// Why a model's output for an input has its value.
///
/// Integrated gradients: the attributions of the tokens and `other` sum up to
/// `value - baseline_value`, to within `gap`. A token's attribution is the sum over its vector,
/// which includes the vectors of the n-gram that ends with it and of its characters. Occlusion: a
/// token's attribution is the fall of the value if the token is removed, for a tagger if it is
/// replaced by <unk>; they sum up to nothing in particular.
struct Explanation {
  std::int64_t output = 0;  // index into labels(); for a tagger, of the span in TaggedText::spans

  /// The probability of the class or label, or the target's value. For a tagger, the mean over the
  /// span's tokens of the logit of its tag (with a crf, of its emission).
  double value = 0;

  std::vector<TokenAttribution> tokens;  // those that the model reads, in order
  double other = 0;  // integrated gradients: what no token contributes, but padding or <empty>

  // Integrated gradients only.
  double baseline_value = 0;  // of the input whose vectors are all zero
  double gap = 0;             // |sum of the attributions - (value - baseline_value)|
  std::int64_t steps = 0;     // number of points on the path

  /// `gap` as a share of |value - baseline_value|; 0 if both are 0.
  double gap_share() const;
};

}  // namespace sequent
