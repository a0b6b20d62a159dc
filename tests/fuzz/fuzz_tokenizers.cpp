// Tokenizers: tokens are valid UTF-8, and their places lie in the text.
#include <stdexcept>

#include "fuzz/fuzz_target.h"
#include "sequent/text.h"

namespace sequent::fuzz {

std::vector<std::string> seeds() {
  return {"A good film, isn't it?", "\xE7\x94\xB5\xE5\xBD\xB1\xE5\xBE\x88\xE5\xA5\xBD\xE7\x9C\x8B",
          "e\xCC\x81\xC2\xAD\xE2\x80\x8D\xEF\xB8\x8F \xEF\xBC\xA1\xEF\xBC\x91",
          "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "\xC4\xB0stanbul \xEF\xAC\x81n \xC3\x9F"};
}

void run(const std::string& input) {
  CharactersTokenizer spaced;
  spaced.whitespace = true;
  WordsTokenizer plain;
  plain.nfkc = false;
  for (const TokenizerSpec& spec : {TokenizerSpec(WordsTokenizer{}), TokenizerSpec(plain),
                                    TokenizerSpec(WhitespaceTokenizer{}), TokenizerSpec(spaced)}) {
    for (const std::string& token : Tokenizer(spec).tokenize(input)) {
      if (token.empty() || find_invalid_utf8(token)) throw std::logic_error("an invalid token");
    }
    std::size_t end = 0;
    for (const PlacedToken& place : place_tokens(spec, input)) {
      if (place.begin < end || place.end <= place.begin || place.end > input.size()) {
        throw std::logic_error("a token outside the text");
      }
      end = place.end;
    }
  }
}

}  // namespace sequent::fuzz
