#include "sample/readme.h"

#include <string_view>

namespace sequent::sample {
namespace {

constexpr std::string_view kWhat = R"(Sentiment sample
================

Reviews of films, books, restaurants, hotels, phones, albums, museums and games, labelled
`negative` or `positive`. No one wrote them: a grammar made them, with words and names of its own.
They serve to try out and to test a sequence classifier, not to learn about real reviews.

  train.tsv        80 % of the rows
  validation.tsv   10 %
  test.tsv         10 %

Each file starts with the line `label<TAB>text`. The labels are balanced in each file. No text stands
twice in the sample, so that no text of validation or test stands in train.
)";

constexpr std::string_view kRules = R"(
The rules of the labels
-----------------------

Words of praise and complaint stand in texts of both labels. What they mean for the label is decided
by where they stand, and each rule is used alike for both labels:

   1. Plain           praise is positive, complaint is negative: "The plot is gripping."
   2. Negation        turns what it denies: "The plot is not gripping", "nothing about it is dull",
                      "nobody would call it dull", "I would not, for the life of me, call it dull".
   3. No negation     some negations deny nothing: "no doubt the plot is dull", "not only witty but
                      also clever", "I have never seen a more charming film".
   4. Twice denied    "nobody can deny that it is dull", "whoever calls it dull is wrong".
   5. Comparison      "not as dull as I had feared", "less witty than I had hoped", "better than the
                      first part", "dull rather than witty", "not dull but witty".
   6. Contrast        what follows "but" decides; of a main and a subordinate clause the main clause
                      decides, wherever it stands: "Although the plot is dull, I loved it", "I loved
                      it, although the plot is dull", "despite its witty jokes, it is a bore".
   7. Hearsay         the writer's view decides, not what others say: "The critics loved it; I did
                      not", "My aunt told me that it is dull, and that was wrong".
   8. Expectation     what came decides, not what was expected: "I expected a gem and got a mess".
   9. Change          the later state decides: "It begins badly and ends well", "It ends well, however
                      badly it begins", "no longer dull".
  10. Irrealis        what might have been is not so: "It could so easily have been dull", "But for
                      the music, it would have been superb", "If only it had been witty".
  11. Questions       the answer decides; a question without one expects a no: "Is it dull? Hardly.",
                      "Who could possibly call it dull?"
  12. Several         the last opinion decides where a turn or a conclusion announces it: "The plot
      sentences       was dull. All in all, it was a delight."
  13. Facts           say nothing about the label: "We saw it on a Friday in Ashford."

The Chinese texts follow the same rules with the means of that language: 并不, 谈不上, 没有我担心的那么,
与其说……不如说, 虽然……但是, 我朋友很喜欢它，我却很讨厌它, 本以为……结果, 开头……结尾, 要不是因为, 难道.
)";

}  // namespace

std::string sentiment_readme(const SentimentSample& options) {
  const std::string rows = std::to_string(options.rows);
  const std::string seed = std::to_string(options.seed);
  const std::string language(sample_language_name(options.language));

  std::string text(kWhat);
  text += "\nRows: " + rows + "   Language: " + language + "   Seed: " + seed + "\n";
  text += "Made again, byte for byte, by\n\n  sequent sample sentiment --language " + language +
          " --rows " + rows + " --seed " + seed + " --out DIR\n";
  text += kRules;
  return text;
}

}  // namespace sequent::sample
