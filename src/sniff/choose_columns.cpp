#include "sniff/choose_columns.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "core/format.h"
#include "core/nearest.h"
#include "core/shortened.h"
#include "sequent/error.h"
#include "sniff/column_names.h"

namespace sequent {
namespace {

using Places = std::vector<std::size_t>;

std::string quoted(const std::string& text) { return '"' + text + '"'; }

/// Returns the first values of a column, for messages.
std::string values_of(const ColumnProfile& column) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kLongest = 40;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, column.examples().size()); ++i) {
    text += (i == 0 ? "" : ", ") + quoted(shortened(column.examples()[i], kLongest));
  }
  return column.examples().size() > kShown ? text + ", ..." : text;
}

std::string described(const ColumnProfile& column) {
  return quoted(column.name()) + " (" + values_of(column) + ")";
}

class Chooser {
 public:
  Chooser(const std::string& path, const FileColumns& file, const NamedColumns& named,
          bool joins_texts)
      : path_(path), file_(file), named_(named), joins_texts_(joins_texts) {}

  ChosenColumns choose() {
    refuse_pairs();
    for (const std::string& name : named_.texts) add_named_text(name);
    if (named_.label) chosen_.label = find(*named_.label, "--label");
    for (const std::string& name : named_.features) add_feature(name);
    choose_split();
    if (!named_.label) choose_label();
    if (named_.texts.empty()) choose_text();
    choose_target();
    explain_rest();
    return chosen_;
  }

 private:
  const ColumnProfile& at(std::size_t i) const { return file_.columns[i]; }

  std::size_t find(const std::string& name, const std::string& option) const {
    const std::int64_t found = file_.find(name);
    if (found >= 0) return static_cast<std::size_t>(found);
    std::string all;
    for (const ColumnProfile& column : file_.columns) {
      all += (all.empty() ? "" : ", ") + quoted(column.name());
    }
    throw Error(
        ErrorKind::kUsage, option,
        "found " + quoted(name) + ", but the columns of " + path_ + " are " + bounded_message(all));
  }

  void refuse_pairs() const {
    if (!named_.texts.empty()) return;
    for (std::size_t i = 0; i < file_.columns.size(); ++i) {
      for (std::size_t j = 0; j < file_.columns.size(); ++j) {
        if (!is_pair(at(i).name(), at(j).name())) continue;
        throw Error(ErrorKind::kUsage, path_,
                    "has the columns " + quoted(at(i).name()) + " and " + quoted(at(j).name()) +
                        ", which look like pairs of texts; sequent fit reads one text per row. "
                        "Write a config with \"text_b\" and a pair layer, as "
                        "configs/sick-entailment.json, or name one of them with --text");
      }
    }
  }

  bool is_text(std::size_t i) const { return std::ranges::count(chosen_.texts, i) > 0; }

  void add_named_text(const std::string& name) {
    const std::size_t i = find(name, "--text");
    if (is_text(i)) {
      throw Error(ErrorKind::kUsage, "--text", "names the column " + quoted(name) + " twice");
    }
    chosen_.texts.push_back(i);
    if (joins_texts_ || chosen_.texts.size() == 1) return;
    throw Error(ErrorKind::kUsage, "--text",
                "names several columns, which can be joined in CSV and TSV files only; name one");
  }

  bool is_feature(std::size_t i) const { return std::ranges::count(chosen_.features, i) > 0; }

  void add_feature(const std::string& name) {
    const std::size_t i = find(name, "--feature");
    if (is_feature(i) || is_text(i) || (named_.label && i == chosen_.label)) {
      throw Error(ErrorKind::kUsage, "--feature",
                  "names the column " + quoted(name) + ", which is already used");
    }
    const ColumnKind kind = at(i).kind();
    if (kind != ColumnKind::kCategory && kind != ColumnKind::kNumber && kind != ColumnKind::kDate) {
      throw Error(ErrorKind::kUsage, "--feature",
                  "names the column " + described(at(i)) + ", which is " +
                      std::string(kind_name(kind)) + "; expected a category, a number or a date");
    }
    chosen_.features.push_back(i);
  }

  bool is_taken(std::size_t i) const {
    return is_text(i) || is_feature(i) || (named_.label && i == chosen_.label) ||
           (chosen_.split && i == *chosen_.split);
  }

  Places with_kind(ColumnKind kind) const {
    Places found;
    for (std::size_t i = 0; i < file_.columns.size(); ++i) {
      if (!is_taken(i) && at(i).kind() == kind) found.push_back(i);
    }
    return found;
  }

  Places with_name(bool (*is_name)(std::string_view)) const {
    Places found;
    for (std::size_t i = 0; i < file_.columns.size(); ++i) {
      if (!is_taken(i) && is_name(at(i).name())) found.push_back(i);
    }
    return found;
  }

