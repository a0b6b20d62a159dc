#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data_support.h"

namespace sequent {
namespace {

EncoderSpec spec_of(const InputSpec& input) {
  EncoderSpec spec;
  spec.input = input;
  return spec;
}

using testing::error_of;
using testing::TemporaryFolder;
using Ids = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

Ids ids(const EncodedDataset& dataset, std::int64_t row) {
  const auto view = dataset.ids(row);
  return {view.begin(), view.end()};
}

class Prepare : public ::testing::Test {
 protected:
  Prepare() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.tsv";
    config_.data.validation = "dev.tsv";
  }
  TextInput& input() { return std::get<TextInput>(config_.input); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  PreparedData prepare(int threads = 2) const { return prepare_data(config_, {}, threads); }
  Error failure() const {
    const auto error = error_of([&] { prepare(); });
    return error ? *error : Error(ErrorKind::kInternal, "", "no error");
  }

  TemporaryFolder folder_;
  Config config_;
};

TEST_F(Prepare, NumbersByTheTrainingSplit) {
  folder_.write("train.tsv",
                "text\tlabel\nA good good film\tpos\na bad film\tneg\n\tneg\ngood a\tpos\n");
  folder_.write("dev.tsv", "text\tlabel\na poor film\tneg\n \tpos\n");
  folder_.write("test.tsv", "text\tlabel\nGOOD\tpos\n");
  config_.data.test = "test.tsv";
  const PreparedData data = prepare();
  // Counts: a 3, good 3, film 2, bad 1. Equal counts are ordered by bytes.
  EXPECT_EQ(data.vocabulary.tokens(),
            (Names{"<pad>", "<unk>", "<empty>", "a", "good", "film", "bad"}));
  EXPECT_EQ(data.labels.names(), (Names{"neg", "pos"}));
  ASSERT_EQ(data.train.size(), 4);
  EXPECT_EQ(ids(data.train, 0), (Ids{3, 4, 4, 5}));
  EXPECT_EQ(ids(data.train, 1), (Ids{3, 6, 5}));
  EXPECT_EQ(ids(data.train, 2), (Ids{2}));
  EXPECT_EQ(data.train.labels(), (Ids{1, 0, 0, 1}));
  ASSERT_EQ(data.validation.size(), 2);
  EXPECT_EQ(ids(data.validation, 0), (Ids{3, 1, 5}));
  EXPECT_EQ(ids(data.validation, 1), (Ids{2}));
  ASSERT_TRUE(data.test.has_value());
  EXPECT_EQ(ids(*data.test, 0), (Ids{4}));
  ASSERT_EQ(data.sources.size(), 3U);
  EXPECT_EQ(data.sources[0].role, "train");
  EXPECT_EQ(data.sources[0].path, "train.tsv");
  EXPECT_EQ(data.sources[0].rows, 4);
  EXPECT_EQ(data.sources[2].role, "test");
  EXPECT_EQ(data.sources[2].rows, 1);
  EXPECT_FALSE(data.from_cache);
}

std::vector<std::string> words_of(const PreparedData& data, const EncodedDataset& split,
                                  std::int64_t row) {
  std::vector<std::string> words;
  const InputRow input = split.row(row);
  for (const std::int32_t id : input.ids) {
    words.push_back(id < 0 ? "*" + input.words[static_cast<std::size_t>(-id) - 1]
                           : data.vocabulary.token(id));
  }
  return words;
}

TEST_F(Prepare, KeepsTheSpellingOfUnknownWordsForWhoReadsIt) {
  folder_.write("train.tsv", "text\tlabel\na a rare film\tpos\na once film\tneg\na rare a\tpos\n");
  folder_.write("dev.tsv", "text\tlabel\nonce more a\tneg\nmore\tpos\n");
  input().vocabulary.min_count = 2;
  EXPECT_EQ(words_of(prepare(), prepare().train, 1), (Names{"a", "<unk>", "film"}));
  EmbeddingSpec embedding;
  embedding.concat.emplace_back(CharactersSpec{});
  config_.model.layers = {embedding};
  for (const int threads : {1, 3}) {
    const PreparedData data = prepare(threads);
    EXPECT_EQ(words_of(data, data.train, 0), (Names{"a", "a", "rare", "film"}));
    EXPECT_EQ(words_of(data, data.train, 1), (Names{"a", "*once", "film"}));
    EXPECT_EQ(words_of(data, data.validation, 0), (Names{"*once", "*more", "a"}));
    EXPECT_EQ(words_of(data, data.validation, 1), (Names{"*more"}));
    EncodedDataset some;
    some.add(data.validation, 1);
    some.add(data.validation, 0);
    EXPECT_EQ(words_of(data, some, 1), (Names{"*once", "*more", "a"}));
  }
}

TEST_F(Prepare, KeepsHeldOutRowsOutOfTheVocabulary) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 20; ++row) {
    rows += "both w" + std::to_string(row) + (row % 2 == 0 ? "\ta\n" : "\tb\n");
  }
  folder_.write("train.tsv", rows);
  config_.data.validation = HeldOut{0.3, 1};
  const PreparedData data = prepare();
  EXPECT_EQ(data.train.size(), 14);
  EXPECT_EQ(data.validation.size(), 6);
  EXPECT_EQ(data.vocabulary.size(), 3 + 1 + 14);
  for (std::int64_t row = 0; row < data.validation.size(); ++row) {
    EXPECT_EQ(ids(data.validation, row), (Ids{3, Vocabulary::kUnknown}));
  }
  ASSERT_EQ(data.sources.size(), 1U);
  EXPECT_EQ(data.sources[0].rows, 20);
}

