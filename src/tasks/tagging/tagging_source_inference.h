// TorchScript source of a tagger's outputs.
#pragma once

#include <functional>
#include <string>

namespace sequent {

/// Returns the methods `forward`, which computes the probabilities [B, T, K] of all tags, and
/// `decode`, which computes the chosen tags [B, T] and their probabilities [B, T]. `$SIGNATURE` and
/// `$INPUTS` are placeholders for the parameters of `scores` and for the arguments passed to it.
std::string softmax_tags_source();

/// Returns the same methods for a crf's emissions. `parameter` maps the name of a crf parameter to
/// its expression.
std::string crf_source(const std::function<std::string(const std::string& name)>& parameter);

/// Returns `methods`, one of the above, with its placeholders filled in.
std::string tagging_source(std::string methods, const std::string& signature,
                           const std::string& inputs);

}  // namespace sequent
