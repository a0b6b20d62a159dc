// Pretrained vectors in all supported formats.
#include "data/word_vectors.h"

#include <gtest/gtest.h>

#include "data_support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

const Vocabulary kVocabulary({"the", "film", "\u7535\u5f71"});  // ids 3, 4, 5

std::vector<float> row(const WordVectors& vectors, std::int64_t id) {
  return {vectors.values.begin() + id * 2, vectors.values.begin() + id * 2 + 2};
}

void expect_two_found(const WordVectors& vectors) {
  EXPECT_EQ(vectors.found_count, 2);
  EXPECT_EQ(row(vectors, 3), (std::vector<float>{0.5F, -1.25F}));
  EXPECT_EQ(row(vectors, 5), (std::vector<float>{2e-3F, 4}));
  EXPECT_FALSE(vectors.found[4]);
  EXPECT_EQ(row(vectors, 4), (std::vector<float>{0, 0}));
}

TEST(WordVectors, TextWithAndWithoutAHeader) {
  const TemporaryFolder folder;
  const std::string lines = "the 0.5 -1.25\nother 1 1\n\u7535\u5f71 0.002 4 \nthe 9 9\na b c 7 7\n";
  for (const std::string& header : {std::string(), std::string("5 2\n")}) {
    const WordVectors vectors =
        read_word_vectors(folder.write("v.txt", header + lines), kVocabulary, 2);
    expect_two_found(vectors);
    EXPECT_EQ(vectors.file_count, 5);
  }
}

TEST(WordVectors, TokensMayBeWhiteSpace) {
  const TemporaryFolder folder;
  const Vocabulary characters({" ", "a"});
  const WordVectors vectors =
      read_word_vectors(folder.write("v.vec", "3 2\n  0.5 1\na 2 3\n 4 5\n"), characters, 2);
  EXPECT_EQ(vectors.file_count, 3);  // the last one is the empty token
  EXPECT_EQ(vectors.found_count, 2);
  EXPECT_EQ(row(vectors, 3), (std::vector<float>{0.5F, 1}));
  EXPECT_EQ(row(vectors, 4), (std::vector<float>{2, 3}));
}

TEST(WordVectors, Word2vecBinary) {
  const TemporaryFolder folder;
  std::string bytes = "3 2\n";
  const auto add = [&](const std::string& token, float a, float b) {
    bytes += token + " ";
    bytes.append(reinterpret_cast<const char*>(&a), sizeof a);
    bytes.append(reinterpret_cast<const char*>(&b), sizeof b);
    bytes += "\n";
  };
  add("the", 0.5F, -1.25F);
  add("other", 1, 1);
  add("\u7535\u5f71", 2e-3F, 4);
  expect_two_found(read_word_vectors(folder.write("v.bin", bytes), kVocabulary, 2));
  const auto error = error_of([&] {
    read_word_vectors(folder.write("cut.bin", bytes.substr(0, bytes.size() - 5)), kVocabulary, 2);
  });
  ASSERT_TRUE(error);
  EXPECT_NE(error->issues()[0].message.find("after 2 complete ones"), std::string::npos);
  ::testing::internal::CaptureStderr();
  read_word_vectors(folder.write("more.bin", "2" + bytes.substr(1)), kVocabulary, 2);
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("the data after them is ignored"),
            std::string::npos);
}

TEST(WordVectors, NumbersMayHaveASignAndBeTiny) {
  const TemporaryFolder folder;
  const auto found = read_word_vectors(folder.write("v.txt", "the +0.5 1e-50\n"), kVocabulary, 2);
  const auto row = static_cast<std::size_t>(kVocabulary.id("the")) * 2;
  EXPECT_EQ(found.values[row], 0.5F);
  EXPECT_EQ(found.values[row + 1], 0.0F);
}

TEST(WordVectors, CountsThatDifferAreSaid) {
  const TemporaryFolder folder;
  ::testing::internal::CaptureStderr();
  read_word_vectors(folder.write("v.txt", "3 2\nthe 0.5 1\n"), kVocabulary, 2);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("announces 3 vectors, but found 1; is the file complete?"), std::string::npos)
      << said;
}

TEST(WordVectors, FaultsNameTheLine) {
  const TemporaryFolder folder;
  struct Case {
    std::string content, where, message;
  };
  for (const Case& c : {
           Case{"the 0.5 1 2\n", ":1", "found vectors of width 3; the embedding's output_dim is 2"},
           Case{"2 300\nthe 0.5 1\n", ":1", "found vectors of width 300"},
           Case{"a 1 2\nthe 0.5\n", ":2", "found vectors of width 1"},
           Case{"a 1 2\nthe 0.5 x\n", ":2", "found \"x\" as number 2 of the vector of \"the\""},
           Case{"a 1 2\nthe 0.5 nan\n", ":2", "found \"nan\" as number 2 of the vector of \"the\""},
           Case{"a 1 2\nthe 1e39 1\n", ":2", "expected a finite number"},
           Case{"2 twelve\nthe 0.5 1\n", ":1", "found no vectors"},
           Case{"the,0.5,1\n", ":1", "found no vectors"},
           Case{"a 1 2\nb 1 2\n", "", "none of the vocabulary's 6 tokens"},
       }) {
    const std::string path = folder.write("v.txt", c.content);
    const auto error = error_of([&] { read_word_vectors(path, kVocabulary, 2); });
    ASSERT_TRUE(error) << c.content;
    EXPECT_EQ(error->kind(), ErrorKind::kData);
    EXPECT_EQ(error->issues()[0].where, path + c.where);
    EXPECT_NE(error->issues()[0].message.find(c.message), std::string::npos)
        << error->issues()[0].message;
  }
}

}  // namespace
}  // namespace sequent
