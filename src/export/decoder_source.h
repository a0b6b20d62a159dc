// TorchScript source of the layer that writes text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sequent {

/// Methods `step`, `score`, `write` and `forward` beside a method `encode(tokens, lengths)`.
/// `parameter`: the expression for a parameter of the decoder.
///
/// score(tokens, lengths, targets [B, U]) -> ln p [B, U, V] of the targets' tokens, each after
/// those before it. write(tokens, lengths, beams) -> (tokens [B, U], ln p [B]); of several beams
/// the one with the greatest ln p per token (Wu et al. 2016 with the exponent 1). forward: write
/// with one.
std::string decoder_source(const std::function<std::string(const std::string&)>& parameter,
                           std::int64_t units, std::int64_t most_tokens);

}  // namespace sequent
