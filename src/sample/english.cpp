#include "sample/english.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "sample/language.h"

namespace sequent::sample {
namespace {

constexpr VerbForms kVerbs[] = {
    {"is", {"is", "are", "was", "were"}},
    {"isn't", {"isn't", "aren't", "wasn't", "weren't"}},
    {"Is", {"is", "are", "was", "were"}},
    {"seem", {"seems", "seem", "seemed", "seemed"}},
    {"begin", {"begins", "begin", "began", "began"}},
    {"end", {"ends", "end", "ended", "ended"}},
};

bool is_vowel(char letter) { return std::string_view("aeiouAEIOU").find(letter) != std::string_view::npos; }

/// Whether the text from here on sounds as if it began with a vowel.
bool starts_with_vowel_sound(std::string_view text) {
  for (const std::string_view silent : {"hour", "honest"}) {
    if (text.starts_with(silent)) return true;
  }
  for (const std::string_view consonant : {"one", "unique", "useful", "useless", "Euro"}) {
    if (text.starts_with(consonant)) return false;
  }
  return !text.empty() && is_vowel(text.front());
}

/// "a" becomes "an" before a vowel sound; each sentence gets its capital.
std::string finish_english(std::string text) {
  std::string out;
  out.reserve(text.size() + 8);
  bool at_sentence_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool at_word_start = i == 0 || text[i - 1] == ' ';
    if (at_sentence_start && std::isalpha(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      at_sentence_start = false;
    } else {
      out += c;
    }
    if (at_word_start && c == 'a' && text.substr(i, 2) == "a " &&
        starts_with_vowel_sound(std::string_view(text).substr(i + 2))) {
      out += 'n';
    }
    if (c == '.' || c == '!' || c == '?') at_sentence_start = true;
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
