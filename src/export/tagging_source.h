// TorchScript source of a tagger's answers.
#pragma once

#include <functional>
#include <string>

namespace sequent {

/// The methods `forward`, which gives the probabilities [B, T, K] of all tags, and `decode`, which
/// gives the chosen tags [B, T] and their probabilities [B, T]. `$SIGNATURE` and `$INPUTS` stand
/// for the parameters of `scores` and the arguments that hand them on.
std::string softmax_tags_source();

/// The same over a crf's emissions. `parameter`: the expression for one of its parameters.
std::string crf_source(const std::function<std::string(const std::string& name)>& parameter);

}  // namespace sequent
