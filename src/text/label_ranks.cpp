#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/nearest.h"
#include "sequent/error.h"
#include "sequent/text.h"

namespace sequent {
namespace {

std::optional<double> number_of(const std::string& label) {
  double number = 0;
  const char* end = label.data() + label.size();
  const auto [stop, code] = std::from_chars(label.data(), end, number);
  if (code != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// Returns the labels in increasing numeric order.
std::vector<std::string> by_number(const LabelSet& labels, const std::string& where) {
  std::vector<std::string> names = labels.names();
  for (const std::string& name : names) {
    if (number_of(name)) continue;
    throw Error(ErrorKind::kData, where,
                "not set, but the label \"" + name +
                    "\" is not a number; list all labels in increasing order");
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return *number_of(a) < *number_of(b);
  });
  return names;
}

}  // namespace

std::vector<std::int64_t> label_ranks(const LabelSet& labels, const std::vector<std::string>& order,
                                      const std::string& where) {
  const std::vector<std::string> names = order.empty() ? by_number(labels, where) : order;
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& name : labels.names()) {
    if (std::binary_search(sorted.begin(), sorted.end(), name)) continue;
    throw Error(ErrorKind::kData, where,
                "does not list the label \"" + name + "\" of the training data" +
                    did_you_mean(name, names));
  }
  std::vector<std::int64_t> ranks(static_cast<std::size_t>(labels.size()));
  for (std::size_t rank = 0; rank < names.size(); ++rank) {
    const std::optional<std::int64_t> label = labels.find(names[rank]);
    if (!label) {
      throw Error(ErrorKind::kData, where,
                  "lists \"" + names[rank] + "\", which is not a label of the training data" +
                      did_you_mean(names[rank], labels.names()));
    }
    ranks[static_cast<std::size_t>(*label)] = static_cast<std::int64_t>(rank);
  }
  return ranks;
}

}  // namespace sequent
