// Writes ZIP files for tests, with any fault in them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sequent::testing {

struct ZipEntry {
  std::string name;
  std::string bytes;
  bool compressed = false;
};

inline std::string little_endian(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
  return bytes;
}

inline std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// Compresses without the header of zlib, as in ZIP files.
inline std::string deflated(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Returns a ZIP file with these entries (APPNOTE.TXT, PKWARE).
inline std::string zip_bytes(const std::vector<ZipEntry>& entries) {
  std::string file;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    const std::string stored = entry.compressed ? deflated(entry.bytes) : entry.bytes;
    const std::string shared =
        little_endian(20, 2) + little_endian(0, 2) + little_endian(entry.compressed ? 8 : 0, 2) +
        little_endian(0, 4) + little_endian(crc_of(entry.bytes), 4) +
        little_endian(stored.size(), 4) + little_endian(entry.bytes.size(), 4) +
        little_endian(entry.name.size(), 2) + little_endian(0, 2);
    directory += "PK\x01\x02" + little_endian(20, 2) + shared + little_endian(0, 10) +
                 little_endian(file.size(), 4) + entry.name;
    file += "PK\x03\x04" + shared + entry.name + stored;
  }
  const std::string count = little_endian(entries.size(), 2);
  return file + directory + "PK\x05\x06" + little_endian(0, 4) + count + count +
         little_endian(directory.size(), 4) + little_endian(file.size(), 4) + little_endian(0, 2);
}

}  // namespace sequent::testing
