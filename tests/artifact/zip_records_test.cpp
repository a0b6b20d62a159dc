#include "artifact/zip_records.h"

#include <gtest/gtest.h>

#include "support.h"
#include "zip_bytes.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::zip_bytes;

// An archive of LibTorch has the 64-bit extensions, and the sizes of records after the records.
constexpr const char* kArchiveOfLibTorch =
    SEQUENT_SOURCE_DIR "/tests/golden/version_0_1_0/model.pt";

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span<const char>(text));
}

/// Returns the message for a file whose records are all read.
std::string fault_of(const std::string& file) {
  const auto error = error_of([&] {
    const ZipRecords records(bytes_of(file), "m.pt");
    for (const std::string& record : records.records()) records.read(record);
  });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  return error->what();
}

TEST(ZipRecords, ReadsStoredAndCompressedRecords) {
  const std::string text(1000, 'a');
  const std::string file =
      zip_bytes({{"model/data.pkl", "pickle"}, {"model/code/a.py", text, /*compressed=*/true}});
  const testing::TemporaryFolder folder;
  const ZipRecords from_file(std::filesystem::path(folder.write("m.pt", file)));
  const ZipRecords from_memory(bytes_of(file), "m.pt");
  for (const ZipRecords* records : {&from_file, &from_memory}) {
    EXPECT_EQ(records->records(), (std::vector<std::string>{"code/a.py", "data.pkl"}));
    EXPECT_EQ(records->read("data.pkl"), "pickle");
    EXPECT_EQ(records->read("code/a.py"), text);
    EXPECT_EQ(records->size("code/a.py"), 1000);
    EXPECT_FALSE(records->has("model/data.pkl"));
  }
}

