// The parts of the English grammar, a file each.
#pragma once

#include <span>

#include "sample/grammar.h"

namespace sequent::sample {

std::span<const Rule>
english_structure();  // how a verdict is built: the rules that word order obeys
std::span<const Rule> english_opinions();   // words of praise and complaint
std::span<const Rule> english_fillers();    // names, places, times: words without a verdict
std::span<const Domain> english_domains();  // what is reviewed

}  // namespace sequent::sample
