#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data_support.h"
#include "sequent/log.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

class Cache : public ::testing::Test {
 protected:
  Cache() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.tsv";
    config_.data.test = "test.tsv";
    std::string rows = "text\tlabel\n";
    for (int row = 0; row < 300; ++row) {
      rows += "word" + std::to_string(row % 40) + " 北京 x\tlabel" + std::to_string(row % 3) + "\n";
    }
    folder_.write("train.tsv", rows);
    folder_.write("test.tsv", "text\tlabel\nx word1\tlabel0\n");
  }

  fs::path cache() const { return folder_ / "cache"; }
  PreparedData prepare() const { return prepare_data(config_, cache(), 2); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(cache())) found.push_back(entry.path());
    return found;
  }
  static void expect_equal(const PreparedData& a, const PreparedData& b) {
    EXPECT_EQ(a.train, b.train);
    EXPECT_EQ(a.validation, b.validation);
    EXPECT_EQ(a.test, b.test);
    EXPECT_EQ(a.vocabulary, b.vocabulary);
    EXPECT_EQ(a.labels, b.labels);
    EXPECT_EQ(a.sources, b.sources);
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(Cache, KeepsSpelledWords) {
  std::get<TextInput>(config_.input).vocabulary.min_count = 8;
  prepare();
  EmbeddingSpec embedding;
  embedding.concat.emplace_back(CharactersSpec{});
  config_.model.layers = {embedding};
  const PreparedData first = prepare();
  EXPECT_FALSE(first.from_cache) << "the earlier cache file has no spellings";
  EXPECT_FALSE(first.train.row(0).words.empty());
  const PreparedData second = prepare();
  EXPECT_TRUE(second.from_cache);
  expect_equal(first, second);
}

TEST_F(Cache, GivesTheSameDataAgain) {
  const PreparedData first = prepare();
  EXPECT_FALSE(first.from_cache);
  EXPECT_EQ(first.train.size(), 270);
  const PreparedData second = prepare();
  EXPECT_TRUE(second.from_cache);
  expect_equal(first, second);
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(Cache, KeepsUnseenLabels) {
  config_.data.unseen_labels = UnseenLabels::kWrong;
  folder_.write("test.tsv", "text\tlabel\nx word1\tlabel7\n");
  const PreparedData first = prepare();
  EXPECT_EQ(first.test->unseen().labels, (std::vector<std::string>{"label7"}));
  EXPECT_EQ(first.test->label(0), -1);
  const PreparedData second = prepare();
  EXPECT_TRUE(second.from_cache);
  expect_equal(first, second);
}

TEST_F(Cache, NoticesAChangedFile) {
  prepare();
  const auto before = files();
  folder_.write("test.tsv", "text\tlabel\nx word2\tlabel0\n");
  const PreparedData changed = prepare();
  EXPECT_FALSE(changed.from_cache);
  // The older cache file has been removed.
  ASSERT_EQ(files().size(), 1U);
  EXPECT_NE(files(), before);
}

TEST_F(Cache, NoticesEveryOptionThatMatters) {
  const auto change = [](Config& config, int option) {
    auto& input = std::get<TextInput>(config.input);
    switch (option) {
      case 0:
        input.max_length = 2;
        return true;
      case 1:
        input.truncating = Side::kPre;
        return true;
      case 2:
        input.padding = Side::kPost;
        return true;
      case 3:
        input.vocabulary.max_size = 10;
        return true;
      case 4:
        input.vocabulary.min_count = 2;
        return true;
      case 5:
        input.tokenizer = CharactersTokenizer{};
        return true;
      case 6: {
        WordsTokenizer words;
        words.lowercase = false;
        input.tokenizer = words;
        return true;
      }
      case 7:
        config.data.validation = HeldOut{0.1, 2};
        return true;
      case 8:
        config.data.validation = HeldOut{0.2, 1};
        return true;
      case 9: {
        TsvFormat format;
        format.text = std::int64_t{0};
        config.data.format = format;
        return true;
      }
      case 10:
        config.data.test.reset();
        return true;
      default:
        return false;
    }
  };
  const Config original = config_;
  for (int option = 0;; ++option) {
    config_ = original;
    prepare();
    ASSERT_TRUE(prepare().from_cache);
    if (!change(config_, option)) break;
    EXPECT_FALSE(prepare().from_cache) << option;
  }
  // Options that do not affect the data do not matter.
  config_ = original;
  config_.name = "other";
  config_.training.epochs = 3;
  EXPECT_TRUE(prepare().from_cache);
}

TEST_F(Cache, IsMadeAnewWhereDamaged) {
  const PreparedData first = prepare();
  const fs::path file = files().front();
  const std::string content = testing::slurp(file);
  std::vector<std::string> damaged{"", "short", content.substr(0, content.size() - 1),
                                   content + "x"};
  for (std::size_t at = 0; at < content.size(); at += 97) {
    damaged.push_back(content);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 0x40);
  }
  for (const std::string& bytes : damaged) {
    std::ofstream(file, std::ios::binary) << bytes;
    const PreparedData again = prepare();
    ASSERT_FALSE(again.from_cache);
    ASSERT_EQ(again.train, first.train);
    ASSERT_EQ(testing::slurp(file), content);
  }
}

TEST_F(Cache, LeavesOtherFilesAlone) {
  folder_.write("cache/notes.txt", "mine");
  prepare();
  EXPECT_TRUE(fs::exists(cache() / "notes.txt"));
}

TEST_F(Cache, IsNotNeeded) {
  // A file in place of the folder: nobody can write there, not even root.
  folder_.write("cache", "a file");
  std::vector<std::string> warnings;
  set_log_sink([&](LogLevel level, std::string_view message) {
    if (level == LogLevel::kWarning) warnings.emplace_back(message);
  });
  const PreparedData data = prepare();
  set_log_sink({});
  EXPECT_FALSE(data.from_cache);
  EXPECT_EQ(data.train.size(), 270);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("cannot be written"), std::string::npos) << warnings[0];
}

TEST_F(Cache, KnowsAFolderByNamesAndBytes) {
  config_.data.format = FoldersFormat{};
  config_.data.train = "texts";
  config_.data.test.reset();
  for (const char* name : {"a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"}) {
    folder_.write(std::string("texts/") + name, std::string("text of ") + name);
  }
  prepare();
  EXPECT_TRUE(prepare().from_cache);
  fs::rename(folder_ / "texts/a/2.txt", folder_ / "texts/a/3.txt");
  EXPECT_FALSE(prepare().from_cache);
  folder_.write("texts/b/1.txt", "other text");
  EXPECT_FALSE(prepare().from_cache);
}

}  // namespace
}  // namespace sequent
