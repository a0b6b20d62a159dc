// Streams of .gz and .xz, unpacked as they are read.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.h"

namespace sequent {

/// `name` stands where messages name the file. Concatenated members are read to the end.
std::unique_ptr<ByteSource> open_gzip(std::unique_ptr<ByteSource> packed, const std::string& name);
std::unique_ptr<ByteSource> open_xz(std::unique_ptr<ByteSource> packed, const std::string& name);

}  // namespace sequent
