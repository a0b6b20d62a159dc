// Texts with a single correct answer; each answer is verified by an independent method.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "sequent/error.h"
#include "sequent/sample.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

/// Returns the texts and answers of all three files; every text occurs only once.
std::map<std::string, std::string> rows_of(TransformKind kind, std::int64_t rows) {
  const TemporaryFolder folder;
  TransformSample options;
  options.kind = kind;
  options.rows = rows;
  const SampleFiles files = write_transform_sample(options, folder.path());
  std::map<std::string, std::string> all;
  for (const auto& file : {files.train, files.validation, files.test}) {
    std::istringstream lines(slurp(file));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "text\tlabel");
    while (std::getline(lines, line)) {
      const std::size_t tab = line.find('\t');
      EXPECT_TRUE(all.emplace(line.substr(0, tab), line.substr(tab + 1)).second) << line;
    }
  }
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), rows);
  return all;
}

TEST(TransformSample, ArithmeticIsRight) {
  for (const auto& [text, answer] : rows_of(TransformKind::kArithmetic, 2000)) {
    const std::size_t sign = text.find_first_of("+-");
    const int a = std::stoi(text.substr(0, sign));
    const int b = std::stoi(text.substr(sign + 1));
    EXPECT_EQ(std::stoi(answer), text[sign] == '+' ? a + b : a - b) << text;
  }
}

/// Computes the value of a numeral by adding up its parts.
int value_of(const std::vector<std::string>& words, const std::map<std::string, int>& small,
             const std::map<std::string, int>& units, const std::map<std::string, int>& groups) {
  int all = 0;
  int group = 0;
  int last = 0;
  for (const std::string& word : words) {
    if (const auto found = small.find(word); found != small.end()) {
      last += found->second;
    } else if (const auto unit = units.find(word); unit != units.end()) {
      group += std::max(last, 1) * unit->second;
      last = 0;
    } else {
      all += (group + last) * groups.at(word);
      group = last = 0;
    }
  }
  return all + group + last;
}

TEST(TransformSample, EnglishNumbersAreRight) {
  const std::map<std::string, int> small{
      {"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
      {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
      {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
      {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
      {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fifty", 50},    {"sixty", 60},
      {"seventy", 70}, {"eighty", 80},  {"ninety", 90}};
  for (const auto& [text, answer] : rows_of(TransformKind::kNumbers, 3000)) {
    std::string spaced = text;
    std::replace(spaced.begin(), spaced.end(), '-', ' ');
    std::istringstream in(spaced);
    const std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
    EXPECT_EQ(value_of(words, small, {{"hundred", 100}}, {{"thousand", 1000}}), std::stoi(answer))
        << text;
  }
}

TEST(TransformSample, ChineseNumeralsAreRight) {
  const std::map<std::string, int> small{{"零", 0}, {"一", 1}, {"二", 2}, {"三", 3}, {"四", 4},
                                         {"五", 5}, {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}};
  const auto rows = rows_of(TransformKind::kChineseNumerals, 3000);
  for (const auto& [text, answer] : rows) {
    std::vector<std::string> characters;
    for (std::size_t i = 0; i < text.size(); i += 3) characters.push_back(text.substr(i, 3));
    EXPECT_EQ(value_of(characters, small, {{"十", 10}, {"百", 100}, {"千", 1000}}, {{"万", 10000}}),
              std::stoi(answer))
        << text;
    EXPECT_EQ(text.find("零零"), std::string::npos) << text;
  }
}

TEST(TransformSample, DatesAreRight) {
  const std::map<std::string, std::string> months{
      {"Jan", "01"}, {"Feb", "02"}, {"Mar", "03"}, {"Apr", "04"}, {"May", "05"}, {"Jun", "06"},
      {"Jul", "07"}, {"Aug", "08"}, {"Sep", "09"}, {"Oct", "10"}, {"Nov", "11"}, {"Dec", "12"}};
  std::set<char> firsts;
  for (const auto& [text, answer] : rows_of(TransformKind::kDates, 2000)) {
    ASSERT_EQ(answer.size(), 10U) << answer;
    const std::string year = answer.substr(0, 4);
    const int day = std::stoi(answer.substr(8));
    EXPECT_NE(text.find(year), std::string::npos) << text;
    EXPECT_NE(text.find(std::to_string(day)), std::string::npos) << text;
    for (const auto& [name, number] : months) {
      if (text.find(name) != std::string::npos) {
        EXPECT_EQ(answer.substr(5, 2), number) << text;
      }
    }
    EXPECT_GE(day, 1);
    EXPECT_LE(day, 31);
  }
}

TEST(TransformSample, IsTheSameForTheSameSeedAndRefusesWhatItCannot) {
  const TemporaryFolder folder;
  TransformSample options;
  options.rows = 200;
  const SampleFiles a = write_transform_sample(options, folder / "a");
  const SampleFiles b = write_transform_sample(options, folder / "b");
  EXPECT_EQ(slurp(a.train), slurp(b.train));
  options.seed = 2;
  EXPECT_NE(slurp(write_transform_sample(options, folder / "c").train), slurp(a.train));
  EXPECT_EQ(error_of([&] { write_transform_sample(options, folder / "c"); })->kind(),
            ErrorKind::kUsage);
  options.rows = 10;
  EXPECT_EQ(error_of([&] { write_transform_sample(options, folder / "d"); })->kind(),
            ErrorKind::kUsage);
}

}  // namespace
}  // namespace sequent