  /// A column named split, whose values are names of parts.
  void choose_split() {
    if (!file_.has_header) return;
    for (const std::size_t i : with_name(is_split_name)) {
      std::set<int> parts;
      for (const auto& [value, count] : at(i).counts()) parts.insert(part_of_value(value));
      if (parts.contains(-1) || !parts.contains(0) || !parts.contains(1)) continue;
      chosen_.split = i;
      chosen_.reasons.push_back("split: column " + described(at(i)));
      return;
    }
  }

  [[noreturn]] void ask(const std::string& option, const std::string& what,
                        const Places& candidates) const {
    std::string list;
    constexpr std::size_t kShown = 8;
    for (std::size_t i = 0; i < std::min(kShown, candidates.size()); ++i) {
      list += (i == 0 ? "" : "; ") + described(at(candidates[i]));
    }
    throw Error(ErrorKind::kUsage, path_,
                "several columns may be " + what + ": " + list + "; choose one with " + option +
                    " " + at(candidates.front()).name());
  }

  void take_label(std::size_t i, const std::string& why) {
    chosen_.label = i;
    label_reason_ = why;
  }

  void choose_label() {
    const Places named = with_name(is_label_name);
    if (named.size() > 1) ask("--label", "the label", named);
    if (named.size() == 1) return take_label(named.front(), "by its name");
    Places candidates = with_kind(ColumnKind::kCategory);
    if (candidates.size() > 1) {
      Places perhaps;
      for (const std::size_t i : candidates) {
        if (may_be_label_name(at(i).name())) perhaps.push_back(i);
      }
      if (perhaps.size() == 1) return take_label(perhaps.front(), "by its name and few values");
      ask("--label", "the label", candidates);
    }
    if (candidates.size() == 1)
      return take_label(candidates.front(), "the only column of few values");
    candidates = with_kind(ColumnKind::kList);
    if (candidates.size() == 1) return take_label(candidates.front(), "the only column of lists");
    if (candidates.size() > 1) ask("--label", "the label", candidates);
    candidates = with_kind(ColumnKind::kNumber);
    if (candidates.size() == 1) return take_label(candidates.front(), "the only column of numbers");
    if (candidates.size() > 1) ask("--label", "the label", candidates);
    fail_without("label", "few values, lists or numbers", "--label");
  }

  [[noreturn]] void fail_without(const std::string& what, const std::string& expected,
                                 const std::string& option) const {
    std::string list;
    bool has_objects = false;
    for (const ColumnProfile& column : file_.columns) {
      has_objects = has_objects || column.kind() == ColumnKind::kOther;
      list += (list.empty() ? "" : "; ") + quoted(column.name()) + " is " +
              std::string(kind_name(column.kind()));
    }
    throw Error(ErrorKind::kData, path_,
                "no column can be the " + what + ", which has " + expected + ": " +
                    bounded_message(list) + "; name one with " + option +
                    (has_objects ? ", or write a config for sequences of numbers, as "
                                   "configs/gun-point.json"
                                 : ""));
  }

  /// Takes a text, together with its titles: columns such as "subject", which tell much in few
  /// words.
  void take_text(std::size_t text, const Places& candidates, const std::string& why) {
    Places texts{text};
    if (joins_texts_) {
      for (const std::size_t i : candidates) {
        if (i != text && is_title_name(at(i).name())) texts.push_back(i);
      }
    }
    take_texts(texts, why);
  }

  void take_texts(Places texts, const std::string& why) {
    std::sort(texts.begin(), texts.end());
    chosen_.texts = std::move(texts);
    text_reason_ = why;
  }

  void choose_text() {
    Places candidates;
    for (const std::size_t i : with_kind(ColumnKind::kText)) {
      if (i != chosen_.label) candidates.push_back(i);
    }
    if (candidates.empty()) {  // short or repeated texts
      for (const std::size_t i : with_kind(ColumnKind::kCategory)) {
        if (i != chosen_.label && !at(i).is_numeric()) candidates.push_back(i);
      }
    }
    if (candidates.empty()) fail_without("text", "long and different values", "--text");
    if (candidates.size() == 1) return take_texts(candidates, "the only free text");
    std::sort(candidates.begin(), candidates.end(), [this](std::size_t a, std::size_t b) {
      return at(a).mean_length() > at(b).mean_length();
    });
    const double longest = at(candidates[0]).mean_length();
    if (longest >= 2 * at(candidates[1]).mean_length()) {
      return take_text(candidates.front(), candidates, "the longest free text");
    }
    Places by_name;
    for (const std::size_t i : candidates) {
      if (is_text_name(at(i).name())) by_name.push_back(i);
    }
    if (by_name.size() == 1) {
      return take_text(by_name.front(), candidates, "a free text, by its name");
    }
    if (!joins_texts_) ask("--text", "the text", candidates);
    std::erase_if(candidates, [&](std::size_t i) {
      return longest >= 2 * at(i).mean_length() && !is_title_name(at(i).name());
    });
    take_texts(candidates, "free texts of similar length");
  }

