// Decompression of gzip, xz and zstd streams while they are read.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.h"

namespace sequent {

/// `name` is the file's name in messages. Concatenated members are read to the end.
std::unique_ptr<ByteSource> open_gzip(std::unique_ptr<ByteSource> packed, const std::string& name);
std::unique_ptr<ByteSource> open_xz(std::unique_ptr<ByteSource> packed, const std::string& name);
std::unique_ptr<ByteSource> open_zstd(std::unique_ptr<ByteSource> packed, const std::string& name);

}  // namespace sequent
