#include "data/text_source.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/encodings.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/text.h"

namespace sequent {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

struct CloseConverter {
  void operator()(UConverter* converter) const { ::ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

/// Opens a converter that stops at invalid sequences.
Converter open_converter(const std::string& name, const std::string& encoding) {
  UErrorCode code = U_ZERO_ERROR;
  Converter converter(::ucnv_open(encoding.c_str(), &code));
  if (U_SUCCESS(code)) {
    ::ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                          &code);
  }
  if (U_FAILURE(code)) {
    throw Error(ErrorKind::kConfig, name,
                encoding_error(encoding).value_or("ICU cannot convert from " + encoding));
  }
  return converter;
}

/// Converts another source to UTF-8.
class DecodedSource : public ByteSource {
 public:
  DecodedSource(std::unique_ptr<ByteSource> bytes, const std::string& name,
                const std::string& encoding)
      : bytes_(std::move(bytes)),
        from_(open_converter(name, encoding)),
        to_(open_converter(name, std::string(kUtf8))) {}

  std::size_t read(std::span<char> to) override {
    while (at_ == text_.size() && !at_end_) decode();
    const std::size_t count = std::min(to.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), count, to.begin());
    at_ += count;
    return count;
  }

 private:
  /// Converts the next bytes up to the first invalid sequence.
  void decode() {
    text_.clear();
    at_ = 0;
    if (begin_ == end_ && !input_ended_) {
      begin_ = 0;
      end_ = bytes_->read(block_);
      input_ended_ = end_ == 0;
    }
    const char* from = block_.data() + begin_;
    UChar* to = units_.data();
    UErrorCode code = U_ZERO_ERROR;
    ::ucnv_toUnicode(from_.get(), &to, units_.data() + units_.size(), &from, block_.data() + end_,
                     nullptr, /*flush=*/input_ended_, &code);
    begin_ = static_cast<std::size_t>(from - block_.data());
    encode(to);
    if (code == U_BUFFER_OVERFLOW_ERROR) return;
    if (U_FAILURE(code)) {
      text_ += kInvalidText;
      if (code == U_TRUNCATED_CHAR_FOUND) at_end_ = true;
    } else {
      at_end_ = input_ended_;
    }
  }

  /// Appends the units before `end` to the text.
  void encode(const UChar* end) {
    const UChar* from = units_.data();
    std::array<char, 4096> utf8;
    for (bool is_done = false; !is_done;) {
      char* to = utf8.data();
      UErrorCode code = U_ZERO_ERROR;
      ::ucnv_fromUnicode(to_.get(), &to, utf8.data() + utf8.size(), &from, end, nullptr,
                         /*flush=*/false, &code);
      text_.append(utf8.data(), to);
      is_done = code != U_BUFFER_OVERFLOW_ERROR;
    }
  }

  std::unique_ptr<ByteSource> bytes_;
  Converter from_;
  Converter to_;
  std::vector<char> block_ = std::vector<char>(kReadBytes);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool input_ended_ = false;
  std::vector<UChar> units_ = std::vector<UChar>(kReadBytes);
  std::string text_;  // converted and not yet read
  std::size_t at_ = 0;
  bool at_end_ = false;
};

/// Replaces the lone CRs of a file without LFs by LFs.
class LineEndSource : public ByteSource {
 public:
  explicit LineEndSource(std::unique_ptr<ByteSource> text) : text_(std::move(text)) {}

  std::size_t read(std::span<char> to) override {
    const std::size_t count = text_->read(to);
    const std::span<char> bytes = to.first(count);
    if (ends_ == Ends::kUnknown) decide(bytes);
    if (ends_ == Ends::kReturns) std::replace(bytes.begin(), bytes.end(), '\r', '\n');
    return count;
  }

 private:
  enum class Ends { kUnknown, kLineFeeds, kReturns };

