#include <gtest/gtest.h>

#include "artifact/good_artifacts.h"
#include "sequent/artifact.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::good_run_text;
using testing::slurp;
using testing::TemporaryFolder;

void expect_artifact_error(const std::optional<Error>& error, const std::string& named) {
  ASSERT_TRUE(error.has_value()) << "no error; expected one that says " << named;
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find(named), std::string::npos) << error->what();
}

TEST(RunText, RoundTrip) {
  const TemporaryFolder folder;
  RunText text = good_run_text();
  text.config.base_directory = folder.path();
  const RunFolder run{folder / "run"};
  write_run_text(run, text);
  const RunText read = read_run_text(run);
  EXPECT_EQ(read.vocabulary, text.vocabulary);
  EXPECT_EQ(read.labels, text.labels);
  EXPECT_EQ(read.config, move_config(text.config, run.root));
  EXPECT_TRUE(fs::equivalent(read.config.base_directory, run.root));
  EXPECT_EQ(slurp(run.vocabulary()), "<pad>\n<unk>\n<empty>\nthe\nfilm\n\u7535\u5f71\n");
  EXPECT_EQ(slurp(run.labels()), "negative\npositive\n");
}

TEST(RunText, NamesMayHoldLineEnds) {
  const TemporaryFolder folder;
  RunText text = good_run_text();
  text.config.base_directory = folder.path();
  text.vocabulary = Vocabulary({"a\nb", "a\\nb", "\r", "\\", "\\\\", "tab\tspace "});
  text.labels = LabelSet({"first\r\nsecond", "one \\ two"});
  const RunFolder run{folder / "run"};
  write_run_text(run, text);
  const RunText read = read_run_text(run);
  EXPECT_EQ(read.vocabulary, text.vocabulary);
  EXPECT_EQ(read.labels, text.labels);
}

TEST(RunText, RelativeDataPathsLeadToTheSameFiles) {
  const TemporaryFolder folder;
  const std::string train = folder.write("project/data/train.tsv", "train");
  const std::string dev = folder.write("shared/dev.tsv", "dev");
  const std::string test = folder.write("elsewhere/test.tsv", "test");
  RunText text = good_run_text();
  text.config.base_directory = folder / "project";
  text.config.data.validation = "../shared/dev.tsv";
  text.config.data.test = test;  // absolute

  const RunFolder run{folder / "runs/today/one"};
  write_run_text(run, text);
  const Config read = read_run_text(run).config;
  EXPECT_EQ(read.data.train, "../../../project/data/train.tsv");
  EXPECT_EQ(std::get<std::string>(read.data.validation), "../../../shared/dev.tsv");
  EXPECT_EQ(read.data.test, HeldOutSource(test));
  EXPECT_TRUE(fs::equivalent(read.resolve_path(read.data.train), train));
  EXPECT_TRUE(fs::equivalent(read.resolve_path(std::get<std::string>(read.data.validation)), dev));
  EXPECT_TRUE(fs::equivalent(read.resolve_path(std::get<std::string>(*read.data.test)), test));
}

TEST(RunText, PathsSurviveASecondMove) {
  const TemporaryFolder folder;
  folder.write("project/data/train.tsv", "train");
  Config config = good_run_text().config;
  config.base_directory = folder / "project";
  const Config once = move_config(config, folder / "a/b");
  EXPECT_EQ(once.data.train, "../../project/data/train.tsv");
  EXPECT_EQ(move_config(once, folder / "project").data, config.data);
}

TEST(RunText, AFolderBehindALinkKeepsItsPaths) {
  const TemporaryFolder folder;
  folder.write("project/data/train.tsv", "train");
  fs::create_directories(folder / "disk/deep/runs");
  fs::create_directory_symlink(folder / "disk/deep/runs", folder / "project/runs");
  RunText text = good_run_text();
  text.config.base_directory = folder / "project";
  const RunFolder run{folder / "project/runs/one"};
  write_run_text(run, text);
  const Config read = read_run_text(run).config;
  EXPECT_TRUE(fs::exists(read.resolve_path(read.data.train))) << read.data.train;
}

TEST(RunText, HeldOutValidationIsNoPath) {
  const TemporaryFolder folder;
  RunText text = good_run_text();
  text.config.data.validation = HeldOut{.fraction = 0.2, .seed = 3};
  text.config.data.test.reset();
  write_run_text({folder.path()}, text);
  const Config read = read_run_text({folder.path()}).config;
  EXPECT_EQ(read.data.validation, text.config.data.validation);
  EXPECT_FALSE(read.data.test.has_value());
}

struct Damage {
  const char* file;
  const char* content;
  const char* named;
};

TEST(RunText, DamageIsNamed) {
  const std::vector<Damage> damages{
      {"vocabulary.txt", "", "vocabulary.txt: entry 1: missing; expected \"<pad>\""},
      {"vocabulary.txt", "<pad>\n<unk>\nthe\n", "entry 3: found \"the\"; expected \"<empty>\""},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\nthe", "vocabulary.txt:4: is cut off"},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\n\nthe\n", "entry 4 is empty"},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\na\\t\n", "vocabulary.txt:4: found a backslash"},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\na\\\n", "vocabulary.txt:4: found a backslash"},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\n\xff\n", "entry 4 is not UTF-8"},
      {"vocabulary.txt", "<pad>\n<unk>\n<empty>\nthe\nthe\n", "the run folder is damaged"},
      {"labels.txt", "", "labels.txt"},
      {"labels.txt", "one\n", "labels.txt"},
      {"labels.txt", "a\na\n", "labels.txt"},
      {"labels.txt", "b\na\n", "not in byte order"},
      {"config.json", "", "config.json"},
      {"config.json", "{\"version\": 1}", "config.json"},
      {"config.json", "{\"version\": 2}", "config.json"},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(std::string(damage.file) + ": " + damage.content);
    const TemporaryFolder folder;
    write_run_text({folder.path()}, good_run_text());
    folder.write(damage.file, damage.content);
    expect_artifact_error(error_of([&] { read_run_text({folder.path()}); }), damage.named);
  }
}

TEST(RunText, EachFileIsNeeded) {
  for (const char* file : {"config.json", "vocabulary.txt", "labels.txt"}) {
    const TemporaryFolder folder;
    write_run_text({folder.path()}, good_run_text());
    fs::remove(folder / file);
    const auto error = error_of([&] { read_run_text({folder.path()}); });
    expect_artifact_error(error, (folder / file).string());
    expect_artifact_error(error, "no such file");
  }
}

}  // namespace
}  // namespace sequent