TEST(ZipRecords, MissingRecordsAreErrors) {
  const std::string file = zip_bytes({{"model/data.pkl", "pickle"}});
  const ZipRecords records(bytes_of(file), "m.pt");
  const auto error = error_of([&] { records.read("data/0"); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("data/0 is missing"), std::string::npos);
}

TEST(ZipRecords, DuplicatesAndForeignFoldersAreErrors) {
  EXPECT_NE(fault_of(zip_bytes({{"m/a", "1"}, {"m/a", "2"}})).find("damaged"), std::string::npos);
  EXPECT_NE(fault_of(zip_bytes({{"m/a", "1"}, {"../a", "2"}})).find("outside"), std::string::npos);
  EXPECT_NE(fault_of(zip_bytes({{"a", "1"}})).find("outside"), std::string::npos);
}

TEST(ZipRecords, RecordsThatUnpackToFarMoreAreErrorsBeforeTheyAreUnpacked) {
  const std::string zeros(std::size_t{64} << 20, '\0');
  const std::string file = zip_bytes({{"m/a", zeros, /*compressed=*/true}});
  ASSERT_LT(file.size(), std::size_t{1} << 20);
  const auto error = error_of([&] { const ZipRecords records(bytes_of(file), "m.pt"); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("claims to unpack"), std::string::npos);
}

TEST(ZipRecords, EveryChangedBitOfARecordIsFound) {
  const std::string file = zip_bytes({{"m/a", "the content of a record"}});
  const std::size_t begin = file.find("the content");
  for (std::size_t bit = 0; bit < 8 * 23; ++bit) {
    std::string changed = file;
    changed[begin + bit / 8] = static_cast<char>(changed[begin + bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(fault_of(changed).find("wrong content"), std::string::npos) << bit;
  }
}

TEST(ZipRecords, EveryTruncationIsFound) {
  for (const std::string& file :
       {zip_bytes({{"m/a", "1"}, {"m/b", "22"}}), testing::slurp(kArchiveOfLibTorch)}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      EXPECT_NE(fault_of(file.substr(0, size)), "") << size;
    }
  }
}

TEST(ZipRecords, BytesBeforeAndAfterTheArchiveAreErrors) {
  const std::string file = zip_bytes({{"m/a", "1"}});
  EXPECT_NE(fault_of(file + '\0').find("no directory"), std::string::npos);
  std::string commented = file;
  commented[file.size() - 2] = 1;
  EXPECT_NE(fault_of(commented + "c").find("no directory"), std::string::npos);
  EXPECT_NE(fault_of(file.substr(0, 31) + file).find("damaged"), std::string::npos);
}

TEST(ZipRecords, ReadsTheArchivesOfLibTorch) {
  const ZipRecords records{std::filesystem::path(kArchiveOfLibTorch)};
  EXPECT_EQ(records.records().size(), 24);
  EXPECT_EQ(records.read("version"), "3\n");
  EXPECT_EQ(records.read("code/__torch__.py").size(), 12622);
}

TEST(ZipRecords, HeadersThatDifferFromTheDirectoryAreErrors) {
  const std::string file = zip_bytes({{"m/a", "1234", /*compressed=*/true}, {"m/b", "22"}});
  constexpr std::size_t kMethod = 8;
  constexpr std::size_t kSize = 22;
  constexpr std::size_t kName = 30;
  for (const std::size_t at : {kMethod, kSize, kName}) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 8);
    EXPECT_NE(fault_of(changed).find("differs from the directory"), std::string::npos) << at;
  }
}

TEST(ZipRecords, EncryptedRecordsAndUnknownCompressionAreErrors) {
  const std::string file = zip_bytes({{"m/a", "1"}});
  const std::size_t entry = file.find(std::string("PK\x01\x02"));
  std::string encrypted = file;
  encrypted[entry + 8] = 1;
  EXPECT_NE(fault_of(encrypted).find("is encrypted"), std::string::npos);
  std::string unknown = file;
  unknown[entry + 10] = 12;
  EXPECT_NE(fault_of(unknown).find("unknown compression"), std::string::npos);
}

TEST(ZipRecords, RecordsThatShareBytesAreErrors) {
  const std::string inner = zip_bytes({{"m/b", "22"}});
  const std::string content = inner.substr(0, inner.find("PK\x01\x02"));
  std::string file = zip_bytes({{"m/a", content}, {"m/b", "22"}});
  // The second record of the directory becomes the one inside the first.
  const std::size_t offset = file.rfind("m/b") - 4;
  const std::size_t inside = file.find(content);
  file.replace(offset, 4, testing::little_endian(inside, 4));
  EXPECT_NE(fault_of(file).find("two records overlap"), std::string::npos);
}

TEST(ZipRecords, RecordsWithAnotherSizeThanTheirContentAreErrors) {
  for (const bool compressed : {false, true}) {
    const std::string file = zip_bytes({{"m/a", "the content", compressed}});
    for (const char size : {'\x0a', '\x0c'}) {
      std::string changed = file;
      changed[22] = size;  // in the header
      changed[file.find("PK\x01\x02") + 24] = size;
      EXPECT_NE(fault_of(changed).find("damaged"), std::string::npos) << compressed;
    }
  }
}

/// Returns a file with the 64-bit sizes of a record in both headers.
std::string with_large_sizes() {
  using testing::little_endian;
  const std::string content = "12345";
  const std::string sizes = little_endian(content.size(), 8) + little_endian(content.size(), 8);
  const std::string extra = little_endian(1, 2) + little_endian(sizes.size(), 2) + sizes;
  const std::string shared = little_endian(45, 2) + little_endian(0, 8) +
                             little_endian(testing::crc_of(content), 4) +
                             little_endian(0xffffffff, 4) + little_endian(0xffffffff, 4) +
                             little_endian(3, 2) + little_endian(extra.size(), 2);
  const std::string record = "PK\x03\x04" + shared + "m/a" + extra + content;
  const std::string entry =
      "PK\x01\x02" + little_endian(45, 2) + shared + little_endian(0, 14) + "m/a" + extra;
  return record + entry + "PK\x05\x06" + little_endian(0, 4) + little_endian(1, 2) +
         little_endian(1, 2) + little_endian(entry.size(), 4) + little_endian(record.size(), 4) +
         little_endian(0, 2);
}

TEST(ZipRecords, LargeSizesAreReadOrRefused) {
  const std::string file = with_large_sizes();
  const std::string error = fault_of(file);
  if (error.empty()) {
    EXPECT_EQ(ZipRecords(bytes_of(file), "m.pt").read("a"), "12345");
  } else {
    EXPECT_NE(error.find("minizip is older than zlib 1.2.6"), std::string::npos) << error;
  }
}

TEST(ZipRecords, RecordsInsideTheDirectoryAreErrors) {
  std::string file = zip_bytes({{"m/a", "1"}});
  const std::size_t directory = file.find("PK\x01\x02");
  const std::size_t end = file.find("PK\x05\x06");
  const std::string record = file.substr(0, directory);
  // The record is repeated as the comment of its entry, which refers to the copy.
  file.replace(directory + 32, 2, testing::little_endian(record.size(), 2));
  file.replace(directory + 42, 4, testing::little_endian(end, 4));
  file.replace(end + 12, 4, testing::little_endian(end - directory + record.size(), 4));
  file.insert(end, record);
  EXPECT_NE(fault_of(file).find("a record outside the file"), std::string::npos);
}

TEST(ZipRecords, EveryChangedBitOfTheLargeDirectoryIsFoundOrWithoutEffect) {
  const std::string file = testing::slurp(kArchiveOfLibTorch);
  constexpr std::size_t kEnd = 98;  // the end of the directory, its offset, and the smaller end
  const ZipRecords expected(bytes_of(file), "m.pt");
  for (std::size_t bit = 8 * (file.size() - kEnd); bit < 8 * file.size(); ++bit) {
    std::string changed = file;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    if (!fault_of(changed).empty()) continue;
    const ZipRecords records(bytes_of(changed), "m.pt");
    ASSERT_EQ(records.records(), expected.records()) << bit;
    for (const std::string& record : records.records()) {
      EXPECT_EQ(records.read(record), expected.read(record)) << bit << ' ' << record;
    }
  }
}

TEST(ZipRecords, EveryChangedBitOfTheDirectoryIsFoundOrWithoutEffect) {
  const std::vector<testing::ZipEntry> entries{{"m/a", "first"}, {"m/b", "bb", true}};
  const std::string file = zip_bytes(entries);
  for (std::size_t bit = 8 * file.find("PK\x01\x02"); bit < 8 * file.size(); ++bit) {
    std::string changed = file;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    if (!fault_of(changed).empty()) continue;
    const ZipRecords records(bytes_of(changed), "m.pt");
    EXPECT_EQ(records.records(), (std::vector<std::string>{"a", "b"})) << bit;
    EXPECT_EQ(records.read("a") + records.read("b"), "firstbb") << bit;
  }
}

}  // namespace
}  // namespace sequent
