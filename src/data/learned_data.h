// What is learned from the training rows: the origins that keep the digits of numbers far from 0
// when they become 32-bit floats, and what the features need.
#pragma once

#include <optional>
#include <vector>

#include "core/welford.h"
#include "sequent/data.h"

namespace sequent {

/// Returns the origin of each channel (see DataSpec::origin); empty if all are 0.
std::vector<double> choose_origin(const Welford& values);

/// Returns the features with the learned options that are not set.
std::vector<FeatureSpec> with_learned(std::vector<FeatureSpec> features,
                                      const std::vector<LearnedFeature>& learned);

/// Clears the options that are learned.
void forget_learned(std::vector<FeatureSpec>& features);

/// Completes what was learned from a training file with the options that the config sets. The
/// targets of windows have the origin of their channel, because forecasts may be relative to it.
/// Errors: Config if a given origin has another size than `channels` or `targets`.
void settle_learned(LearnedData& learned, const Config& config, std::int64_t channels,
                    std::int64_t targets);

}  // namespace sequent
