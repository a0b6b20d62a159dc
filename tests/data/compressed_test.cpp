#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "data_support.h"

namespace sequent {
namespace {

using testing::failure;
using testing::shown;
using testing::TemporaryFolder;
using Lines = std::vector<std::string>;

std::string pack_xz(const std::string& content) {
  std::string packed(lzma_stream_buffer_bound(content.size()), '\0');
  std::size_t size = 0;
  const lzma_ret result = lzma_easy_buffer_encode(
      6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(content.data()),
      content.size(), reinterpret_cast<std::uint8_t*>(packed.data()), &size, packed.size());
  if (result != LZMA_OK) throw std::runtime_error("packing failed");
  packed.resize(size);
  return packed;
}

std::string pack_gz(const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = (folder / "packed.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  return testing::slurp(path);
}

std::string pack_zst(const std::string& content) {
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 3);
  if (ZSTD_isError(size)) throw std::runtime_error("packing failed");
  packed.resize(size);
  return packed;
}

std::string many_rows() {
  std::string content = "text\tlabel\n";
  for (int row = 0; row < 20000; ++row) {
    content += "text number " + std::to_string(row * 7919 % 20011) + "\tx\n";
  }
  return content;
}

struct Packer {
  const char* name;
  std::string (*pack)(const std::string&);
};

class Compressed : public ::testing::TestWithParam<Packer> {};
INSTANTIATE_TEST_SUITE_P(Kinds, Compressed,
                         ::testing::Values(Packer{"xz", pack_xz}, Packer{"gz", pack_gz},
                                           Packer{"zst", pack_zst}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(Compressed, IsReadWhateverItsName) {
  const TemporaryFolder folder;
  const std::string content = many_rows();
  const std::string plain = folder.write("plain.tsv", content);
  const std::string packed = folder.write("packed.tsv", GetParam().pack(content));
  const Lines expected = shown(plain, TsvFormat{});
  EXPECT_EQ(expected.size(), 20000U);
  EXPECT_EQ(shown(packed, TsvFormat{}), expected);
}

TEST_P(Compressed, MembersFollowOneAnother) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a", GetParam().pack("\xEF\xBB\xBFtext\tlabel\na\t") + GetParam().pack("") +
                            GetParam().pack("x\nb\ty\n"));
  EXPECT_EQ(shown(path, TsvFormat{}), (Lines{"a|x", "b|y"}));
}

TEST_P(Compressed, EndsTooEarly) {
  const TemporaryFolder folder;
  const std::string packed = GetParam().pack(many_rows());
  const std::string path = folder.write("a", packed.substr(0, packed.size() / 2));
  const std::string message = failure(path, TsvFormat{});
  EXPECT_TRUE(message.starts_with(path + ":")) << message;
  EXPECT_NE(message.find(std::string("the .") + GetParam().name + " stream ends too early"),
            std::string::npos)
      << message;
  // The reported line is far behind the first one.
  EXPECT_GT(std::stoi(message.substr(path.size() + 1)), 1000) << message;
}

TEST_P(Compressed, IsDamaged) {
  const TemporaryFolder folder;
  std::string packed = GetParam().pack(many_rows());
  for (std::size_t i = 0; i < 64; ++i) packed[packed.size() / 2 + i] = '\x55';
  const std::string message = failure(folder.write("a", packed), TsvFormat{});
  EXPECT_NE(message.find("stream is damaged"), std::string::npos) << message;
}

TEST_P(Compressed, MayBeEmpty) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", GetParam().pack(""));
  EXPECT_EQ(failure(path, TsvFormat{}), path + ": no rows");
}

TEST(Gzip, MayEndWithZeros) {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("a", pack_gz("text\tlabel\na\tx\n") + std::string(512, '\0'));
  EXPECT_EQ(shown(path, TsvFormat{}), (Lines{"a|x"}));
}

TEST(OtherCompressions, AreNamed) {
  const TemporaryFolder folder;
  const std::string bzip2 = folder.write("a.bz2", "BZh91AYxxxx");
  EXPECT_EQ(failure(bzip2, TsvFormat{}),
            bzip2 + ": is bzip2; expected text, .gz, .xz or .zst: unpack it with bunzip2");
}

TEST(RealData, HasTheRowsItIsKnownFor) {
  const auto dev = testing::real_data("sst2/dev.tsv");
  const auto imdb = testing::real_data("imdb/test.tsv.xz");
  if (!dev || !imdb) GTEST_SKIP() << "neither SEQUENT_TEST_DATA nor ../shared/data has the data";
  EXPECT_EQ(shown(*dev, TsvFormat{}).size(), 872U);
  EXPECT_EQ(testing::read_all(*open_records(*imdb, TsvFormat{})).size(), 25000U);
}

}  // namespace
}  // namespace sequent
