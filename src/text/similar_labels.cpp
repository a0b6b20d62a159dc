#include "text/similar_labels.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "sequent/error.h"
#include "text/invisible.h"
#include "text/text_table.h"

namespace sequent {
namespace {

void require(UErrorCode status, const char* what) {
  if (U_SUCCESS(status)) return;
  throw Error(ErrorKind::kRuntime, "ICU",
              std::string(what) + " failed with " + u_errorName(status) +
                  "; is ICU installed with its data?");
}

std::string utf8_of(const icu::UnicodeString& text) {
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes;
}

/// Returns the label without case, compatibility forms, white space and invisible characters.
std::string folded(const std::string& label) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  require(status, "opening NFKC_Casefold");
  const icu::UnicodeString text = fold->normalize(icu::UnicodeString::fromUTF8(label), status);
  require(status, "NFKC_Casefold");
  icu::UnicodeString bare;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (u_isUWhiteSpace(c) == 0 && u_charType(c) != U_FORMAT_CHAR) bare.append(c);
  }
  return utf8_of(bare);
}

/// Returns a form that equal decimal numbers share, such as `-12e-1` for -1.20; nothing if the
/// label is not a number.
std::optional<std::string> number_form(std::string_view label) {
  std::string_view rest = label;
  const bool is_negative = rest.starts_with('-');
  if (is_negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::string digits;
  std::int64_t exponent = 0;
  bool has_point = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c >= '0' && c <= '9') {
      digits += c;
      exponent -= has_point ? 1 : 0;
    } else if (c == '.' && !has_point) {
      has_point = true;
    } else {
      break;
    }
  }
  if (digits.empty()) return std::nullopt;
  if (at < rest.size()) {
    if (rest[at] != 'e' && rest[at] != 'E') return std::nullopt;
    rest.remove_prefix(at + 1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    std::int32_t power = 0;
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), power);
    if (code != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
    exponent += power;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return "0";
  const std::size_t kept = digits.find_last_not_of('0') + 1;
  exponent += static_cast<std::int64_t>(digits.size() - kept);
  digits.resize(kept);
  return (is_negative ? "-" : "") + digits + "e" + std::to_string(exponent);
}

/// Makes the skeletons of UTS #39, which are equal for texts that look alike.
class Skeletons {
 public:
  Skeletons() {
    UErrorCode status = U_ZERO_ERROR;
    checker_.reset(uspoof_open(&status));
    require(status, "opening the spoof checker");
  }

  std::string of(const std::string& text) const {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString skeleton;
    uspoof_getSkeletonUnicodeString(checker_.get(), 0, icu::UnicodeString::fromUTF8(text), skeleton,
                                    &status);
    require(status, "a skeleton");
    return utf8_of(skeleton);
  }

 private:
  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  std::unique_ptr<USpoofChecker, Close> checker_;
};

bool is_all_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// The first label with each key.
using Firsts = std::unordered_map<std::string, std::size_t>;

/// Returns the first label with this key if there is one; otherwise, this label becomes the first.
std::optional<std::size_t> earlier_with(Firsts& firsts, std::string key, std::size_t label) {
  const auto [at, is_new] = firsts.emplace(std::move(key), label);
  if (is_new) return std::nullopt;
  return at->second;
}

bool is_start(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

std::vector<SimilarPair> similar_labels(const std::vector<std::string>& labels) {
  const Skeletons skeletons;
  std::vector<SimilarPair> pairs;
  Firsts of_fold;
  Firsts of_number;
  Firsts of_skeleton;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string fold = folded(labels[i]);
    const auto same_fold = earlier_with(of_fold, fold, i);
    std::optional<std::size_t> same_number;
    if (auto form = number_form(fold)) same_number = earlier_with(of_number, *std::move(form), i);
    const auto same_look = earlier_with(of_skeleton, skeletons.of(fold), i);
    if (same_fold) {
      const bool ascii = is_all_ascii(labels[*same_fold]) && is_all_ascii(labels[i]);
      pairs.push_back({*same_fold, i,
                       ascii ? "differ only in case or white space"
                             : "differ only in case, white space, invisible characters or the form "
                               "of a character"});
    } else if (same_number) {
      pairs.push_back({*same_number, i, "are the same number"});
    } else if (same_look && !(is_all_ascii(labels[*same_look]) && is_all_ascii(labels[i]))) {
      pairs.push_back({*same_look, i, "look alike"});
    }
  }
  return pairs;
}

std::string label_beside(std::string_view label, std::string_view other) {
  // Compare whole characters from both ends.
  const std::size_t most = std::min(label.size(), other.size());
  std::size_t begin = 0;
  while (begin < most && label[begin] == other[begin]) ++begin;
  while (begin > 0 && begin < label.size() && !is_start(label[begin])) --begin;
  while (begin > 0 && begin < other.size() && !is_start(other[begin])) --begin;
  std::size_t end = 0;  // length of the common end
  while (end < most - begin && label[label.size() - 1 - end] == other[other.size() - 1 - end])
    ++end;
  while (end > 0 && !is_start(label[label.size() - end])) --end;

  constexpr int kListed = 8;
  constexpr UChar32 kLastAscii = 0x7F;
  const auto different =
      icu::UnicodeString::fromUTF8(std::string(label.substr(begin, label.size() - end - begin)));
  std::string names;
  bool is_doubtful = false;
  int count = 0;
  for (std::int32_t i = 0; i < different.length(); i = different.moveIndex32(i, 1)) {
    const UChar32 c = different.char32At(i);
    is_doubtful = is_doubtful || c > kLastAscii || u_isUWhiteSpace(c) != 0;
    if (++count > kListed) continue;
    names += (count == 1 ? "" : " ") + code_point_name(static_cast<char32_t>(c));
  }
  // A plain character beside one that looks like it is named as well.
  const bool other_is_doubtful = !is_all_ascii(other.substr(begin, other.size() - end - begin));
  if (count == 0 || !(is_doubtful || other_is_doubtful)) return quoted_name(label);
  if (count > kListed) names += " ...";
  return quoted_name(label) + " (" + names + ")";
}

}  // namespace sequent
