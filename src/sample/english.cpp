#include "sample/english.h"

#include <array>
#include <string>
#include <string_view>

#include "sample/language.h"

namespace sequent::sample {
namespace {

constexpr VerbForms kVerbs[] = {
    {"is", {"is", "are", "was", "were"}},
    {"isn't", {"isn't", "aren't", "wasn't", "weren't"}},
    {"seem", {"seems", "seem", "seemed", "seemed"}},
    {"begin", {"begins", "begin", "began", "began"}},
    {"end", {"ends", "end", "ended", "ended"}},
};

/// Returns whether `text` sounds as if it begins with a vowel.
bool starts_with_vowel_sound(std::string_view text) {
  for (const std::string_view consonant : {"one", "unique", "useful", "useless"}) {
    if (text.starts_with(consonant)) return false;
  }
  return !text.empty() &&
         std::string_view("aeiouAEIOU").find(text.front()) != std::string_view::npos;
}

/// Changes "a" to "an" before a vowel sound and capitalizes each sentence.
std::string finish_english(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  bool at_sentence_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_small = c >= 'a' && c <= 'z';
    out += at_sentence_start && is_small ? static_cast<char>(c - 'a' + 'A') : c;
    const bool is_article = (i == 0 || text[i - 1] == ' ') && text.substr(i).starts_with("a ");
    if (is_article && starts_with_vowel_sound(text.substr(i + 2))) out += 'n';
    if (c != ' ') at_sentence_start = c == '.' || c == '!' || c == '?';
  }
  return out;
}

}  // namespace

const Language& english() {
  static const Language language = [] {
    const std::array shared = {english_structure(), english_opinions(), english_fillers()};
    Language made{.domains = {}, .finish = finish_english};
    for (const Domain& domain : english_domains()) {
      made.domains.emplace_back(shared, kVerbs, domain);
    }
    return made;
  }();
  return language;
}

}  // namespace sequent::sample