  /// Returns the separator if cells hold several labels, such as "sports,politics".
  std::optional<std::string> label_separator(const ColumnProfile& label) const {
    for (const char separator : {',', ';', '|'}) {
      std::map<std::string, std::int64_t> parts;
      std::int64_t joined = 0;
      for (const auto& [cell, count] : label.counts()) {
        std::size_t begin = 0;
        joined += cell.find(separator) != cell.npos ? 1 : 0;
        while (begin <= cell.size()) {
          const std::size_t end = std::min(cell.find(separator, begin), cell.size());
          ++parts[cell.substr(begin, end - begin)];
          begin = end + 1;
        }
      }
      // Several cells with the same parts in other combinations.
      const auto cells = std::ssize(label.counts());
      if (joined * 3 >= cells && std::ssize(parts) * 2 <= cells) return std::string(1, separator);
    }
    return std::nullopt;
  }

  void choose_target() {
    const ColumnProfile& label = at(chosen_.label);
    const std::string name = quoted(label.name());
    std::string what = std::to_string(label.distinct()) + " different values";
    const ColumnKind kind = label.kind();
    if (named_.target) {
      chosen_.target = *named_.target;
    } else if (kind == ColumnKind::kList) {
      chosen_.target = TargetKind::kLabelSet;
      what = "lists of labels";
    } else if (kind == ColumnKind::kNumber && label.has_decimals()) {
      chosen_.target = TargetKind::kNumbers;
      what =
          "decimal numbers, so that the model predicts a number (--task classification: their "
          "names)";
    } else if (kind == ColumnKind::kNumber) {
      throw Error(ErrorKind::kUsage, path_,
                  "the label " + name + " has " + std::to_string(label.distinct()) +
                      " different whole numbers (" + values_of(label) +
                      "); choose --task regression if they are quantities, or --task "
                      "classification if they are names of classes");
    } else if (label_separator(label)) {
      chosen_.target = TargetKind::kLabelSet;
      what = "several labels in a cell";
    }
    if (chosen_.target == TargetKind::kLabelSet && kind != ColumnKind::kList) {
      chosen_.label_separator = label_separator(label);
    }
    check_label(label);
    chosen_.reasons.push_back("label: column " + described(label) + ", " +
                              (named_.label ? "as named" : label_reason_) + "; " + what);
    explain_text();
    explain_features();
  }

  void explain_text() {
    std::string names;
    double length = 0;
    for (const std::size_t i : chosen_.texts) {
      names += (names.empty() ? "" : " and ") + quoted(at(i).name());
      length += at(i).mean_length();
    }
    const bool one = chosen_.texts.size() == 1;
    chosen_.reasons.push_back((one ? "text: column " : "text: columns ") + names + ", " +
                              (named_.texts.empty() ? text_reason_ : "as named") +
                              (one ? "; " : ", read as one text; ") + format_fixed(length, 0) +
                              " characters on average");
  }

  void explain_features() {
    std::string names;
    for (const std::size_t i : chosen_.features) {
      names += (names.empty() ? "" : ", ") + quoted(at(i).name()) + " (";
      names += std::string(kind_name(at(i).kind())) + ")";
    }
    if (!names.empty()) chosen_.reasons.push_back("features: " + names + ", as named");
  }

  /// Errors: Data if the column cannot be the label.
  void check_label(const ColumnProfile& label) const {
    const std::string column = "the label " + quoted(label.name()) + " ";
    const std::string cure = "; choose another column with --label";
    if (label.filled() == 0) throw Error(ErrorKind::kData, path_, column + "is empty" + cure);
    if (label.distinct() == 1) {
      throw Error(ErrorKind::kData, path_,
                  column + "has one value, " + quoted(label.examples().front()) +
                      "; a model needs at least two" + cure);
    }
    if (chosen_.target != TargetKind::kLabel) return;
    if (label.kind() == ColumnKind::kId) {
      throw Error(ErrorKind::kData, path_,
                  column + "looks like an id: almost every row has another value (" +
                      values_of(label) + ")" + cure);
    }
    if (label.distinct_share() > 0.5 && label.filled() > 4) {
      throw Error(ErrorKind::kData, path_,
                  column + "has " + std::to_string(label.distinct()) + " different values in " +
                      std::to_string(label.filled()) + " rows; a class needs several rows" + cure);
    }
  }

  void explain_rest() {
    std::string left;
    for (std::size_t i = 0; i < file_.columns.size(); ++i) {
      if (is_taken(i) || i == chosen_.label) continue;
      left += (left.empty() ? "" : ", ") + quoted(at(i).name()) + " (" +
              std::string(kind_name(at(i).kind())) + ")";
    }
    if (!left.empty()) chosen_.reasons.push_back("left out: " + bounded_message(left));
  }

  const std::string& path_;
  const FileColumns& file_;
  const NamedColumns& named_;
  bool joins_texts_;
  ChosenColumns chosen_;
  std::string label_reason_;
  std::string text_reason_;
};

}  // namespace

ChosenColumns choose_columns(const std::string& path, const FileColumns& file,
                             const NamedColumns& named, bool joins_texts) {
  return Chooser(path, file, named, joins_texts).choose();
}

}  // namespace sequent
