#include "sample/chinese.h"

namespace sequent::sample {
namespace {

// As in English, `^` is the label and `~` its opposite. Each rule applies equally to both labels.
constexpr Rule kRules[] = {
    // A review: facts are neutral, and the verdict comes last.
    {"review", 34, "{statement^}"},
    {"review", 10, "{fact}{statement^}"},
    {"review", 8, "{statement^}{fact}"},
    {"review", 6, "{fact}{statement^}{fact}"},
    {"review", 16, "{opinion^}{verdict^}"},
    {"review", 8, "{fact}{opinion^}{opinion^}{fact}{verdict^}"},
    {"review", 10, "{opinion~}{turn^}"},
    {"review", 4, "{fact}{opinion~}{turn^}"},
    {"review", 6, "{opinion?}{opinion?}{verdict^}"},
    {"review", 4, "{fact}{opinion?}{fact}{opinion?}{fact}{verdict^}"},
    {"review", 3, "{fact}{opinion?}{fact}{opinion?}{fact}{contrast?}{end}{fact}{verdict^}"},

    {"statement", 54, "{plain^}"},
    {"statement", 22, "{lead}{clause^}{end}"},
    {"statement", 16, "{contrast^}{end}"},
    {"statement", 9, "{hearsay^}{end}"},
    {"statement", 8, "{expectation^}{end}"},
    {"statement", 7, "{change^}{end}"},
    {"statement", 5, "{irrealis^}{end}"},
    {"statement", 8, "{question^}"},
    {"statement", 5, "{false_negation^}{end}"},

    {"opinion", 1, "{simple^}{end}"},
    {"turn", 3, "{but}{final_clause^}{end}|即便如此，{final_clause^}{end}"},
    {"turn", 1, "话虽如此，{final_clause^}{end}|{verdict^}"},
    {"verdict", 4, "{sum}，{final_clause^}{end}"},
    {"verdict", 1, "我的结论是：{final_clause^}{end}"},
    {"final_clause", 4, "{it}{predicate^}"},
    {"final_clause", 2, "{it}是个{flop^}|{whole}这是{a}{adjective^}的{thing!}"},
    {"final_clause", 2, "我{degree_of_feeling}{love^}它|我{degree_of_feeling}{love^}{it}"},
    {"final_clause", 2, "{final_denial^}"},

    // Plain praise and complaint.
    {"plain", 4, "{whole}{a}{adjective^}的{thing!}{end}|{whole}这是{a}{adjective^}的{thing!}{end}"},
    {"plain", 3,
     "真是个{flop^}{end}|{whole}真是{a}{degree_attribute}{adjective^}的{thing!}{end}|"
     "{whole}好{a}{adjective^}的{thing!}！"},
    {"plain", 3, "我{degree_of_feeling}{love^}{object}{end}"},
    {"plain", 3, "{new}{noun}{specific^}，{new}{noun}{specific^}{end}"},
    {"plain", 4, "{lead}{simple^}{end}"},
    {"plain", 2, "{simple^}，{simple^}{end}|{simple^}，而且{simple^}{end}"},
    {"plain", 3, "{advice^}{end}"},
    {"plain", 2, "{new}我{love^}它，{mostly}是因为{noun}很{soft^}{end}"},

    // A clause: a subject and a predicate.
    {"clause", 9, "{subject}{predicate^}"},
    {"clause", 3, "{about_any^}|{final_denial^}"},
    {"clause", 1,
     "我{degree_of_feeling}{love^}{object}|我并不{love~}{object}|我从来没有{love~}过{object}"},
    {"simple", 3, "{subject}{adjectives^}"},
    {"simple", 1, "我觉得{object}{adjectives^}"},
    {"subject", 1, "{it}"},
    {"subject", 2, "{new}{noun}|{new}它的{noun}"},
    {"it", 1, "{whole}它|{whole}这{measure}{thing!}"},
    {"object", 2, "{it}"},
    {"object", 1, "{new}它的{noun}"},

    {"predicate", 30, "{adjectives^}"},
    {"predicate", 10, "{never}{any~}"},
    {"predicate", 3, "既不{soft~}，也不{soft~}"},
    {"predicate", 6, "没有{expected~}的那么{soft~}|没有{reference}那么{soft~}"},
    {"predicate", 4, "比{reference}{soft^}多了|比{expected~}的要{soft^}得多"},
    {"predicate", 5,
     "不是{soft~}，而是{soft^}|说不上{soft~}，倒是很{soft^}|很{soft^}，而不是{soft~}"},
    {"predicate", 3, "不但{soft^}，而且{soft^}|不仅{soft^}，还很{soft^}"},
    {"predicate", 3, "不再{soft~}了|依然很{soft^}|还是那么{soft^}"},
    {"predicate", 3, "再{soft^}不过了|并非不{soft^}|不可谓不{soft^}"},

    // Negation whose scope is the whole clause.
    {"about_any", 2, "{nobody}会说{subject}{soft~}|我不会说{subject}{soft~}"},
    {"about_any", 2, "我不觉得{subject}{soft~}|我并不认为{subject}{soft~}"},
    {"about_any", 2, "{nobody}能否认{subject}很{soft^}|不可否认，{subject}很{soft^}"},
    {"about_any", 1, "与其说{subject}{soft~}，不如说{it}{soft^}"},
    {"about_any", 1, "说{subject}{soft~}是不公平的|说{subject}{soft^}一点也不夸张"},
    {"about_any", 1, "{subject}没有任何{soft~}的地方|很难说{subject}{soft~}"},
    {"final_denial", 2, "{nobody}会说{it}{soft~}|我不会说{it}{soft~}"},
    {"final_denial", 2, "我不觉得{it}{soft~}|我并不认为{it}{soft~}"},
    {"final_denial", 2, "{nobody}能否认{it}很{soft^}"},
    {"final_denial", 2, "说{it}{soft~}的人都错了|说{it}{soft^}的人没有说错"},

    // A negation that does not negate the verdict.
    {"false_negation", 2, "毫无疑问，{simple^}|不用说，{simple^}|不出所料，{simple^}"},
    {"false_negation", 2, "我从来没有{seen}过这么{gradable^}的{thing!}"},
    {"false_negation", 2, "没有比这更{gradable^}的{thing!}了"},
    {"false_negation", 2, "我没想到{subject}会这么{soft^}"},
    {"false_negation", 2, "没有哪{measure}{thing!}像它这样{gradable^}"},
    {"false_negation", 2, "不只{new}{noun}{soft^}，{new}{noun}也很{soft^}"},

    // The main clause decides, and so does the part after "but".
    {"contrast", 6,
     "{simple~}，{but}{clause^}|{new}{noun}{specific~}，{but}{new}{noun}{specific^}"},
    {"contrast", 5, "{although}{simple~}，{but}{clause^}"},
    {"contrast", 3, "{clause^}，{although}{simple~}"},
    {"contrast", 3, "{even_if}{simple~}，{final_clause^}|{final_clause^}，{even_if}{simple~}"},
    {"contrast", 2, "{new}撇开{specific~}的{noun}不谈，{final_clause^}"},
    {"contrast", 2, "{new}再{specific~}的{noun}也{spoil^}它"},
    {"contrast", 2, "{new}{noun}的{specific~}，掩盖不了{new}{noun}的{specific^}"},

    // The speaker's own view decides, regardless of its position.
    {"hearsay", 3, "{other}很{love~}它，我却很{love^}它|{other}{love~}它，我{love^}它"},
    {"hearsay", 2, "{other}很{love~}它，我可不这么看|{other}{love~}它，我无法理解"},
    {"hearsay", 2, "{other}很{love^}它，我也一样|{other}{love^}它，我完全理解"},
    {"hearsay", 2, "我{love^}它，虽然{other}{love~}它"},
    {"hearsay", 2, "我不像{other}那样{love~}它，我很{love^}它"},
    {"hearsay", 2, "{other}说{simple~}，这话不对|{other}说{simple^}，这话没错"},
    {"hearsay", 2, "{other}说它是个{flop~}，我不同意|{other}说它是个{flop^}，我同意"},
    {"hearsay", 2, "别听{other}的，{simple^}|不管{other}怎么说，{simple^}"},

    // The outcome decides, not the expectation.
    {"expectation", 2, "本以为会是个{flop~}，结果是个{flop^}|得到的是个{flop^}，预料的是个{flop~}"},
    {"expectation", 2, "原以为{subject}会很{soft~}，没想到{degree}{soft^}"},
    {"expectation", 2, "{it}不是{expected~}的{flop~}，而是个{flop^}"},
    {"expectation", 2, "{it}并不是{expected~}的那种{flop~}|{it}正是{expected^}的那种{flop^}"},
    {"expectation", 2, "{other}预言会是个{flop~}，来的却是个{flop^}"},

    // The later state decides.
    {"change", 3,
     "{whole}{span}开头{gradable~}，结尾{gradable^}|"
     "{whole}{span}结尾{gradable^}，尽管开头{gradable~}"},
    {"change", 2, "起初我{love~}它，到最后却{love^}它"},
    {"change", 2, "我以前{love~}它，现在{love^}它|我现在{love^}它，虽然以前{love~}它"},
    {"change", 2,
     "{whole}{long_ago}它很{soft~}，如今它很{soft^}|"
     "{whole}如今它很{soft^}，不像{long_ago}那样{soft~}"},
    {"change", 2, "{subject}从{soft~}变得{soft^}"},

    // A counterfactual did not happen.
    {"irrealis", 3, "{new}要不是因为{noun}，{whole}它本来会很{soft~}"},
    {"irrealis", 2, "{subject}原本可能会很{soft~}|{subject}差点就变得很{soft~}"},
    {"irrealis", 2, "{it}本来可能是个{flop~}|{it}差一点就成了{flop~}"},
    {"irrealis", 2, "{whole}换个人来做，{it}也许会很{soft~}"},
    {"irrealis-", 2, "要是{subject}能{soft~}一点就好了|真希望{subject}能{soft~}一些"},
    {"irrealis+", 2, "还好{subject}没有变得{soft~}|我担心{subject}会{soft~}，幸好没有"},

    // A question is answered by what follows, or implies a no.
    {"question", 3, "{subject}{soft~}吗？{no}"},
    {"question", 3, "{subject}{soft^}吗？{yes}"},
    {"question", 2, "谁会说{object}{soft~}呢？|怎么会有人{love~}{object}呢？"},
    {"question", 2, "难道{object}还不够{soft^}吗？|谁能不{love^}{object}呢？"},

    {"adjectives", 5, "很{soft^}|很{any^}"},
    {"adjectives", 5, "{degree}{any^}"},
    {"adjectives", 1, "既{soft^}又{soft^}"},
    {"adjectives", 2, "{extreme^}|简直{extreme^}"},
    {"adjective", 1, "{specific^}|{any^}"},
    {"soft", 1, "{specific^}|{gradable^}"},
    {"any", 3, "{soft^}"},
    {"any", 1, "{impression^}"},
};

}  // namespace

std::span<const Rule> chinese_structure() { return kRules; }

}  // namespace sequent::sample
