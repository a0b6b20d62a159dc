// The languages of the samples.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sample/grammar.h"

namespace sequent::sample {

struct Language {
  std::vector<Grammar> domains;                  // one is chosen for each text
  std::string (*finish)(std::string_view text);  // adjusts spelling to neighbouring words
};

const Language& english();
const Language& chinese();

}  // namespace sequent::sample
