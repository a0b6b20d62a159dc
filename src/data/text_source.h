// The text of a file as UTF-8, whatever its encoding and line endings.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.h"

namespace sequent {

/// A byte that is not valid UTF-8. It replaces each sequence of bytes that is invalid in the file's
/// encoding, so that its row is reported like any other row of invalid text.
inline constexpr char kInvalidText = '\xFF';

/// Opens a text file (`-`: stdin), compressed or not, and converts it to UTF-8 while it is read.
/// Byte-order marks are removed, and those of UTF-8 and UTF-16 take precedence over `encoding`,
/// which is set to the encoding that is read. Bytes of UTF-8 files that are invalid stay as they
/// are. Lone CRs become LFs in a file that has no LF.
/// Errors: Data, as open_bytes, and if the file is UTF-16 without a byte-order mark; Config if
/// there is no such encoding.
std::unique_ptr<ByteSource> open_text(const std::string& path, std::string& encoding);

}  // namespace sequent
