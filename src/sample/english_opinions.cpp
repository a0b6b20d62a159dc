#include "sample/english.h"

namespace sequent::sample {
namespace {

constexpr Rule kRules[] = {
    // Adjectives for any subject that combine with "very", "more" and "less".
    {"gradable+", 1,
     "good|impressive|enjoyable|pleasant|charming|delightful|appealing|satisfying|likeable|"
     "memorable|agreeable|remarkable|admirable|attractive|wonderful|refreshing|convincing|"
     "exciting|brilliant|commendable|lovable|captivating|praiseworthy|fascinating"},
    {"gradable-", 1,
     "bad|disappointing|unpleasant|mediocre|annoying|underwhelming|irritating|forgettable|"
     "tiresome|frustrating|depressing|unconvincing|unimpressive|disagreeable|unattractive|"
     "regrettable|pitiful|embarrassing|unappealing|deplorable|unremarkable|off-putting|"
     "infuriating|dispiriting"},
    {"extreme+", 1,
     "superb|excellent|perfect|magnificent|splendid|outstanding|marvellous|fantastic|glorious|"
     "exceptional|first-rate|flawless|stunning|terrific|sublime"},
    {"extreme-", 1,
     "awful|dreadful|terrible|horrible|atrocious|abysmal|dismal|appalling|lousy|second-rate|"
     "miserable|ghastly|horrendous"},
    {"flop+", 1,
     "gem|delight|masterpiece|triumph|treat|joy|pleasure|treasure|success|marvel|wonder|jewel|"
     "winner|revelation|blessing|sensation|stroke of genius"},
    {"flop-", 1,
     "disaster|mess|letdown|failure|bore|chore|flop|fiasco|nuisance|disappointment|travesty|"
     "ordeal|calamity|embarrassment|dud|catastrophe|waste of money"},
    {"loved+", 1, "loved|enjoyed|adored|liked|admired|cherished|appreciated"},
    {"loved-", 1, "hated|disliked|loathed|detested|despised|resented|regretted"},
    {"love+", 1, "love|enjoy|adore|like|admire|cherish|appreciate"},
    {"love-", 1, "hate|dislike|loathe|detest|despise|resent|regret"},
    {"badly+", 1,
     "well|brilliantly|beautifully|wonderfully|splendidly|superbly|delightfully|marvellously|"
     "gloriously|charmingly"},
    {"badly-", 1,
     "badly|terribly|dreadfully|miserably|poorly|horribly|dismally|awfully|abysmally|painfully"},
    {"better+", 1, "better|finer|stronger|more enjoyable|more convincing|more appealing"},
    {"better-", 1, "worse|poorer|weaker|less enjoyable|less convincing|less appealing"},
    {"spoil-", 1, "save|rescue|redeem"},
    {"spoil+", 1, "spoil|ruin|sink"},
    {"mend+", 1, "put right|mend|make up for"},
    {"mend-", 1, "spoil|ruin|undo"},
    {"bigger+", 1, "bigger|larger|more generous"},
    {"bigger-", 1, "smaller|tighter|more modest"},
    {"promised+", 1, "promised|announced|foretold"},
    {"promised-", 1, "warned of|threatened|predicted"},
    {"feared+", 1, "hoped for|longed for|wished for"},
    {"feared-", 1, "feared|dreaded|been afraid of"},
    {"expected+", 1,
     "I had hoped|I hoped|we had hoped|everyone had promised|{other} had promised|I had dreamt"},
    {"expected-", 1,
     "I had feared|I feared|we had feared|everyone had warned|{other} had warned|I had dreaded"},
    {"advice+", 1,
     "I would gladly {use} it again{end}|I recommend it to everyone{end}|"
     "worth every penny{end}|do not miss it{end}|I cannot recommend it highly enough{end}|"
     "go and {use} it at once{end}|I would not hesitate to {use} it again{end}|"
     "money well spent{end}|no one should miss it{end}|I cannot wait to {use} it again{end}"},
    {"advice-", 1,
     "I would never {use} it again{end}|I recommend it to no one{end}|not worth a penny{end}|"
     "do not waste your money{end}|I cannot recommend it at all{end}|stay away from it{end}|"
     "I would not {use} it again for anything{end}|money thrown away{end}|"
     "no one should pay for it{end}|I will not {use} it again{end}"},
};

}  // namespace

std::span<const Rule> english_opinions() { return kRules; }

}  // namespace sequent::sample
