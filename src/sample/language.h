// The languages a sample can be written in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sample/grammar.h"

namespace sequent::sample {

struct Language {
  std::vector<Grammar> domains;                  // one is drawn for each text
  std::string (*finish)(std::string_view text);  // spelling that depends on neighbouring words
};

const Language& english();
const Language& chinese();

}  // namespace sequent::sample
