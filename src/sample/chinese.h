// The parts of the Chinese grammar, a file each.
#pragma once

#include <span>

#include "sample/grammar.h"

namespace sequent::sample {

std::span<const Rule>
chinese_structure();                    // how a verdict is built: the rules that word order obeys
std::span<const Rule> chinese_words();  // praise, complaint, and words without a verdict
std::span<const Domain> chinese_domains();  // what is reviewed

}  // namespace sequent::sample
