#include "data/line_reader.h"

#include <algorithm>

#include "data/text_source.h"
#include "sequent/error.h"

namespace sequent {
namespace {
constexpr std::size_t kBlockBytes = std::size_t{1} << 18;
}  // namespace

BlockReader::BlockReader(const std::string& path, std::string encoding)
    : name_(path == "-" ? "stdin" : path), encoding_(std::move(encoding)), block_(kBlockBytes) {
  source_ = encoding_ == kNoEncoding ? open_bytes(path) : open_text(path, encoding_);
}

const std::string& BlockReader::likely_encoding() {
  if (!likely_encoding_) likely_encoding_ = sequent::likely_encoding({block_.data(), end_});
  return *likely_encoding_;
}

void BlockReader::refill() {
  try {
    end_ += source_->read(std::span(block_).subspan(end_));
  } catch (const Error& error) {
    throw Error(error.kind(), place(line_), error.issues().front().message);
  }
}

std::string_view BlockReader::rest() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    refill();
  }
  return {block_.data() + begin_, end_ - begin_};
}

void BlockReader::consume(std::size_t count) {
  const auto from = block_.begin() + static_cast<std::ptrdiff_t>(begin_);
  line_ += std::count(from, from + static_cast<std::ptrdiff_t>(count), '\n');
  begin_ += count;
}

bool LineReader::next(Line& line) {
  line.text.clear();
  line.number = blocks_.line();
  line.too_long = false;
  line.source = &blocks_;
  bool found = false;
  for (bool ended = false; !ended;) {
    const std::string_view rest = blocks_.rest();
    if (rest.empty()) break;
    found = true;
    const std::size_t end = rest.find('\n');
    ended = end != std::string_view::npos;
    const std::string_view part = rest.substr(0, end);
    if (!line.too_long && part.size() > max_bytes_ - line.text.size()) {
      line.too_long = true;
      line.text = std::string();
    }
    if (!line.too_long) line.text += part;
    blocks_.consume(ended ? end + 1 : rest.size());
  }
  while (line.text.ends_with('\r')) line.text.pop_back();
  return found;
}

}  // namespace sequent
