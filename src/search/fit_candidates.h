// The candidates of sequent fit: those that are tried first, and variants of a good one.
#pragma once

#include <cstdint>
#include <vector>

#include "search/fit_recipe.h"

namespace sequent {

/// Returns the baseline, fastText's model (Joulin et al. 2017): the mean of the vectors of words
/// and n-grams, and one dense layer. Taggers have no such model; their baseline is the smallest
/// one.
FitRecipe fit_baseline(const SniffedData& data);

/// Returns the first candidates after the baseline, the most promising first.
std::vector<FitRecipe> fit_candidates(const SniffedData& data, Monitor monitor);

/// Returns a recipe that differs from `recipe` in one to three settings, chosen at random:
/// a function of seed and number.
FitRecipe fit_variant(const FitRecipe& recipe, const SniffedData& data, std::uint64_t seed,
                      std::uint64_t number);

}  // namespace sequent
