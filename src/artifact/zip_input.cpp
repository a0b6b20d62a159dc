#include "artifact/zip_input.h"

#include <minizip/unzip.h>

#include <algorithm>

namespace sequent {
namespace {

ZipInput& input_of(voidpf opaque) { return *static_cast<ZipInput*>(opaque); }

uLong read_bytes(voidpf opaque, voidpf /*stream*/, void* into, uLong count) {
  return input_of(opaque).read({static_cast<char*>(into), count}) ? count : 0;
}

/// Offsets backward are negative numbers, converted to an unsigned type: their sum wraps around.
long seek(voidpf opaque, voidpf /*stream*/, ZPOS64_T offset, int origin) {
  ZipInput& input = input_of(opaque);
  std::uint64_t position = offset;
  if (origin == ZLIB_FILEFUNC_SEEK_CUR) position += input.position();
  if (origin == ZLIB_FILEFUNC_SEEK_END) position += input.size();
  return input.seek(position) ? 0 : -1;
}

}  // namespace

bool ZipInput::seek(std::uint64_t position) noexcept {
  failed_ = position > size_;
  if (!failed_) position_ = position;
  return !failed_;
}

bool ZipInput::read(std::span<char> into) noexcept {
  failed_ = into.size() > size_ - position_;
  if (!failed_ && bytes_.empty()) {
    failed_ = !read_file(into);
  } else if (!failed_) {
    std::ranges::copy(bytes_.subspan(position_, into.size()), std::as_writable_bytes(into).begin());
  }
  if (!failed_) position_ += into.size();
  return !failed_;
}

bool ZipInput::read_file(std::span<char> into) noexcept {
  if (file_position_ != position_) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(position_));
  }
  file_.read(into.data(), std::ssize(into));
  const bool complete = file_.gcount() == std::ssize(into);
  file_position_ = complete ? position_ + into.size() : std::numeric_limits<std::uint64_t>::max();
  return complete;
}

void CloseZip::operator()(void* zip) const { unzClose(zip); }

ZipHandle open_zip(ZipInput& input) {
  zlib_filefunc64_def functions{};
  functions.zopen64_file = [](voidpf opaque, const void* /*name*/, int /*mode*/) { return opaque; };
  functions.zread_file = read_bytes;
  functions.ztell64_file = [](voidpf opaque, voidpf /*stream*/) -> ZPOS64_T {
    return input_of(opaque).position();
  };
  functions.zseek64_file = seek;
  functions.zclose_file = [](voidpf /*opaque*/, voidpf /*stream*/) { return 0; };
  // Without an error, minizip takes the end of the file for success.
  functions.zerror_file = [](voidpf opaque, voidpf /*stream*/) {
    return input_of(opaque).failed() ? 1 : 0;
  };
  functions.opaque = &input;
  return ZipHandle(unzOpen2_64(/*path=*/nullptr, &functions));
}

}  // namespace sequent
