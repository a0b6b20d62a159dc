// Weights of rows, and texts of several columns.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "data_support.h"
#include "sequent/data.h"

namespace sequent {
namespace {

class Weights : public ::testing::Test {
 protected:
  Weights() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.tsv";
    config_.data.validation = "dev.tsv";
    TsvFormat format;
    format.weight = "w";
    config_.data.format = format;
    folder_.write("dev.tsv", "text\tlabel\na\tx\n");
  }

  std::string fault(const std::string& rows) {
    folder_.write("train.tsv", rows);
    const auto error = testing::error_of([&] { prepare_data(config_, {}); });
    return error ? error->what() : "";
  }

  testing::TemporaryFolder folder_;
  Config config_;
};

TEST_F(Weights, AreReadForTrainingOnlyAndCached) {
  folder_.write("train.tsv", "text\tlabel\tw\na\tx\t2\nb\ty\t0.5\nc\tx\t0\n");
  for (const char* from : {"file", "cache"}) {
    const PreparedData data = prepare_data(config_, folder_ / "cache");
    EXPECT_EQ(data.from_cache, std::string(from) == "cache");
    ASSERT_TRUE(data.train.has_weights());
    EXPECT_EQ(data.train.weight(0), 2.0F);
    EXPECT_EQ(data.train.weight(1), 0.5F);
    EXPECT_EQ(data.train.weight(2), 0.0F);
    EXPECT_FALSE(data.validation.has_weights());
    EncodedDataset some;
    some.add(data.train, 1);
    EXPECT_EQ(some.weight(0), 0.5F);
  }
}

TEST_F(Weights, AreSummedUpByTheCheckOfTheData) {
  folder_.write("train.tsv", "text\tlabel\tw\na\tx\t2\nb\ty\t0.5\nc\tx\t0\n");
  const std::string text = check_data(config_).text;
  const std::size_t at = text.find("weight: least, mean, most");
  ASSERT_NE(at, std::string::npos) << text;
  const std::string line = text.substr(at, text.find('\n', at) - at);
  EXPECT_NE(line.find("0, 0.833, 2"), std::string::npos) << line;
  EXPECT_EQ(line.back(), '-') << "validation rows have no weights: " << line;
  config_.data.format = TsvFormat{};
  EXPECT_EQ(check_data(config_).text.find("weight:"), std::string::npos);
}

TEST_F(Weights, OfObjectsAreKeys) {
  JsonlFormat format;
  format.weight = "/meta/w";
  config_.data.format = format;
  config_.data.validation = HeldOut{0.5, 1};
  std::string rows;
  for (int row = 0; row < 8; ++row) {
    rows += R"({"text":"a","label":")" + std::string(row % 2 == 0 ? "x" : "y") +
            R"(","meta":{"w":3}})" + "\n";
  }
  folder_.write("train.tsv", rows);
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(data.train.weight(0), 3.0F);
  EXPECT_NE(fault(R"({"text":"a","label":"x","meta":{"w":"heavy"}})")
                .find("found the weight \"heavy\" at \"/meta/w\"; expected a number of at least 0"),
            std::string::npos);
}

TEST_F(Weights, OutOfRangeAreErrors) {
  EXPECT_NE(fault("text\tlabel\tw\na\tx\t-1\nb\ty\tnan\n")
                .find("train.tsv:2: found the weight \"-1\" at \"w\"; expected a number of at "
                      "least 0"),
            std::string::npos)
      << fault("text\tlabel\tw\na\tx\t-1\nb\ty\tnan\n");
  EXPECT_NE(fault("text\tlabel\tw\na\tx\t0\nb\ty\t0\n").find("weights of all training rows are 0"),
            std::string::npos);
  EXPECT_NE(fault("text\tlabel\na\tx\nb\ty\n").find("w"), std::string::npos);
}

TEST(TextColumns, AreReadAsOneText) {
  const testing::TemporaryFolder folder;
  CsvFormat format;
  format.text = std::vector<Column>{std::string("subject"), std::string("body")};
  const std::string path =
      folder.write("a.csv", "body,label,subject\nsee below,x,hello\n,y,nothing\n");
  const auto records = testing::read_all(*open_records(path, format));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].text, "hello \u241f see below");
  EXPECT_EQ(records[1].text, "nothing \u241f ");
  EXPECT_EQ(join_texts({"hello", "see below"}), records[0].text);
  EXPECT_EQ(join_texts({"a\u241fb", "c"}), "a b \u241f c");
  for (const TokenizerSpec& spec :
       {TokenizerSpec(WordsTokenizer{}), TokenizerSpec(CharactersTokenizer{}),
        TokenizerSpec(WhitespaceTokenizer{})}) {
    std::vector<std::string> tokens;
    Tokenizer(spec).for_each_token("a \u241f b",
                                   [&](std::string_view token) { tokens.emplace_back(token); });
    EXPECT_EQ(tokens, (std::vector<std::string>{"a", "\u241f", "b"}));
  }
}

TEST(TextColumns, AreChecked) {
  const auto fault = [](const std::string& text, const std::string& more = "") {
    const auto error = testing::error_of([&] {
      parse_config(R"({"version": 1, "data": {"train": "t", "format": {"type": "csv", "text": )" +
                       text + more + R"(}}, "model": {"layers": [
                       {"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                       {"type": "dense", "activation": "softmax"}]}})",
                   "c");
    });
    return std::string(error ? error->what() : "");
  };
  EXPECT_EQ(fault(R"(["a", 1])"), "");
  EXPECT_NE(fault("[]").find("found an empty list"), std::string::npos);
  EXPECT_NE(fault(R"(["a", "a"])").find("names a column twice"), std::string::npos);
  EXPECT_NE(fault(R"(["a", "label"])").find("/data/format/label: is also the column of the text"),
            std::string::npos);
}

TEST(TrainingOptions, AreRefusedWhereTheyHaveNoMeaning) {
  const auto fault = [](const std::string& training, const std::string& format = "") {
    const auto error = testing::error_of([&] {
      parse_config(R"({"version": 1, "data": {"train": "t", "format": {"type": "tsv")" + format +
                       R"(}}, "training": {)" + training + R"(}, "model": {"layers": [
                       {"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                       {"type": "dense", "activation": "softmax"}]}})",
                   "c");
    });
    return std::string(error ? error->what() : "");
  };
  EXPECT_EQ(fault(R"("sampling": "balanced", "focal_gamma": 2)"), "");
  EXPECT_NE(
      fault(R"("sampling": "balanced", "batch_size": {"tokens": 100})").find("/training/sampling"),
      std::string::npos);
  EXPECT_NE(fault(R"("focal_gamma": 2, "label_smoothing": 0.1)").find("/training/focal_gamma"),
            std::string::npos);
  EXPECT_NE(fault("", R"(, "weight": "label")").find("/data/format/weight"), std::string::npos);
}

}  // namespace
}  // namespace sequent
