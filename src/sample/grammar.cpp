#include "sample/grammar.h"

#include <algorithm>

#include "sequent/error.h"

namespace sequent::sample {
namespace {

// How often a word is drawn again if the text already contains it. Small lists run out of new
// words.
constexpr int kFreshDraws = 4;
// Rules with fewer alternatives may repeat within a text.
constexpr std::size_t kFewAlternatives = 3;

std::size_t index_of(Polarity polarity) { return static_cast<std::size_t>(polarity); }

Polarity opposite(Polarity polarity) {
  return polarity == Polarity::kPositive ? Polarity::kNegative : Polarity::kPositive;
}

std::vector<std::string_view> split_alternatives(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t bar = text.find('|');
    parts.push_back(text.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    text.remove_prefix(bar + 1);
  }
}

[[noreturn]] void fail(std::string_view what, std::string_view name) {
  throw Error(ErrorKind::kInternal, "sample grammar",
              std::string(what) + " '" + std::string(name) + "'");
}

}  // namespace

struct Grammar::Text {
  explicit Text(SplitMix64& generator) : random(generator), past(generator.below(2) == 1) {}

  std::size_t draw(std::size_t count) { return static_cast<std::size_t>(random.below(count)); }

  SplitMix64& random;
  bool past;
  std::string words;
  std::size_t topic = 0;
  std::vector<std::size_t> touched_topics;
  std::vector<const Alternative*> used_alternatives;
  std::vector<std::string_view> used_words;  // specific words of praise and complaint
  std::map<std::size_t, std::string> fixed;  // by symbol: the words chosen for {symbol!}
};

Grammar::Grammar(std::span<const std::span<const Rule>> shared, std::span<const VerbForms> verbs,
                 const Domain& domain)
    : verbs_(verbs.begin(), verbs.end()) {
  for (const Topic& topic : domain.topics) {
    topics_.push_back({topic.noun,
                       topic.number,
                       {split_alternatives(topic.complaint), split_alternatives(topic.praise)}});
  }
  for (const std::span<const Rule> rules : shared) {
    for (const Rule& rule : rules) add_rule(rule);
  }
  for (const Rule& rule : domain.rules) add_rule(rule);
  require_defined_symbols();
}

std::string Grammar::expand(std::string_view symbol, Polarity verdict, SplitMix64& random) const {
  const auto found = symbol_indices_.find(symbol);
  if (found == symbol_indices_.end()) fail("no symbol", symbol);
  Text text(random);
  expand_symbol(found->second, verdict, text);
  return std::move(text.words);
}

std::size_t Grammar::symbol_index(std::string_view name) {
  const auto [entry, added] = symbol_indices_.try_emplace(std::string(name), symbols_.size());
  if (added) symbols_.push_back({.name = entry->first, .groups = {}, .total_weight = {}});
  return entry->second;
}

void Grammar::add_rule(const Rule& rule) {
  std::string_view name = rule.symbol;
  const bool serves_negative = name.back() != '+';
  const bool serves_positive = name.back() != '-';
  if (!serves_negative || !serves_positive) name.remove_suffix(1);

  Group group{.weight = rule.weight, .alternatives = {}};
  for (const std::string_view alternative : split_alternatives(rule.alternatives)) {
    group.alternatives.push_back(parse(alternative));
  }
  Symbol& symbol = symbols_[symbol_index(name)];
  for (const Polarity polarity : {Polarity::kNegative, Polarity::kPositive}) {
    const bool serves = polarity == Polarity::kPositive ? serves_positive : serves_negative;
    if (!serves) continue;
    symbol.groups[index_of(polarity)].push_back(group);
    symbol.total_weight[index_of(polarity)] += group.weight;
  }
}

Grammar::Alternative Grammar::parse(std::string_view text) {
  Alternative pieces;
  while (!text.empty()) {
    const std::size_t open = text.find_first_of("{[");
    if (open != 0) {
      const std::string_view words = text.substr(0, open);
      pieces.push_back({.kind = Kind::kText, .text = words});
      text.remove_prefix(words.size());
      continue;
    }
    const bool is_verb = text.front() == '[';
    const std::size_t close = text.find(is_verb ? ']' : '}');
    if (close == std::string_view::npos) fail("no closing bracket in", text);
    const std::string_view inside = text.substr(1, close - 1);
    pieces.push_back(is_verb ? parse_verb(inside) : parse_reference(inside));
    text.remove_prefix(close + 1);
  }
  return pieces;
}

Grammar::Piece Grammar::parse_reference(std::string_view reference) {
  Piece piece{.kind = Kind::kSymbol, .text = {}};
  const char mark = reference.back();
  if (mark == '~') piece.direction = Direction::kOpposite;
  if (mark == '?') piece.direction = Direction::kRandom;
  if (mark == '!') piece.kind = Kind::kOnce;
  if (std::string_view("^~?!").find(mark) != std::string_view::npos) reference.remove_suffix(1);

  if (reference == "new") {
    piece.kind = Kind::kNew;
  } else if (reference == "whole") {
    piece.kind = Kind::kWhole;
  } else if (reference == "noun") {
    piece.kind = Kind::kNoun;
  } else if (reference == "specific") {
    piece.kind = Kind::kSpecific;
  } else {
    piece.index = symbol_index(reference);
  }
  return piece;
}

Grammar::Piece Grammar::parse_verb(std::string_view name) const {
  const auto found = std::ranges::find(verbs_, name, &VerbForms::name);
  if (found == verbs_.end()) fail("no verb", name);
  return {
      .kind = Kind::kVerb, .index = static_cast<std::size_t>(found - verbs_.begin()), .text = {}};
}

void Grammar::require_defined_symbols() const {
  for (const Symbol& symbol : symbols_) {
    if (symbol.groups[0].empty() || symbol.groups[1].empty()) fail("no rule for", symbol.name);
  }
}

void Grammar::expand_symbol(std::size_t symbol, Polarity verdict, Text& text) const {
  for (const Piece& piece : draw_alternative(symbols_[symbol], verdict, text)) {
    expand_piece(piece, verdict, text);
  }
}

void Grammar::expand_piece(const Piece& piece, Polarity verdict, Text& text) const {
  if (piece.direction == Direction::kOpposite) verdict = opposite(verdict);
  if (piece.direction == Direction::kRandom) {
    verdict = text.draw(2) == 0 ? Polarity::kNegative : Polarity::kPositive;
  }
  switch (piece.kind) {
    case Kind::kText:
      text.words += piece.text;
      break;
    case Kind::kSymbol:
      expand_symbol(piece.index, verdict, text);
      break;
    case Kind::kOnce: {
      const auto found = text.fixed.find(piece.index);
      if (found != text.fixed.end()) {
        text.words += found->second;
        break;
      }
      const std::size_t start = text.words.size();
      expand_symbol(piece.index, verdict, text);
      text.fixed[piece.index] = text.words.substr(start);
      break;
    }
    case Kind::kVerb: {
      const bool plural = topics_[text.topic].number == Number::kPlural;
      text.words += verbs_[piece.index].forms[(text.past ? 2U : 0U) + (plural ? 1U : 0U)];
      break;
    }
    case Kind::kNew:
      draw_topic(text);
      break;
    case Kind::kWhole:
      text.topic = 0;
      break;
    case Kind::kNoun:
      text.words += topics_[text.topic].noun;
      break;
    case Kind::kSpecific:
      text.words += draw_specific(verdict, text);
      break;
  }
}

const Grammar::Alternative& Grammar::draw_alternative(const Symbol& symbol, Polarity verdict,
                                                      Text& text) const {
  for (int draw = 1;; ++draw) {
    int ticket = static_cast<int>(
        text.draw(static_cast<std::size_t>(symbol.total_weight[index_of(verdict)])));
    auto group = symbol.groups[index_of(verdict)].begin();
    while (ticket >= group->weight) {
      ticket -= group->weight;
      ++group;
    }
    const Alternative& chosen = group->alternatives[text.draw(group->alternatives.size())];
    if (group->alternatives.size() < kFewAlternatives) return chosen;
    if (draw < kFreshDraws && std::ranges::count(text.used_alternatives, &chosen) > 0) continue;
    text.used_alternatives.push_back(&chosen);
    return chosen;
  }
}

void Grammar::draw_topic(Text& text) const {
  for (int draw = 1;; ++draw) {
    text.topic = 1 + text.draw(topics_.size() - 1);
    if (std::ranges::count(text.touched_topics, text.topic) == 0) break;
    if (draw == kFreshDraws * 4) break;
  }
  text.touched_topics.push_back(text.topic);
}

std::string_view Grammar::draw_specific(Polarity verdict, Text& text) const {
  const std::vector<std::string_view>& words = topics_[text.topic].words[index_of(verdict)];
  for (int draw = 1;; ++draw) {
    const std::string_view word = words[text.draw(words.size())];
    if (draw < kFreshDraws && std::ranges::count(text.used_words, word) > 0) continue;
    text.used_words.push_back(word);
    return word;
  }
}

}  // namespace sequent::sample
