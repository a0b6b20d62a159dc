// The config's "data": where examples come from and which of them are held out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/data_format_spec.h"
#include "sequent/describe.h"

namespace sequent {

/// Part of the training examples: a random fraction, one of several folds, or the examples with
/// certain values in a column. Windows and language-model examples are ordered, so the last ones
/// are held out instead of a random fraction.
struct HeldOut {
  double fraction = 0.1;
  std::int64_t seed = 1;
  std::optional<std::int64_t> folds{};
  std::int64_t fold = 0;
  std::optional<Column> group{};
  std::optional<Column> column{};
  std::vector<std::string> values{};
  std::optional<std::string> from{};
  bool operator==(const HeldOut&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("fraction", self.fraction,
          "Fraction of the training examples to hold out, stratified by label. For windows and "
          "language models, the last examples are held out.",
          between(0, 0.9).open_below());
    visit("folds", self.folds,
          "Divide the training examples into this number of folds, stratified by label, and hold "
          "out one of them instead of a fraction. Windows are divided by time.",
          between(2, 1000));
    visit("fold", self.fold, "The fold to hold out, from 0.", between(0, 999));
    visit("group", self.group,
          "Column whose values identify groups of examples that belong together, such as those of "
          "one author. A group is held out as a whole.");
    visit("column", self.column,
          "Column that says which examples are held out, by `values` or by `from`.");
    visit("values", self.values, "Hold out the examples with one of these values in `column`.");
    visit("from", self.from,
          "Hold out the examples whose number or ISO 8601 date in `column` is not before this one.",
          not_empty);
    visit("seed", self.seed,
          "Seed for selecting the held-out examples. It is independent of training.seed, so runs "
          "with different seeds share a split. Ignored when the last examples are held out.",
          between(0, 9007199254740991.0));
  }
};

/// How to handle validation and test examples whose label or tag does not occur in training.
enum class UnseenLabels { kError, kSkip, kWrong };
template <>
struct EnumNames<UnseenLabels> {
  static constexpr std::array<std::string_view, 3> values{"error", "skip", "wrong"};
};

/// How held-out fractions treat examples with the same text.
enum class Duplicates { kKeep, kGroup };
template <>
struct EnumNames<Duplicates> {
  static constexpr std::array<std::string_view, 2> values{"keep", "group"};
};

/// A file, or a fraction of the training examples.
using HeldOutSource = std::variant<std::string, HeldOut>;

struct DataSpec {
  std::string train;
  HeldOutSource validation = HeldOut{};
  std::optional<HeldOutSource> test;
  DataFormat format = TsvFormat{};
  UnseenLabels unseen_labels = UnseenLabels::kError;
  Duplicates duplicates = Duplicates::kKeep;
  std::vector<double> origin;
  std::vector<double> target_origin;
  bool operator==(const DataSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("train", self.train,
          "Training file or folder, relative to this config file. Files may be compressed with "
          "gzip or xz.",
          required, not_empty);
    visit("validation", self.validation,
          "Validation data: a file, or a fraction of the training examples.");
    visit("test", self.test,
          "Test data, evaluated once after training with the best weights: a file, or a fraction "
          "of the training examples, which is taken before the validation fraction.");
    visit("format", self.format, "Format of the data files.");
    visit("unseen_labels", self.unseen_labels,
          "How to handle validation and test examples whose label or tag does not occur in "
          "training. error: report an error. skip: leave them out and report their number in a "
          "warning. wrong: keep them and count every prediction for them as wrong.");
    visit("duplicates", self.duplicates,
          "How held-out fractions treat examples with the same input. keep: each example is drawn "
          "on its own. group: such examples stay in the same split, so that no validation or test "
          "example also occurs in training.");
    visit("origin", self.origin,
          "For numeric input: one number per channel that is subtracted in double precision before "
          "values become 32-bit floats. By default, the mean of a channel in training if it is "
          "more than 4096 deviations away from 0, otherwise 0; models keep it.");
    visit("target_origin", self.target_origin,
          "For regression: the same for each target. Predictions and metrics are in the targets' "
          "own units.");
  }
};

}  // namespace sequent
