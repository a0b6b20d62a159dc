// TorchScript source of the sequence-to-sequence decoder.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sequent {

/// Returns the methods `step`, `score`, `write` and `forward`, which use a method
/// `encode(tokens, lengths)`. `parameter` maps the name of a decoder parameter to its expression.
///
/// score(tokens, lengths, targets [B, U]) -> ln p [B, U, V] at each target token given the tokens
/// before it. write(tokens, lengths, beams) -> (tokens [B, U], ln p [B]); it returns the beam with
/// the greatest ln p per token (Wu et al. 2016 with an exponent of 1). forward calls write with a
/// single beam.
std::string decoder_source(const std::function<std::string(const std::string&)>& parameter,
                           std::int64_t units, std::int64_t most_tokens);

}  // namespace sequent
