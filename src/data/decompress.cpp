#include "data/decompress.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sequent/error.h"

namespace sequent {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error(ErrorKind::kData, name, message);
}

[[noreturn]] void fail_truncated(const std::string& name, const char* kind) {
  fail(name, std::string("the ") + kind +
                 " stream ends too early; was the file copied or downloaded completely?");
}

class GzipSource : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)) {
    constexpr int kGzipAlone = 16;
    if (::inflateInit2(&stream_, MAX_WBITS + kGzipAlone) != Z_OK) {
      throw Error(ErrorKind::kRuntime, name_, "zlib cannot be initialized");
    }
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { ::inflateEnd(&stream_); }

  std::size_t read(std::span<char> to) override {
    const std::size_t wanted = std::min<std::size_t>(to.size(), std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) refill();
      if (!in_member_ && !start_next_member()) break;
      if (stream_.avail_in == 0) fail_truncated(name_, ".gz");
      const int result = ::inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        in_member_ = false;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        fail(name_, std::string("the .gz stream is damaged: ") +
                        (stream_.msg != nullptr ? stream_.msg : "unknown error"));
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  void refill() {
    const std::size_t count = packed_->read(block_);
    stream_.next_in = reinterpret_cast<Bytef*>(block_.data());
    stream_.avail_in = static_cast<uInt>(count);
  }

  /// Returns false at the end of the file. Skips zero bytes, with which some programs pad the last
  /// block.
  bool start_next_member() {
    while (true) {
      while (stream_.avail_in > 0 && *stream_.next_in == 0) {
        ++stream_.next_in;
        --stream_.avail_in;
      }
      if (stream_.avail_in > 0) break;
      refill();
      if (stream_.avail_in == 0) return false;
    }
    ::inflateReset(&stream_);
    in_member_ = true;
    return true;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::vector<char> block_ = std::vector<char>(kReadBytes);
  z_stream stream_{};
  bool in_member_ = true;
};

class XzSource : public ByteSource {
 public:
  XzSource(std::unique_ptr<ByteSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)) {
    // The largest preset (xz -9) needs 65 MiB; a file that needs more than 2 GiB is not a text
    // file.
    constexpr std::uint64_t kMemoryLimit = std::uint64_t{2} << 30;
    if (::lzma_stream_decoder(&stream_, kMemoryLimit, LZMA_CONCATENATED) != LZMA_OK) {
      throw Error(ErrorKind::kRuntime, name_, "liblzma cannot be initialized");
    }
  }
  XzSource(const XzSource&) = delete;
  XzSource& operator=(const XzSource&) = delete;
  ~XzSource() override { ::lzma_end(&stream_); }

  std::size_t read(std::span<char> to) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(to.data());
    stream_.avail_out = to.size();
    while (!at_end_ && stream_.avail_out == to.size()) {
      if (stream_.avail_in == 0 && action_ == LZMA_RUN) refill();
      const lzma_ret result = ::lzma_code(&stream_, action_);
      if (result == LZMA_STREAM_END) {
        at_end_ = true;
      } else if (result == LZMA_BUF_ERROR) {
        fail_truncated(name_, ".xz");
      } else if (result == LZMA_MEMLIMIT_ERROR) {
        fail(name_,
             "the .xz stream needs more than 2 GiB of memory to decompress; compress it with xz -9 "
             "or less");
      } else if (result == LZMA_MEM_ERROR) {
        throw Error(ErrorKind::kRuntime, name_, "not enough memory to decompress the .xz stream");
      } else if (result != LZMA_OK) {
        fail(name_, "the .xz stream is damaged");
      }
    }
    return to.size() - stream_.avail_out;
  }

 private:
  void refill() {
    const std::size_t count = packed_->read(block_);
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(block_.data());
    stream_.avail_in = count;
    if (count == 0) action_ = LZMA_FINISH;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::vector<char> block_ = std::vector<char>(kReadBytes);
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_action action_ = LZMA_RUN;
  bool at_end_ = false;
};

class ZstdSource : public ByteSource {
 public:
  ZstdSource(std::unique_ptr<ByteSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)), stream_(::ZSTD_createDCtx()) {
    constexpr int kMaxWindowLog = 31;  // 2 GiB, as for .xz
    if (stream_ == nullptr ||
        ::ZSTD_isError(::ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kMaxWindowLog))) {
      throw Error(ErrorKind::kRuntime, name_, "libzstd cannot be initialized");
    }
  }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;
  ~ZstdSource() override { ::ZSTD_freeDCtx(stream_); }

  std::size_t read(std::span<char> to) override {
    ZSTD_outBuffer out{to.data(), to.size(), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !refill()) {
        // The decoder may still hold decompressed bytes of a frame whose input has ended.
        const std::size_t before = out.pos;
        if (in_frame_) decompress(out);
        if (in_frame_ && out.pos == before) fail_truncated(name_, ".zst");
        break;
      }
      decompress(out);
    }
    return out.pos;
  }

 private:
  bool refill() {
    in_ = {block_.data(), packed_->read(block_), 0};
    return in_.size > 0;
  }

  void decompress(ZSTD_outBuffer& out) {
    const std::size_t result = ::ZSTD_decompressStream(stream_, &out, &in_);
    if (::ZSTD_isError(result)) {
      fail(name_, std::string("the .zst stream is damaged: ") + ::ZSTD_getErrorName(result));
    }
    in_frame_ = result != 0;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::vector<char> block_ = std::vector<char>(kReadBytes);
  ZSTD_DCtx* stream_;
  ZSTD_inBuffer in_{};
  bool in_frame_ = true;
};

}  // namespace

std::unique_ptr<ByteSource> open_gzip(std::unique_ptr<ByteSource> packed, const std::string& name) {
  return std::make_unique<GzipSource>(std::move(packed), name);
}

std::unique_ptr<ByteSource> open_xz(std::unique_ptr<ByteSource> packed, const std::string& name) {
  return std::make_unique<XzSource>(std::move(packed), name);
}

std::unique_ptr<ByteSource> open_zstd(std::unique_ptr<ByteSource> packed, const std::string& name) {
  return std::make_unique<ZstdSource>(std::move(packed), name);
}

}  // namespace sequent
