// The parts of the Chinese grammar, one file each.
#pragma once

#include <span>

#include "sample/grammar.h"

namespace sequent::sample {

std::span<const Rule>
chinese_structure();                    // the rules that define how word order expresses a verdict
std::span<const Rule> chinese_words();  // praise, complaint, and neutral words
std::span<const Domain> chinese_domains();  // the things under review

}  // namespace sequent::sample
