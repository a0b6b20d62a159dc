#include "sniff/column_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/nearest.h"

namespace sequent {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kLabels{"label"sv,    "labels"sv,     "class"sv,  "category"sv, "categories"sv,
                             "target"sv,   "sentiment"sv,  "intent"sv, "topic"sv,    "emotion"sv,
                             "polarity"sv, "label_name"sv, "标签"sv,   "类别"sv,     "分类"sv};
constexpr std::array kPerhapsLabels{"rating"sv, "stars"sv, "score"sv, "type"sv,  "y"sv,
                                    "tag"sv,    "tags"sv,  "genre"sv, "group"sv, "status"sv};
constexpr std::array kTexts{"text"sv,      "sentence"sv, "content"sv,     "review"sv,   "body"sv,
                            "comment"sv,   "message"sv,  "description"sv, "question"sv, "query"sv,
                            "utterance"sv, "tweet"sv,    "document"sv,    "abstract"sv, "title"sv,
                            "headline"sv,  "summary"sv,  "文本"sv,        "内容"sv,     "评论"sv,
                            "标题"sv,      "句子"sv};
constexpr std::array kTitles{"title"sv, "subject"sv, "headline"sv, "summary"sv, "标题"sv, "主题"sv};
constexpr std::array kSplits{"split"sv,  "fold"sv,      "set"sv,
                             "subset"sv, "partition"sv, "data_split"sv};
constexpr std::array kIds{"id"sv, "uuid"sv, "guid"sv, "index"sv, "idx"sv, "key"sv, "编号"sv};
constexpr std::array kDates{"date"sv,       "time"sv,       "datetime"sv, "timestamp"sv,
                            "created_at"sv, "updated_at"sv, "日期"sv,     "时间"sv};
constexpr std::array kPairs{
    std::pair{"text_a"sv, "text_b"sv},       std::pair{"text1"sv, "text2"sv},
    std::pair{"sentence1"sv, "sentence2"sv}, std::pair{"sentence_a"sv, "sentence_b"sv},
    std::pair{"question1"sv, "question2"sv}, std::pair{"premise"sv, "hypothesis"sv}};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  const std::string lower = lower_ascii(name);
  return std::find(names.begin(), names.end(), lower) != names.end();
}

}  // namespace

bool is_label_name(std::string_view name) { return contains(kLabels, name); }
bool may_be_label_name(std::string_view name) { return contains(kPerhapsLabels, name); }
bool is_text_name(std::string_view name) { return contains(kTexts, name); }
bool is_title_name(std::string_view name) { return contains(kTitles, name); }
bool is_split_name(std::string_view name) { return contains(kSplits, name); }
bool is_id_name(std::string_view name) {
  const std::string lower = lower_ascii(name);
  return contains(kIds, name) || lower.ends_with("_id");
}
bool is_date_name(std::string_view name) { return contains(kDates, name); }

bool is_pair(std::string_view first, std::string_view second) {
  const std::pair<std::string, std::string> names{lower_ascii(first), lower_ascii(second)};
  return std::any_of(kPairs.begin(), kPairs.end(), [&](const auto& pair) {
    return names.first == pair.first && names.second == pair.second;
  });
}

bool is_known_name(std::string_view name) {
  const std::string lower = lower_ascii(name);
  const bool of_pair = std::any_of(kPairs.begin(), kPairs.end(), [&](const auto& pair) {
    return pair.first == lower || pair.second == lower;
  });
  return is_label_name(name) || may_be_label_name(name) || is_text_name(name) ||
         is_split_name(name) || is_id_name(name) || is_date_name(name) || of_pair;
}

int part_of_value(std::string_view value) {
  static constexpr std::array kTrain{"train"sv, "training"sv};
  static constexpr std::array kValidation{"validation"sv, "valid"sv, "val"sv, "dev"sv};
  static constexpr std::array kTest{"test"sv, "testing"sv};
  if (contains(kTrain, value)) return 0;
  if (contains(kValidation, value)) return 1;
  return contains(kTest, value) ? 2 : -1;
}

}  // namespace sequent