  /// Decides at the first line ending. Only after a lone CR are more bytes needed.
  void decide(std::span<const char> bytes) {
    constexpr std::size_t kLookAhead = std::size_t{1} << 16;
    const auto first =
        std::find_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
    if (first == bytes.end()) return;
    bool has_line_feed = std::find(first, bytes.end(), '\n') != bytes.end();
    if (!has_line_feed) {
      std::string ahead = read_front(*text_, kLookAhead);
      has_line_feed = ahead.find('\n') != std::string::npos;
      if (!ahead.empty()) text_ = put_back(std::move(ahead), std::move(text_));
    }
    ends_ = has_line_feed ? Ends::kLineFeeds : Ends::kReturns;
  }

  std::unique_ptr<ByteSource> text_;
  Ends ends_ = Ends::kUnknown;
};

struct Mark {
  std::string_view bytes;
  std::string_view encoding;
};
constexpr std::array kMarks{
    Mark{"\xEF\xBB\xBF"sv, kUtf8},        Mark{"\xFF\xFE\0\0"sv, "utf-32le"sv},
    Mark{"\0\0\xFE\xFF"sv, "utf-32be"sv}, Mark{"\xFF\xFE"sv, "utf-16le"sv},
    Mark{"\xFE\xFF"sv, "utf-16be"sv},
};

/// Removes all byte-order marks: some programs add one to a file that has one already.
void take_marks(std::string& front, std::string& encoding) {
  for (const Mark& mark : kMarks) {
    if (!front.starts_with(mark.bytes)) continue;
    encoding = mark.encoding;
    while (front.starts_with(mark.bytes)) front.erase(0, mark.bytes.size());
    return;
  }
}

/// Returns the kind of UTF-16 if every second byte of some characters, and no other byte, is zero.
std::string_view utf16_kind(std::string_view front) {
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i + 1 < front.size(); i += 2) {
    zeros[0] += front[i] == '\0' ? 1 : 0;
    zeros[1] += front[i + 1] == '\0' ? 1 : 0;
  }
  const std::size_t enough = std::max<std::size_t>(2, front.size() / 20);
  if (zeros[0] == 0 && zeros[1] >= enough) return "utf-16le";
  if (zeros[1] == 0 && zeros[0] >= enough) return "utf-16be";
  return "";
}

/// Warns if a file that is to be converted is UTF-8 already.
void check_conversion(const std::string& name, std::string_view front,
                      const std::string& encoding) {
  const std::string_view lines = front.substr(0, front.rfind('\n'));
  const bool is_ascii =
      std::all_of(lines.begin(), lines.end(), [](char c) { return (c & 0x80) == 0; });
  if (is_ascii || find_invalid_utf8(lines)) return;
  log_warning(name + ": is valid UTF-8, but is read as \"" + encoding +
              "\"; is the encoding right?");
}

}  // namespace

std::unique_ptr<ByteSource> open_text(const std::string& path, std::string& encoding) {
  const std::string name = path == "-" ? "stdin" : path;
  std::unique_ptr<ByteSource> bytes = open_bytes(path);
  constexpr std::size_t kLongestMark = 4;
  std::string front = read_front(*bytes, kLongestMark);
  take_marks(front, encoding);
  const bool needs_conversion = !is_utf8(encoding);
  if (!needs_conversion) {
    const std::string_view kind = utf16_kind(front);
    if (!kind.empty()) {
      throw Error(ErrorKind::kData, name,
                  "is UTF-16 without a byte-order mark; set \"encoding\": \"" + std::string(kind) +
                      "\" (sequent-infer: --encoding " + std::string(kind) + ")");
    }
  } else {
    check_conversion(name, front, encoding);
  }
  std::unique_ptr<ByteSource> text = put_back(std::move(front), std::move(bytes));
  if (needs_conversion) text = std::make_unique<DecodedSource>(std::move(text), name, encoding);
  return std::make_unique<LineEndSource>(std::move(text));
}

}  // namespace sequent