TEST_F(Prepare, CutsAndFillsAsTheEncoderDoes) {
  folder_.write("train.tsv", "text\tlabel\na b c d\tx\nb c d\ty\n\ty\n");
  folder_.write("dev.tsv", "text\tlabel\na b c d\tx\nb c d\ty\n\ty\n");
  for (const Side truncating : {Side::kPre, Side::kPost}) {
    for (const std::optional<Side> padding :
         {std::optional<Side>(), std::optional(Side::kPre), std::optional(Side::kPost)}) {
      input().max_length = 3;
      input().truncating = truncating;
      input().padding = padding;
      const PreparedData data = prepare();
      EXPECT_EQ(data.train, data.validation);
      // Tokens that are always truncated have no id.
      const bool knows_a = data.vocabulary.id("a") != Vocabulary::kUnknown;
      EXPECT_EQ(knows_a, truncating == Side::kPost);
      EXPECT_EQ(data.train.length(2), padding ? 3 : 1);
      EXPECT_EQ(encode_file(path("train.tsv"), TsvFormat{}, spec_of(input()), data.vocabulary,
                            data.labels),
                data.train);
    }
  }
}

TEST_F(Prepare, DoesNotDependOnTheThreads) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 5000; ++row) {
    rows += "w" + std::to_string(row * row % 997) + " Straße 北京 w" + std::to_string(row % 31) +
            "\tlabel" + std::to_string(row * 7 % 5) + "\n";
  }
  folder_.write("train.tsv", rows);
  config_.data.validation = HeldOut{0.2, 4};
  const PreparedData one = prepare(1);
  EXPECT_EQ(one.labels.size(), 5);
  for (const int threads : {2, 3, 8}) {
    const PreparedData many = prepare(threads);
    EXPECT_EQ(many.train, one.train);
    EXPECT_EQ(many.validation, one.validation);
    EXPECT_EQ(many.vocabulary, one.vocabulary);
    EXPECT_EQ(many.labels, one.labels);
    EXPECT_EQ(many.sources, one.sources);
  }
}

TEST_F(Prepare, ReportsFaultsOfAllFilesAtOnce) {
  folder_.write("train.tsv", "text\tlabel\na\tpositive\nb\nc\tnegative\n");
  folder_.write("dev.tsv", "text\tlabel\na\tpositve\ncaf\xE9\tnegative\n");
  config_.data.test = "test.tsv";
  folder_.write("test.tsv", "text\tlabels\na\tpositive\n");
  const Error error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::kData);
  EXPECT_EQ(
      error.issues(),
      (std::vector<Issue>{
          {path("train.tsv") + ":3", "found 1 column; expected 2, as in the header"},
          {path("dev.tsv") + ":2",
           "found the label \"positve\", which is not in the training data; labels: negative, "
           "positive; did you mean \"positive\"?; set \"unseen_labels\" to \"wrong\" to count "
           "such rows as missed, or to \"skip\" to leave them out"},
          {path("dev.tsv") + ":3", "invalid UTF-8 at byte 4 (0xE9)" + testing::kEncodingCure},
          {path("test.tsv"),
           "no column \"label\"; columns: text, labels; did you mean \"labels\"?"}}));
}

TEST_F(Prepare, LeavesOutUnseenLabelsOnRequest) {
  folder_.write("train.tsv", "text\tlabel\na\tpositive\nb\tnegative\n");
  folder_.write("dev.tsv", "text\tlabel\na\tneutral\nb\tnegative\nc\tneutral\n");
  EXPECT_EQ(failure().issues().size(), 2U);
  config_.data.unseen_labels = UnseenLabels::kSkip;
  EXPECT_EQ(prepare().validation.size(), 1);
}

// The rows fill several blocks, each of which numbers its labels independently.
TEST_F(Prepare, NumbersUnseenLabelsInTheOrderOfTheirRows) {
  folder_.write("train.tsv", "text\tlabel\na\tpositive\nb\tnegative\n");
  std::string rows = "text\tlabel\n";
  constexpr int kRows = 5000;
  const auto name = [](int row) { return "new" + std::to_string(row * 7 % 13); };
  for (int row = 0; row < kRows; ++row) {
    rows += "a\t" + (row % 3 == 0 ? "negative" : name(row)) + "\n";
  }
  folder_.write("dev.tsv", rows);
  config_.data.unseen_labels = UnseenLabels::kWrong;
  const PreparedData data = prepare();
  ASSERT_EQ(data.validation.size(), kRows);
  const Names& names = data.validation.unseen().labels;
  EXPECT_EQ(names.size(), 13U);
  EXPECT_EQ(names.front(), name(1));
  for (int row = 0; row < kRows; ++row) {
    const std::int32_t label = data.validation.label(row);
    const std::string& found =
        label < 0 ? names.at(static_cast<std::size_t>(-label) - 1) : data.labels.name(label);
    ASSERT_EQ(found, row % 3 == 0 ? "negative" : name(row)) << row;
  }
  EXPECT_EQ(data.labels.size(), 2);
}

