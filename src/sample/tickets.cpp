// Messages to the customer service of a shop, as a table with an id, a date and a category.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/files.h"
#include "sample/sample_file.h"
#include "sample/table_text.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

using sample::pick;
using sample::SplitMix64;
using sample::two_digits;

constexpr std::array<std::string_view, 4> kCategories{"account", "delivery", "payment", "product"};

/// The reason for a message, and what went well in another one.
constexpr std::array<std::array<std::string_view, 6>, 4> kProblems{{
    {"I cannot log in with my new password", "my account has been locked since {day}",
     "the link for confirming my address does not work",
     "please change the e-mail address of my account", "I still get letters under my old name",
     "the app says that my user name is unknown"},
    {"the parcel with the {thing} has not arrived", "the {thing} was left in the rain",
     "the courier never rang and took the {thing} back", "tracking has shown no change since {day}",
     "the {thing} went to my neighbour's old address",
     "half of the order with the {thing} is missing"},
    {"I was charged twice for the {thing}", "the refund for the {thing} has not reached my bank",
     "my card was refused although it is valid",
     "the invoice for the {thing} shows the wrong amount",
     "the voucher was not taken off the price", "you debited the {thing} before {day}"},
    {"the {thing} stopped working on {day}", "the {thing} has a crack in the back",
     "the {thing} makes a loud noise", "the {thing} is smaller than in the picture",
     "the cable of the {thing} does not fit", "the {thing} came in the wrong colour"},
}};
constexpr std::array<std::array<std::string_view, 4>, 4> kPraises{{
    {"logging in works again", "my account is fine now", "the new password was set at once",
     "the address has been changed"},
    {"the parcel came on time", "the delivery was quick", "the courier was very friendly",
     "tracking worked well"},
    {"the refund is there", "the payment went through", "the invoice is right now",
     "the price was fair"},
    {"the {thing} works well", "the {thing} looks great", "I like the colour of the {thing}",
     "the quality of the {thing} is good"},
}};
constexpr std::array<std::string_view, 10> kThings{"kettle", "lamp",   "radio", "toaster",
                                                   "camera", "heater", "chair", "backpack",
                                                   "drill",  "printer"};
constexpr std::array<std::string_view, 7> kDays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 6> kGreetings{
    "Hello, ", "Dear team, ", "Hi, ", "Good morning, ", "", ""};
constexpr std::array<std::string_view, 5> kEnds{
    ". Thank you.", ". What can I do?", "! Please help.", ". It is \"urgent\", as you say.", "."};

/// Replaces {thing} and {day}.
std::string fill(std::string_view sentence, std::string_view thing, SplitMix64& random) {
  std::string text(sentence);
  for (std::size_t at = text.find("{thing}"); at != text.npos; at = text.find("{thing}"))
    text.replace(at, 7, thing);
  for (std::size_t at = text.find("{day}"); at != text.npos; at = text.find("{day}")) {
    text.replace(at, 5, pick(kDays, random));
  }
  return text;
}

/// Half of the messages also praise something else, so that single words do not decide.
std::string draw_message(std::size_t category, SplitMix64& random) {
  const std::string_view thing = pick(kThings, random);
  const std::string problem = fill(pick(kProblems[category], random), thing, random);
  std::string text(pick(kGreetings, random));
  const std::size_t other =
      (category + 1 + static_cast<std::size_t>(random.below(3))) % kCategories.size();
  const std::string praise = fill(pick(kPraises[other], random), thing, random);
  switch (random.below(4)) {
    case 0:
      text += praise + ", but " + problem;
      break;
    case 1:
      text += problem + ", although " + praise;
      break;
    default:
      text += problem;
  }
  text += pick(kEnds, random);
  if (text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 32);
  return text;
}

}  // namespace

void write_ticket_sample(const TicketSample& options, const std::filesystem::path& file) {
  sample::check_new_file(options, file);
  SplitMix64 random(options.seed);
  std::unordered_set<std::string> seen;
  std::string content = "id,date,message,category\n";
  std::uint64_t id = 10'000;
  while (std::ssize(seen) < options.rows) {
    const auto category = static_cast<std::size_t>(random.below(kCategories.size()));
    const std::string message = draw_message(category, random);
    if (!seen.insert(message).second) continue;
    id += 1 + random.below(9);
    content += std::to_string(id) + ",2025-" + two_digits(1 + random.below(12)) + "-" +
               two_digits(1 + random.below(28)) + "," + sample::quoted(message) + "," +
               std::string(kCategories[category]) + "\n";
  }
  write_file_whole(file, content);
}

}  // namespace sequent
