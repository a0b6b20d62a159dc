#include "sample/english.h"

namespace sequent::sample {
namespace {

// `^` is the label and `~` its opposite. Each rule applies equally to both labels, so only word
// order can distinguish them.
constexpr Rule kRules[] = {
    // A review: facts are neutral, and the verdict comes last.
    {"review", 34, "{statement^}"},
    {"review", 10, "{fact} {statement^}"},
    {"review", 8, "{statement^} {fact}"},
    {"review", 6, "{fact} {statement^} {fact}"},
    {"review", 16, "{opinion^} {verdict^}"},
    {"review", 8, "{fact} {opinion^} {opinion^} {fact} {verdict^}"},
    {"review", 10, "{opinion~} {turn^}"},
    {"review", 4, "{fact} {opinion~} {turn^}"},
    {"review", 6, "{opinion?} {opinion?} {verdict^}"},
    {"review", 4, "{fact} {opinion?} {fact} {opinion?} {fact} {verdict^}"},
    {"review", 3, "{fact} {opinion?} {fact} {opinion?} {fact} {contrast?}{end} {fact} {verdict^}"},

    {"statement", 54, "{plain^}"},
    {"statement", 22, "{lead}{clause^}{end}"},
    {"statement", 16, "{contrast^}{end}"},
    {"statement", 9, "{hearsay^}{end}"},
    {"statement", 8, "{expectation^}{end}"},
    {"statement", 7, "{change^}{end}"},
    {"statement", 5, "{irrealis^}{end}"},
    {"statement", 9, "{question^}"},
    {"statement", 5, "{false_negation^}{end}"},

    {"opinion", 1, "{simple^}{end}"},
    {"turn", 3, "but {final_clause^}{end}|{still} {final_clause^}{end}"},
    {"turn", 1, "for all that, {final_clause^}{end}|{verdict^}"},
    {"verdict", 4, "{sum}, {final_clause^}{end}"},
    {"verdict", 1, "my verdict: {final_clause^}{end}|{sum}, {final_clause^}, {source}{end}"},
    {"final_clause", 3, "{it} {predicate^}"},
    {"final_clause", 2, "{whole}it [is] a {adjective^} {thing!}|{whole}it [is] a {flop^}"},
    {"final_clause", 2, "I {loved^} it"},
    {"final_clause", 2, "{final_denial^}"},

    // Plain praise and complaint.
    {"plain", 4, "{whole}a {adjective^} {thing!}{end}|{whole}a {degree} {soft^} {thing!}{end}"},
    {"plain", 3, "{whole}what a {adjective^} {thing!}!|what a {flop^}!"},
    {"plain", 3, "I {loved^} {object}{end}|I {loved^} {object}, {source}{end}"},
    {"plain", 4, "{new}{specific^} {noun}, {new}{specific^} {noun}{end}"},
    {"plain", 4, "{lead}{simple^}{end}"},
    {"plain", 2, "{simple^} and {simple^}{end}|{simple^}; {simple^}{end}"},
    {"plain", 3, "{advice^}"},
    {"plain", 2, "{new}I {loved^} it, {mostly} for the {specific^} {noun}{end}"},

    // A clause: a subject and a predicate.
    {"clause", 9, "{subject} {predicate^}"},
    {"clause", 4, "{denial^}"},
    {"clause", 1, "I {loved^} {object}|I did not {love~} {object}|I never {loved~} {object}"},
    {"simple", 3, "{bare^}"},
    {"simple", 1, "I found {object} {adjectives^}"},
    {"bare", 1,
     "{subject} [is] {adjectives^}|{subject} [is] {adjectives^}|{subject} [seem] {adjectives^}"},
    {"subject", 1, "{it}"},
    {"subject", 2, "{new}the {noun}"},
    {"it", 1, "{whole}it|{whole}the {thing!}|{whole}this {thing!}"},
    {"object", 2, "{it}"},
    {"object", 1, "{new}the {noun}"},

    {"predicate", 30, "[is] {adjectives^}"},
    {"predicate", 5, "[is] not {soft~}|[isn't] {soft~}|[is] not {much} {soft~}"},
    {"predicate", 6, "[is] {never} {soft~}"},
    {"predicate", 3, "[is] neither {soft~} nor {soft~}"},
    {"predicate", 5, "[is] not as {soft~} as {expected~}|[is] not so {soft~} as {expected~}"},
    {"predicate", 4, "[is] less {soft~} than {expected~}"},
    {"predicate", 4, "[is] {better^} than {reference}|[is] far {better^} than {reference}"},
    {"predicate", 2, "[is] {better^} than {expected~}"},
    {"predicate", 3, "[is] {soft^} rather than {soft~}|[is] more {gradable^} than {gradable~}"},
    {"predicate", 3, "[is] not {soft~} but {soft^}|[is] {soft^}, not {soft~}"},
    {"predicate", 3, "[is] not only {soft^} but also {soft^}|[is] both {soft^} and {soft^}"},
    {"predicate", 2, "[is] no longer {soft~}|[is] as {soft^} as ever"},
    {"predicate", 2, "[is] too {soft^} to be {gradable~}|could not be more {gradable^}"},

    // Negation whose scope is the whole clause.
    {"denial", 1, "{about_any^}|{final_denial^}"},
    {"about_any", 2, "there is nothing {soft~} about {object}|nothing about {object} [is] {soft~}"},
    {"about_any", 2, "nobody would call {object} {soft~}|I would never call {object} {soft~}"},
    {"about_any", 2, "I cannot say that {subject} [is] {soft~}|I do not find {object} {soft~}"},
    {"about_any", 2, "{nobody_can} {deny} that {subject} [is] {soft^}"},
    {"about_any", 2, "it is not true that {subject} [is] {soft~}"},
    {"about_any", 1, "I would not, {for_reason}, call {object} {soft~}"},
    {"final_denial", 2, "there is nothing {soft~} about {it}|I did not find {it} {soft~}"},
    {"final_denial", 2, "nobody would call {it} {soft~}|I would never call {it} {soft~}"},
    {"final_denial", 2, "{nobody_can} {deny} that {it} [is] {soft^}"},
    {"final_denial", 1, "it would be wrong to call {it} {soft~}"},
    {"final_denial", 2, "whoever calls {it} {soft~} is wrong|whoever calls {it} {soft^} is right"},

    // A negation that does not negate the verdict.
    {"false_negation", 2,
     "no doubt {simple^}|without a doubt {simple^}|not surprisingly, {simple^}"},
    {"false_negation", 2, "I have never {seen} a more {gradable^} {thing!}"},
    {"false_negation", 2, "never has a {thing!} been so {gradable^}"},
    {"false_negation", 2, "I did not expect {object} to be so {soft^}"},
    {"false_negation", 2, "no other {thing!} is as {gradable^} as this one"},
    {"false_negation", 2, "{new}not only [is] the {noun} {soft^}, {it} [is] {soft^} too"},
    {"false_negation", 1, "nothing I have {seen} this year is as {gradable^} as this {thing!}"},

    // The main clause decides, and so does the part after "but".
    {"contrast", 6, "{simple~}, but {clause^}|{simple~}, yet {clause^}"},
    {"contrast", 2, "{new}{specific~} {noun}, but {clause^}"},
    {"contrast", 4, "{although} {simple~}, {clause^}"},
    {"contrast", 4, "{clause^}, {though} {simple~}"},
    {"contrast", 3, "{new}{despite} the {specific~} {noun}, {final_clause^}"},
    {"contrast", 3, "{final_clause^} {new}{despite} its {specific~} {noun}"},
    {"contrast", 2, "{simple~}; {nevertheless}, {clause^}"},
    {"contrast", 1, "{new}not even the {specific~} {noun} can {spoil^} it"},
    {"contrast", 2,
     "{new}what the {specific~} {noun} may {mend~}, {new}the {specific^} {noun} will {mend^}"},

    // The speaker's own view decides, regardless of its position.
    {"hearsay", 3, "{other} {loved~} it, but I {loved^} it|{other} {loved~} it; I {loved^} it"},
    {"hearsay", 2, "{other} {loved~} it; I did not|{other} {loved~} it, which I cannot understand"},
    {"hearsay", 2, "{other} {loved^} it, and so did I|{other} {loved^} it, and rightly so"},
    {"hearsay", 2, "I {loved^} it, although {other} {loved~} it"},
    {"hearsay", 2, "unlike {other}, who {loved~} it, I {loved^} it"},
    {"hearsay", 2, "{other} told me that {bare~}, and that was {mistaken}"},
    {"hearsay", 2, "{other} told me that {bare^}, and that was right"},
    {"hearsay", 2, "{other} called it a {flop~}; I disagree|{other} called it a {flop^}; I agree"},
    {"hearsay", 2, "do not believe {other}: {bare^}"},

    // The outcome decides, not the expectation.
    {"expectation", 2,
     "I expected a {flop~} and got a {flop^}|I got a {flop^} where I expected a {flop~}"},
    {"expectation", 2, "instead of the {flop~} that {other} had {promised~}, {it_is} a {flop^}"},
    {"expectation", 2, "{it_is} a {flop^}, not the {flop~} I had {feared~}"},
    {"expectation", 2,
     "{it_is} not the {flop~} I had {feared~}|{it_is} the very {flop^} I had {feared^}"},
    {"expectation", 1,
     "{whole}I was ready for a {adjective~} {thing!}, and {it_is} a {adjective^} one"},
    {"expectation", 1, "{other} had {promised~} a {flop~}; what came was a {flop^}"},
    {"expectation", 1, "this is the {flop^} that {other} had {promised^}"},
    {"it_is", 1, "{whole}it [is]|{whole}the {thing!} [is]|{whole}this {thing!} [is]"},

    // The later state decides.
    {"change", 3, "{whole}{span} [begin] {badly~} and [end] {badly^}"},
    {"change", 2, "{whole}{span} [end] {badly^}, however {badly~} it [begin]"},
    {"change", 2, "at first I {loved~} it; by the end I {loved^} it"},
    {"change", 2,
     "I used to {love~} it, but now I {love^} it|once I {loved~} it, today I {love^} it"},
    {"change", 2, "the start was {general~}, the end {general^}"},
    {"change", 2, "after a {general~} start came a {general^} finish"},
    {"change", 2, "a {general^} finish followed a {general~} start"},
    {"change", 2, "{whole}it was {adjective~} {long_ago} and is {adjective^} today"},

    // A counterfactual did not happen.
    {"irrealis", 3, "{new}but for the {noun}, {whole}it would have been {adjective~}"},
    {"irrealis", 2,
     "{subject} could so easily have been {soft~}|{subject} might well have been {soft~}"},
    {"irrealis", 2, "{it} could so easily have been a {flop~}"},
    {"irrealis", 2, "with a {bigger~} budget {it} would have been {adjective~}"},
    {"irrealis", 2, "in other hands {it} would have been a {flop~}"},
    {"irrealis-", 1, "{subject} would have been {soft~} with a little more care"},
    {"irrealis-", 1, "if only {subject} had been {soft~}|I wish {subject} had been {soft~}"},
    {"irrealis+", 1, "I feared that {subject} would be {soft~}, and was spared"},
    {"irrealis+", 1, "{subject} would have been {soft~} with a little less care"},

    // A question is answered by what follows, or implies a no.
    {"question", 3, "{new}[is] the {noun} {soft~}? {no}|{whole}[is] it {soft~}? {no}"},
    {"question", 3, "{new}[is] the {noun} {soft^}? {yes}|{whole}[is] it {soft^}? {yes}"},
    {"question", 2, "who could possibly call {object} {soft~}?|how can anyone {love~} {object}?"},
    {"question", 1, "who would not {love^} {object}?"},

    {"adjectives", 6, "{adjective^}"},
    {"adjectives", 4, "{degree} {soft^}"},
    {"adjectives", 2, "{soft^} and {gradable^}"},
    {"adjectives", 1, "{fully} {extreme^}"},
    {"adjective", 5, "{specific^}"},
    {"adjective", 4, "{gradable^}"},
    {"adjective", 2, "{extreme^}"},
    {"general", 3, "{gradable^}"},
    {"general", 2, "{extreme^}"},
    {"soft", 1, "{specific^}|{gradable^}"},
};

}  // namespace

std::span<const Rule> english_structure() { return kRules; }

}  // namespace sequent::sample
