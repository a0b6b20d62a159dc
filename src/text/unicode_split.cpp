#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf16.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "sequent/error.h"
#include "text/splitting.h"

namespace sequent {
namespace {

void require(UErrorCode status, const char* what) {
  if (U_SUCCESS(status)) return;
  throw Error(ErrorKind::kRuntime, "ICU",
              std::string(what) + " failed with " + u_errorName(status) +
                  "; is ICU installed with its data?");
}

icu::UnicodeString nfkc(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
  require(status, "opening NFKC");
  icu::UnicodeString result = normalizer->normalize(text, status);
  require(status, "NFKC");
  return result;
}

icu::UnicodeString normalized(std::string_view utf8, const Normalization& normalization) {
  // UTF-16 never has more units than UTF-8 has bytes. NFKC expands a character to at most 18.
  constexpr std::size_t kGreatest = std::numeric_limits<std::int32_t>::max() / 18;
  if (utf8.size() > kGreatest) {
    throw Error(ErrorKind::kData, "",
                "found a text of " + std::to_string(utf8.size()) + " bytes; allowed are at most " +
                    std::to_string(kGreatest));
  }
  auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  if (normalization.nfkc) text = nfkc(text);
  if (normalization.lowercase) {
    text.foldCase(U_FOLD_CASE_DEFAULT);
    if (normalization.nfkc) text = nfkc(text);
  }
  return text;
}

std::unique_ptr<icu::BreakIterator> open_breaks(TokenKind kind) {
  // Use the root locale, because tokens must not depend on the machine's language.
  const icu::Locale& root = icu::Locale::getRoot();
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> breaks(
      kind == TokenKind::kWords ? icu::BreakIterator::createWordInstance(root, status)
                                : icu::BreakIterator::createCharacterInstance(root, status));
  require(status, "opening the break rules");
  return breaks;
}

/// Returns this thread's break iterator. Opening one parses ICU's rules, which takes longer than
/// splitting most texts, and an iterator must not be used by two threads.
icu::BreakIterator& breaks_of_this_thread(TokenKind kind) {
  thread_local std::unique_ptr<icu::BreakIterator> words;
  thread_local std::unique_ptr<icu::BreakIterator> characters;
  std::unique_ptr<icu::BreakIterator>& breaks = kind == TokenKind::kWords ? words : characters;
  if (breaks == nullptr) breaks = open_breaks(kind);
  return *breaks;
}

/// Emits the parts of text[begin, end) that lie between white space.
class PartSink {
 public:
  PartSink(const icu::UnicodeString& text, const TokenSink& sink) : text_(text), sink_(sink) {}

  /// Emits the part unchanged, including white space.
  void whole(std::int32_t begin, std::int32_t end) { emit(begin, end); }

  void operator()(std::int32_t begin, std::int32_t end) {
    std::int32_t start = begin;
    for (std::int32_t at = begin; at < end;) {
      const UChar32 character = text_.char32At(at);
      const std::int32_t next = at + U16_LENGTH(character);
      if (u_isUWhiteSpace(character) != 0) {
        emit(start, at);
        start = next;
      }
      at = next;
    }
    emit(start, end);
  }

 private:
  void emit(std::int32_t begin, std::int32_t end) {
    if (begin == end) return;
    utf8_.clear();
    text_.tempSubStringBetween(begin, end).toUTF8String(utf8_);
    sink_(utf8_);
  }

  const icu::UnicodeString& text_;
  const TokenSink& sink_;
  std::string utf8_;
};

}  // namespace

void split_unicode(std::string_view utf8, TokenKind kind, const Normalization& normalization,
                   const TokenSink& sink) {
  const icu::UnicodeString text = normalized(utf8, normalization);
  PartSink parts(text, sink);
  if (kind == TokenKind::kWhitespace) return parts(0, text.length());

  icu::BreakIterator& breaks = breaks_of_this_thread(kind);
  breaks.setText(text);
  std::int32_t begin = breaks.first();
  for (std::int32_t end = breaks.next(); end != icu::BreakIterator::DONE; end = breaks.next()) {
    if (kind == TokenKind::kEveryCharacter) {
      parts.whole(begin, end);
    } else {
      parts(begin, end);
    }
    begin = end;
  }
}

bool is_one_word(std::string_view text) {
  int words = 0;
  split_unicode(text, TokenKind::kWords, {/*lowercase=*/false, /*nfkc=*/false},
                [&](std::string_view) { ++words; });
  return words == 1;
}

}  // namespace sequent
