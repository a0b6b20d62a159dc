#include "text/token_offsets.h"

#include <algorithm>
#include <string>

#include "text/code_points.h"

namespace sequent {
namespace {

/// A part of the text and the number of tokens that the tokenizer makes of it.
struct FoundPart {
  PlacedToken place;
  std::size_t tokens = 0;
};

/// Returns the smallest part that begins at places[first] and whose tokens are those of the whole
/// text from `next` on. Shapes: `used` receives the number of places in it.
FoundPart find_part(const Tokenizer& tokenizer, std::string_view text,
                    const std::vector<PlacedToken>& places, std::size_t first,
                    const std::vector<std::string>& tokens, std::size_t next, std::size_t& used) {
  constexpr std::size_t kMostPlaces = 32;
  const std::size_t begin = places[first].begin;
  for (std::size_t last = first; last < std::min(places.size(), first + kMostPlaces); ++last) {
    const auto own = tokenizer.tokenize(text.substr(begin, places[last].end - begin));
    const bool fits =
        next + own.size() <= tokens.size() &&
        std::equal(own.begin(), own.end(), tokens.begin() + static_cast<std::ptrdiff_t>(next));
    if (!fits) continue;
    used = last + 1 - first;
    return {{begin, places[last].end}, own.size()};
  }
  // Nothing fits: the rest of the text is one part.
  used = places.size() - first;
  return {{begin, places.back().end}, tokens.size() - next};
}

}  // namespace

std::vector<TokenOffsets> token_offsets(const TokenizerSpec& spec, std::string_view text) {
  const Tokenizer tokenizer(spec);
  const std::vector<std::string> tokens = tokenizer.tokenize(text);
  const std::vector<PlacedToken> places = place_tokens(spec, text);
  const CodePoints points(text);
  const auto offsets = [&](const PlacedToken& place) {
    return TokenOffsets{points.before(place.begin), points.before(place.end)};
  };
  std::vector<TokenOffsets> result;
  // Usually, each place has one token. Only its tokens tell whether it is so.
  for (std::size_t at = 0, used = 0; at < places.size(); at += used) {
    const FoundPart part = find_part(tokenizer, text, places, at, tokens, result.size(), used);
    result.insert(result.end(), part.tokens, offsets(part.place));
  }
  // Tokens that no place has, such as after a part that lost one, get the end of the text.
  result.resize(tokens.size(), {points.count(), points.count()});
  return result;
}

}  // namespace sequent