TEST_F(Prepare, ReportsTheFirstTwentyFaults) {
  std::string rows = "text\tlabel\na\tx\nb\ty\n";
  for (int row = 0; row < 3000; ++row) rows += "no label\n";
  folder_.write("train.tsv", rows);
  folder_.write("dev.tsv", "text\tlabel\na\tx\n");
  const Error error = failure();
  ASSERT_EQ(error.issues().size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(error.issues()[i].where, path("train.tsv") + ":" + std::to_string(i + 4));
  }
  EXPECT_EQ(error.issues()[20].message, "and 2980 more errors like these");
}

TEST_F(Prepare, RefusesDataThatCannotTrain) {
  struct Case {
    std::string train;
    std::string message;
  };
  for (const Case& c : {Case{"", ": no rows"}, Case{"text\tlabel\n", ": no rows"},
                        Case{"text\tlabel\na\tx\nb\tx\n",
                             ": found only the label \"x\" in all 2 rows; expected at least "
                             "two labels; check that \"label\" names the right column"}}) {
    folder_.write("train.tsv", c.train);
    folder_.write("dev.tsv", "text\tlabel\na\tx\n");
    EXPECT_EQ(failure().what(), path("train.tsv") + c.message);
  }
  folder_.write("train.tsv", "text\tlabel\na\tx\nb\ty\n");
  folder_.write("dev.tsv", "text\tlabel\n");
  EXPECT_EQ(failure().what(), path("dev.tsv") + ": no rows");
  config_.data.validation = HeldOut{};
  EXPECT_EQ(failure().what(),
            path("train.tsv") +
                ": found 2 rows, too few for a held-out part: each label needs two rows, "
                "or three if a test part is held out as well; expected more "
                "rows, or a file for \"validation\"");
}

TEST_F(Prepare, NamesAllMissingFiles) {
  EXPECT_EQ(failure().what(),
            path("train.tsv") + ": no such file\n" + path("dev.tsv") + ": no such file");
}

TEST_F(Prepare, ReportsARowFaultBeforeAnUnclosedQuote) {
  config_.data.format = CsvFormat{};
  folder_.write("train.tsv", "text,label\na,x\nb,y\nc\n\"open,x\n");
  folder_.write("dev.tsv", "text,label\na,x\n");
  const Error error = failure();
  ASSERT_EQ(error.issues().size(), 2U);
  EXPECT_EQ(error.issues()[0].where, path("train.tsv") + ":4");
  EXPECT_EQ(error.issues()[1].where, path("train.tsv") + ":5");
}

TEST_F(Prepare, EncodesOneFile) {
  const Vocabulary vocabulary({"good", "film"});
  const LabelSet labels({"neg", "pos"});
  const std::string file = folder_.write("a.tsv", "text\tlabel\ngood x\tpos\nfilm\tneg\n");
  const EncodedDataset rows = encode_file(file, TsvFormat{}, spec_of(input()), vocabulary, labels);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(ids(rows, 0), (Ids{3, 1}));
  EXPECT_EQ(rows.labels(), (Ids{1, 0}));
  const std::string unknown = folder_.write("b.tsv", "text\tlabel\ngood\tPOS\n");
  const auto error =
      error_of([&] { encode_file(unknown, TsvFormat{}, spec_of(input()), vocabulary, labels); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->issues()[0].where, unknown + ":2");
}

TEST_F(Prepare, ReadsClassFolders) {
  config_.data.format = FoldersFormat{};
  config_.data.train = "train";
  config_.data.validation = "dev";
  folder_.write("train/neg/1.txt", "bad");
  folder_.write("train/pos/1.txt", "good");
  folder_.write("dev/pos/1.txt", "good bad");
  const PreparedData data = prepare();
  EXPECT_EQ(data.train.labels(), (Ids{0, 1}));
  EXPECT_EQ(ids(data.validation, 0), (Ids{4, 3}));
}

TEST_F(Prepare, ReadsRealReviews) {
  const auto train = testing::real_data("sst2/train.tsv");
  const auto dev = testing::real_data("sst2/dev.tsv");
  if (!train || !dev) GTEST_SKIP() << "neither SEQUENT_TEST_DATA nor ../shared/data has sst2";
  config_.data.train = *train;
  config_.data.validation = *dev;
  const PreparedData data = prepare();
  EXPECT_EQ(data.train.size(), 6920);
  EXPECT_EQ(data.validation.size(), 872);
  EXPECT_EQ(data.labels.names(), (Names{"0", "1"}));
  EXPECT_EQ(data.vocabulary.token(3), ".");
}

}  // namespace
}  // namespace sequent
