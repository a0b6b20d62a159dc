// Requests to return an article to a shop, as a table whose further columns matter for the
// decision.
#include <array>
#include <string>
#include <string_view>

#include "core/files.h"
#include "sample/sample_file.h"
#include "sample/table_text.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

using sample::pick;
using sample::SplitMix64;
using sample::two_digits;

constexpr std::array<std::string_view, 5> kGroups{"clothing", "electronics", "food", "hygiene",
                                                  "toys"};
constexpr std::array<std::string_view, 8> kBroken{"it stopped working after a week",
                                                  "there is a crack in the back",
                                                  "it arrived broken",
                                                  "it makes a loud noise since yesterday",
                                                  "the lid came off when I opened it",
                                                  "it fell apart in my hands",
                                                  "it leaks",
                                                  "one part was damaged in the box"};
constexpr std::array<std::string_view, 8> kDisliked{
    "I do not like the colour", "it is smaller than I thought", "it is not what I expected",
    "I found a nicer one",      "my daughter already has one",  "it looked better in the picture",
    "I ordered two by mistake", "I changed my mind about it"};
constexpr std::array<std::string_view, 5> kGreetings{"Hello, ", "Dear team, ", "Hi, ",
                                                     "Good morning, ", "Excuse me, "};
constexpr std::array<std::string_view, 6> kEnds{".",
                                                ". Thank you.",
                                                ". What can I do?",
                                                ". I still have the receipt.",
                                                "! Please help.",
                                                ". The order was on time, though."};

constexpr std::uint64_t kExpensiveCents = 10'000;
constexpr std::uint64_t kDecember = 12;

/// One request.
struct Request {
  bool is_broken = false;
  std::string_view group;
  std::uint64_t cents = 0;
  bool has_price = true;
  std::uint64_t month = 1;
  std::uint64_t day = 1;

  /// The decision, which only the message and the other columns together tell.
  std::string_view decision() const {
    if (is_broken) return has_price && cents >= kExpensiveCents ? "repair" : "refund";
    if (group == "food" || group == "hygiene") return "reject";
    return month == kDecember ? "refund" : "exchange";
  }
};

Request draw_request(SplitMix64& random) {
  constexpr std::uint64_t kLeastCents = 500;
  constexpr std::uint64_t kMostCents = 20'000;
  constexpr std::uint64_t kRowsPerMissingPrice = 30;
  constexpr std::uint64_t kRowsPerDecember = 3;
  Request request;
  request.is_broken = random.below(2) == 0;
  request.group = pick(kGroups, random);
  request.cents = kLeastCents + random.below(kMostCents - kLeastCents);
  request.has_price = random.below(kRowsPerMissingPrice) != 0;
  request.month = random.below(kRowsPerDecember) == 0 ? kDecember : 1 + random.below(kDecember - 1);
  request.day = 1 + random.below(28);
  return request;
}

std::string draw_message(const Request& request, SplitMix64& random) {
  std::string text(pick(kGreetings, random));
  text += pick(request.is_broken ? kBroken : kDisliked, random);
  text += pick(kEnds, random);
  return text;
}

}  // namespace

void write_return_sample(const ReturnSample& options, const std::filesystem::path& file) {
  sample::check_new_file(options, file);
  constexpr std::uint64_t kCentsPerUnit = 100;
  SplitMix64 random(options.seed);
  std::string content = "message,group,price,bought,decision\n";
  for (std::int64_t row = 0; row < options.rows; ++row) {
    const Request request = draw_request(random);
    content += sample::quoted(draw_message(request, random));
    content += ',';
    content += request.group;
    content += ',';
    if (request.has_price) {
      content += std::to_string(request.cents / kCentsPerUnit) + '.' +
                 two_digits(request.cents % kCentsPerUnit);
    }
    content += ",2025-";
    content += two_digits(request.month) + '-' + two_digits(request.day) + ',';
    content += request.decision();
    content += '\n';
  }
  write_file_whole(file, content);
}

}  // namespace sequent
