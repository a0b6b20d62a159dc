// The parts of the English grammar, one file each.
#pragma once

#include <span>

#include "sample/grammar.h"

namespace sequent::sample {

std::span<const Rule>
english_structure();  // the rules that define how word order expresses a verdict
std::span<const Rule> english_opinions();   // words of praise and complaint
std::span<const Rule> english_fillers();    // names, places, times: neutral words
std::span<const Domain> english_domains();  // the things under review

}  // namespace sequent::sample
