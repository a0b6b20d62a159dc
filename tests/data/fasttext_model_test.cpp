// Vectors in models of fastText. The expected numbers are those of get_word_vector of the PyPI
// package fasttext 0.9.3 on the same bytes.
#include <gtest/gtest.h>

#include "data/word_vectors.h"
#include "data_support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

/// What varies between the models of these tests.
struct ModelFile {
  std::int32_t version = 12;
  std::int32_t kind = 1;  // 3: supervised
  std::int32_t shortest = 2;
  std::int32_t longest = 3;
  std::int32_t width = 2;
  std::int32_t buckets = 7;
  std::int64_t pruned = -1;
  char quantized = 0;
  std::int64_t rows = 11;

  /// The file's bytes, without the output matrix, which word vectors do not need.
  std::string bytes() const {
    std::string out = "\xBA\x16\x4F\x2F";
    const auto add = [&](auto number) {
      out.append(reinterpret_cast<const char*>(&number), sizeof number);
    };
    add(version);
    for (const std::int32_t argument :
         {width, 5, 5, 1, 5, 1, 2, kind, buckets, shortest, longest, 100}) {
      add(argument);
    }
    add(1e-4);
    const std::vector<std::string> words = {"</s>", "the", "film", "\u7535\u5f71"};
    add(static_cast<std::int32_t>(words.size()) + 1);
    add(static_cast<std::int32_t>(words.size()));
    add(std::int32_t{1});
    add(std::int64_t{100});
    add(pruned);
    const auto add_entry = [&](const std::string& word, char type) {
      out += word + '\0';
      add(std::int64_t{3});
      add(type);
    };
    for (const std::string& word : words) add_entry(word, 0);
    add_entry("__label__x", 1);
    add(quantized);
    add(rows);
    add(std::int64_t{width});
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < width; ++column) {
        add(static_cast<float>((row * row * 3 + column * 5) % 17 - 8) +
            static_cast<float>(row) / 4);
      }
    }
    return out;
  }
};

class FastTextModels : public ::testing::Test {
 protected:
  WordVectors read(const std::string& bytes) {
    return read_word_vectors(folder_.write("model.bin", bytes), kVocabulary, 2);
  }
  std::vector<float> row(const WordVectors& vectors, const std::string& token) const {
    const auto at = static_cast<std::size_t>(kVocabulary.id(token)) * 2;
    return {vectors.values[at], vectors.values[at + 1]};
  }
  void expect_vectors(const ModelFile& file, const std::vector<float>& the,
                      const std::vector<float>& film, const std::vector<float>& chinese) {
    const WordVectors vectors = read(file.bytes());
    EXPECT_EQ(vectors.file_count, 4);
    EXPECT_EQ(vectors.found_count, 3);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_NEAR(row(vectors, "the")[i], the[i], 1e-6) << i;
      EXPECT_NEAR(row(vectors, "film")[i], film[i], 1e-6) << i;
      EXPECT_NEAR(row(vectors, "\u7535\u5f71")[i], chinese[i], 1e-6) << i;
    }
    EXPECT_EQ(row(vectors, "other"), (std::vector<float>{0, 0}));
    EXPECT_FALSE(vectors.found[static_cast<std::size_t>(kVocabulary.id("other"))]);
  }

  TemporaryFolder folder_;
  const Vocabulary kVocabulary{{"other", "\u7535\u5f71", "the", "film", "__label__x"}};
};

TEST_F(FastTextModels, VectorsAreMeansOfWordsAndNgrams) {
  expect_vectors({}, {1.15625F, 4.03125F}, {1.975F, 3.575F}, {4.4166669846F, 6.5833334923F});
  expect_vectors({.shortest = 1, .longest = 2}, {1.34375F, 4.21875F}, {2.625F, 2.5250000954F},
                 {3.2083334923F, 5.375F});
}

TEST_F(FastTextModels, WithoutNgramsAreTheRowsOfWords) {
  expect_vectors({.shortest = 0, .longest = 0}, {-4.75F, 0.25F}, {4.5F, -7.5F}, {2.75F, 7.75F});
  // Until version 11, classifiers had no character n-grams, whatever their arguments are.
  expect_vectors({.version = 11, .kind = 3}, {-4.75F, 0.25F}, {4.5F, -7.5F}, {2.75F, 7.75F});
}

TEST_F(FastTextModels, TheEndOfALineHasNoNgrams) {
  const Vocabulary end({"</s>"});
  const std::string path = folder_.write("model.bin", ModelFile{}.bytes());
  const WordVectors vectors = read_word_vectors(path, end, 2);
  const auto at = static_cast<std::size_t>(end.id("</s>")) * 2;
  EXPECT_EQ(vectors.values[at], -8);
  EXPECT_EQ(vectors.values[at + 1], -3);
}

TEST_F(FastTextModels, ThatCannotBeUsedAreErrors) {
  const auto message_of = [&](const std::string& bytes) {
    const auto error = error_of([&] { read(bytes); });
    if (!error) return std::string("no error");
    EXPECT_EQ(error->kind(), ErrorKind::kData);
    return error->issues()[0].message;
  };
  const auto expect = [&](const std::string& bytes, const std::string& message) {
    EXPECT_NE(message_of(bytes).find(message), std::string::npos) << message_of(bytes);
  };
  expect(ModelFile{.quantized = 1}.bytes(), "is a quantized model of fastText (.ftz)");
  expect(ModelFile{.pruned = 0}.bytes(), "is a quantized model of fastText (.ftz)");
  expect(ModelFile{.version = 10}.bytes(), "with version 10; expected version 12 or 11");
  expect(ModelFile{.width = 3}.bytes(),
         "found vectors of width 3; the embedding's output_dim is 2");
  expect(ModelFile{.buckets = 0}.bytes(), "n-grams of up to 3 characters in 0 buckets");
  expect(ModelFile{.longest = 1 << 30}.bytes(), "is a damaged model of fastText");
  expect(ModelFile{.rows = 5}.bytes(), "a matrix of 5 x 2");
}

TEST_F(FastTextModels, ThatAreCutAreErrors) {
  const std::string whole = ModelFile{}.bytes();
  std::size_t errors = 0;
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const auto error = error_of([&] { read(whole.substr(0, size)); });
    if (!error) continue;
    EXPECT_EQ(error->kind(), ErrorKind::kData) << size;
    ++errors;
  }
  // Rows after the last one that a token needs are not read.
  EXPECT_GE(errors, whole.size() - 4 - 8 * 2);
}

}  // namespace
}  // namespace sequent
