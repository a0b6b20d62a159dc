// A grammar in which every text carries a verdict. The rules define how a verdict is expressed.
//
// The text of a rule consists of words and of references in braces:
//   {symbol}   any rule of that name, without a verdict of its own
//   {symbol^}  the verdict that the rule itself has to express
//   {symbol~}  the opposite verdict
//   {symbol?}  a random verdict
//   {symbol!}  like {symbol}, but with the same words each time within a text
//   [form]     a verb that agrees with the last noun and with the tense of the text
// `|` separates alternatives of equal weight. The topics of a domain are what its reviews talk
// about. These references are built in:
//   {new}        switch to a topic that this text has not used yet (prints nothing)
//   {whole}      switch to topic 0, the thing under review itself (prints nothing)
//   {noun}       the noun of the current topic
//   {specific^}  a word of praise or complaint that fits this topic (also with ~ and ?)
// A rule whose symbol ends in + or - expresses only that verdict.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sample/random.h"

namespace sequent::sample {

enum class Polarity : std::uint8_t { kNegative, kPositive };

struct Rule {
  std::string_view symbol;
  int weight;  // relative to the other rules of the symbol
  std::string_view alternatives;
};

enum class Number : std::uint8_t { kSingular, kPlural };

/// A topic that a review can praise or criticize.
struct Topic {
  std::string_view noun;
  Number number;
  std::string_view praise;     // alternatives
  std::string_view complaint;  // alternatives
};

/// The forms of a verb: present singular, present plural, past singular, past plural.
struct VerbForms {
  std::string_view name;
  std::array<std::string_view, 4> forms;
};

/// A kind of thing that is reviewed, such as a film or a hotel.
struct Domain {
  std::span<const Topic> topics;
  std::span<const Rule> rules;  // in addition to the rules shared by all domains
};

/// Threads: `expand` may be called concurrently, with a separate generator per thread.
class Grammar {
 public:
  /// Errors: Internal if a rule refers to an unknown symbol or verb.
  Grammar(std::span<const std::span<const Rule>> shared, std::span<const VerbForms> verbs,
          const Domain& domain);

  /// Expands `symbol` to a text with the given verdict. Sentences are not capitalized yet.
  std::string expand(std::string_view symbol, Polarity verdict, SplitMix64& random) const;

 private:
  enum class Direction : std::uint8_t { kSame, kOpposite, kRandom };
  enum class Kind : std::uint8_t { kText, kSymbol, kOnce, kVerb, kNew, kWhole, kNoun, kSpecific };

  struct Piece {
    Kind kind;
    Direction direction = Direction::kSame;
    std::size_t index = 0;  // of the symbol or the verb
    std::string_view text;
  };
  using Alternative = std::vector<Piece>;
  struct Group {
    int weight;
    std::vector<Alternative> alternatives;
  };
  struct Symbol {
    std::string name;
    std::array<std::vector<Group>, 2> groups;  // by verdict
    std::array<int, 2> total_weight{};
  };
  struct TopicWords {
    std::string_view noun;
    Number number;
    std::array<std::vector<std::string_view>, 2> words;  // by verdict
  };
  struct Text;  // the text that is being generated

  std::size_t symbol_index(std::string_view name);
  void add_rule(const Rule& rule);
  Alternative parse(std::string_view text);
  Piece parse_reference(std::string_view reference);
  Piece parse_verb(std::string_view name) const;
  void require_defined_symbols() const;

  void expand_symbol(std::size_t symbol, Polarity verdict, Text& text) const;
  void expand_piece(const Piece& piece, Polarity verdict, Text& text) const;
  const Alternative& draw_alternative(const Symbol& symbol, Polarity verdict, Text& text) const;
  void draw_topic(Text& text) const;
  std::string_view draw_specific(Polarity verdict, Text& text) const;

  std::vector<VerbForms> verbs_;
  std::vector<TopicWords> topics_;
  std::vector<Symbol> symbols_;
  std::map<std::string, std::size_t, std::less<>> symbol_indices_;
};

}  // namespace sequent::sample
