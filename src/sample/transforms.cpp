// Pairs of a source text and its only correct target, for training sequence-to-sequence models.
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/files.h"
#include "sample/random.h"
#include "sequent/error.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

using sample::SplitMix64;
using Row = std::pair<std::string, std::string>;

std::string padded(std::uint64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::string ordinal_ending(std::uint64_t day) {
  if (day / 10 == 1) return "th";
  const std::array<const char*, 4> endings{"th", "st", "nd", "rd"};
  return day % 10 < endings.size() ? endings[day % 10] : "th";
}

Row draw_date(SplitMix64& random) {
  constexpr std::array<std::string_view, 12> kMonths{
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  constexpr std::array<std::uint64_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const std::uint64_t year = 1900 + random.below(200);
  const std::uint64_t month = random.below(12);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const std::uint64_t day = 1 + random.below(kDays[month] + (month == 1 && leap ? 1 : 0));
  const std::string name(kMonths[month]);
  const std::string y = std::to_string(year);
  const std::string d = std::to_string(day);
  std::string text;
  switch (random.below(6)) {
    case 0:
      text = d + " " + name + " " + y;
      break;
    case 1:
      text = name + " " + d + ", " + y;
      break;
    case 2:
      text = name.substr(0, 3) + " " + d + ", " + y;
      break;
    case 3:
      text = "the " + d + ordinal_ending(day) + " of " + name + " " + y;
      break;
    case 4:
      text = d + "." + std::to_string(month + 1) + "." + y;
      break;
    default:
      text = y + "/" + padded(month + 1, 2) + "/" + padded(day, 2);
  }
  return {text, y + "-" + padded(month + 1, 2) + "-" + padded(day, 2)};
}

Row draw_sum(SplitMix64& random) {
  const std::uint64_t a = random.below(1000);
  const std::uint64_t b = random.below(1000);
  const std::uint64_t greater = std::max(a, b);
  const std::uint64_t lesser = std::min(a, b);
  if (random.below(2) == 0) {
    return {std::to_string(a) + "+" + std::to_string(b), std::to_string(a + b)};
  }
  return {std::to_string(greater) + "-" + std::to_string(lesser), std::to_string(greater - lesser)};
}

/// Draws all lengths equally often; otherwise nearly all numbers would have six digits.
std::uint64_t draw_number(SplitMix64& random) {
  std::uint64_t bound = 1000;
  for (std::uint64_t i = random.below(4); i > 0; --i) bound *= 10;
  return random.below(bound);
}

std::string english_below_1000(std::uint64_t number) {
  constexpr std::array<std::string_view, 20> kSmall{
      "zero",     "one",     "two",     "three",     "four",     "five",    "six",
      "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
      "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr std::array<std::string_view, 10> kTens{"",      "",      "twenty",  "thirty", "forty",
                                                   "fifty", "sixty", "seventy", "eighty", "ninety"};
  if (number < kSmall.size()) return std::string(kSmall[number]);
  if (number < 100) {
    const std::string tens(kTens[number / 10]);
    return number % 10 == 0 ? tens : tens + "-" + english_below_1000(number % 10);
  }
  const std::string hundreds = english_below_1000(number / 100) + " hundred";
  return number % 100 == 0 ? hundreds : hundreds + " " + english_below_1000(number % 100);
}

std::string english(std::uint64_t number) {
  if (number < 1000) return english_below_1000(number);
  const std::string thousands = english_below_1000(number / 1000) + " thousand";
  return number % 1000 == 0 ? thousands : thousands + " " + english_below_1000(number % 1000);
}

/// Spells a number below 10,000. With `inner`, more digits precede it, so leading zeros are spoken.
std::string chinese_below_10000(std::uint64_t number, bool inner) {
  constexpr std::array<std::string_view, 10> kDigits{"零", "一", "二", "三", "四",
                                                     "五", "六", "七", "八", "九"};
  constexpr std::array<std::string_view, 4> kPlaces{"千", "百", "十", ""};
  std::string text;
  bool zero = false;  // a zero digit that is followed by other digits
  std::uint64_t unit = 1000;
  for (const std::string_view place : kPlaces) {
    const std::uint64_t digit = number / unit % 10;
    if (digit == 0) {
      zero = zero || !text.empty() || inner;
    } else {
      if (zero) text += kDigits[0];
      zero = false;
      const bool plain_ten =
          unit == 10 && digit == 1 && text.empty() && !inner;  // 十二, not 一十二
      if (!plain_ten) text += kDigits[digit];
      text += place;
    }
    unit /= 10;
  }
  return text;
}

std::string chinese(std::uint64_t number) {
  constexpr std::uint64_t kWan = 10000;
  if (number == 0) return "零";
  if (number < kWan) return chinese_below_10000(number, /*inner=*/false);
  std::string text = chinese_below_10000(number / kWan, /*inner=*/false) + "万";
  if (number % kWan > 0) text += chinese_below_10000(number % kWan, /*inner=*/true);
  return text;
}

Row draw_row(TransformKind kind, SplitMix64& random) {
  switch (kind) {
    case TransformKind::kDates:
      return draw_date(random);
    case TransformKind::kArithmetic:
      return draw_sum(random);
    case TransformKind::kNumbers: {
      const std::uint64_t number = draw_number(random);
      return {english(number), std::to_string(number)};
    }
    case TransformKind::kChineseNumerals: {
      const std::uint64_t number = draw_number(random);
      return {chinese(number), std::to_string(number)};
    }
  }
  throw Error(ErrorKind::kInternal, "sample", "unknown kind");
}

/// Draws `rows` rows whose texts are not in `seen`.
std::string draw_rows(TransformKind kind, std::int64_t rows, SplitMix64& random,
                      std::unordered_set<std::string>& seen) {
  std::string content = "text\tlabel\n";
  for (std::int64_t i = 0; i < rows;) {
    const auto [text, wanted] = draw_row(kind, random);
    if (!seen.insert(text).second) continue;
    content.append(text).append("\t").append(wanted).append("\n");
    ++i;
  }
  return content;
}

}  // namespace

std::string_view transform_name(TransformKind kind) {
  constexpr std::array<std::string_view, 4> kNames{"dates", "arithmetic", "numbers",
                                                   "chinese-numerals"};
  return kNames.at(static_cast<std::size_t>(kind));
}

SampleFiles write_transform_sample(const TransformSample& options,
                                   const std::filesystem::path& folder) {
  const SampleFiles files{.train = folder / "train.tsv",
                          .validation = folder / "validation.tsv",
                          .test = folder / "test.tsv",
                          .readme = folder / "README.txt"};
  if (options.rows < TransformSample::kMinRows || options.rows > TransformSample::kMaxRows) {
    throw Error(ErrorKind::kUsage, "rows",
                "found " + std::to_string(options.rows) + "; allowed " +
                    std::to_string(TransformSample::kMinRows) + " to " +
                    std::to_string(TransformSample::kMaxRows));
  }
  if (!options.overwrite && std::filesystem::exists(files.train)) {
    throw Error(ErrorKind::kUsage, files.train.string(),
                "stands there already; choose another folder or ask to overwrite it");
  }
  const std::string name(transform_name(options.kind));
  const std::int64_t train_rows = options.rows * 8 / 10;
  const std::int64_t validation_rows = options.rows / 10;
  SplitMix64 random(options.seed);
  std::unordered_set<std::string> seen;
  write_file_whole(files.train, draw_rows(options.kind, train_rows, random, seen));
  write_file_whole(files.validation, draw_rows(options.kind, validation_rows, random, seen));
  write_file_whole(files.test, draw_rows(options.kind, options.rows - train_rows - validation_rows,
                                         random, seen));
  write_file_whole(files.readme, "Made by sequent sample " + name + " --rows " +
                                     std::to_string(options.rows) + " --seed " +
                                     std::to_string(options.seed) +
                                     ": each text with the one that is to be written for it.\n");
  return files;
}

}  // namespace sequent
