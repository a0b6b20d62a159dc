#include "sample/chinese.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "sample/language.h"

namespace sequent::sample {

const Language& chinese() {
  static const Language language = [] {
    const std::array shared = {chinese_structure(), chinese_words()};
    const std::span<const VerbForms> no_inflection;
    Language made{.domains = {}, .finish = [](std::string_view text) { return std::string(text); }};
    for (const Domain& domain : chinese_domains()) {
      made.domains.emplace_back(shared, no_inflection, domain);
    }
    return made;
  }();
  return language;
}

}  // namespace sequent::sample
