#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "artifact/good_artifacts.h"
#include "core/files.h"
#include "damaged_json.h"
#include "sequent/artifact.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::error_of;
using testing::good_manifest;
using testing::slurp;
using testing::TemporaryFolder;

void expect_artifact_error(const std::optional<Error>& error, const std::string& named) {
  ASSERT_TRUE(error.has_value()) << "no error; expected one that says " << named;
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find(named), std::string::npos) << error->what();
}

void expect_equal(const Manifest& a, const Manifest& b) {
  EXPECT_EQ(a.sequent_version, b.sequent_version);
  EXPECT_EQ(a.torch_version, b.torch_version);
  EXPECT_EQ(a.created, b.created);
  EXPECT_EQ(a.command_line, b.command_line);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.workers, b.workers);
  EXPECT_EQ(a.device, b.device);
  EXPECT_EQ(a.epochs, b.epochs);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.seconds, b.seconds);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.stopped_because, b.stopped_because);
  EXPECT_EQ(a.sources, b.sources);
  EXPECT_EQ(a.weights_checksum, b.weights_checksum);
  EXPECT_EQ(a.text_checksum, b.text_checksum);
  EXPECT_EQ(a.validation_report, b.validation_report);
  EXPECT_EQ(a.test_report, b.test_report);
}

TEST(Manifest, RoundTrip) {
  const TemporaryFolder folder;
  const RunFolder run{folder / "run"};
  Manifest manifest = good_manifest();
  write_manifest(run, manifest, Task());
  expect_equal(read_manifest(run, Task()), manifest);
  manifest.test_report.reset();
  manifest.sources.clear();
  write_manifest(run, manifest, Task());
  expect_equal(read_manifest(run, Task()), manifest);
}

TEST(Manifest, MayHaveABaseline) {
  const TemporaryFolder folder;
  const RunFolder run{folder.path()};
  Manifest manifest = good_manifest();
  write_manifest(run, manifest, Task());
  EXPECT_FALSE(Json::parse(slurp(run.manifest())).contains("baseline"));
  EXPECT_FALSE(read_manifest(run, Task()).baseline.has_value());
  for (const bool has_test : {false, true}) {
    manifest.baseline = {"n-gram baseline", testing::good_report(), std::nullopt};
    if (has_test) manifest.baseline->test_report = testing::good_report();
    write_manifest(run, manifest, Task());
    const Manifest found = read_manifest(run, Task());
    ASSERT_TRUE(found.baseline.has_value());
    EXPECT_EQ(found.baseline->name, "n-gram baseline");
    EXPECT_EQ(found.baseline->validation_report, testing::good_report());
    EXPECT_EQ(found.baseline->test_report.has_value(), has_test);
  }
}

TEST(Manifest, AReportIsCheckedBeforeItIsWritten) {
  const TemporaryFolder folder;
  Manifest manifest = good_manifest();
  manifest.validation_report = "{}";
  EXPECT_TRUE(error_of([&] { write_manifest({folder.path()}, manifest, Task()); }).has_value());
  EXPECT_FALSE(fs::exists(folder / "manifest.json"));
}

TEST(Manifest, ACommandLineMayHoldAnyBytes) {
  const TemporaryFolder folder;
  Manifest manifest = good_manifest();
  manifest.command_line = {"sequent", "caf\xe9.json"};
  write_manifest({folder.path()}, manifest, Task());
  EXPECT_EQ(read_manifest({folder.path()}, Task()).command_line[1], "caf\uFFFD.json");
}

TEST(Manifest, FoldersThatAreNoFinishedRunAreToldApart) {
  const TemporaryFolder folder;
  const auto message = [](const fs::path& root) {
    const auto error = error_of([&] { read_manifest({root}, Task()); });
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
    return std::string(error->what());
  };
  const std::string missing = folder / "missing";
  EXPECT_EQ(message(missing), missing +
                                  ": no such folder; create a run folder with sequent train CONFIG "
                                  "--out " +
                                  missing);
  const std::string file = folder.write("file", "x");
  EXPECT_EQ(
      message(file),
      file + ": is a file; expected a run folder, as created by sequent train CONFIG --out DIR");
  folder.write("other/notes.txt", "x");
  EXPECT_EQ(message(folder / "other"),
            (folder / "other").string() +
                ": is not a run folder: it has neither config.json nor manifest.json; create a run "
                "folder with sequent train CONFIG --out DIR");
  folder.write("started/config.json", "{}");
  const std::string started = folder / "started";
  EXPECT_EQ(message(started),
            started + ": is an unfinished run; resume it with sequent train CONFIG --out " +
                started + " --resume");
}

struct Damage {
  const char* pointer;      // the value to change
  const char* replacement;  // JSON; if empty, the value is removed
  const char* named;        // text that the message must contain
};

TEST(Manifest, EachKeyIsNeeded) {
  const TemporaryFolder folder;
  const RunFolder run{folder.path()};
  write_manifest(run, good_manifest(), Task());
  const Json good = Json::parse(slurp(run.manifest()));
  ASSERT_EQ(good.size(), 18U);
  for (const auto& entry : good.items()) {
    SCOPED_TRACE(entry.key());
    const std::string pointer = "/" + entry.key();
    folder.write("manifest.json", testing::damaged(good, pointer, ""));
    const auto error = error_of([&] { read_manifest(run, Task()); });
    expect_artifact_error(error, run.manifest().string() + ": " + pointer + ": missing; the run");
    // No key accepts a value of either type.
    for (const char* wrong : {"true", "-2.5"}) {
      if (entry.key() == "seconds" && wrong == std::string("-2.5")) continue;
      folder.write("manifest.json", testing::damaged(good, pointer, wrong));
      expect_artifact_error(error_of([&] { read_manifest(run, Task()); }),
                            pointer + ": found " + wrong);
    }
  }
}

TEST(Manifest, DamageIsNamed) {
  const TemporaryFolder folder;
  const RunFolder run{folder.path()};
  write_manifest(run, good_manifest(), Task());
  const Json good = Json::parse(slurp(run.manifest()));
  const std::vector<Damage> damages{
      {"/format_version", "2",
       "was made by a later version of Sequent (format 2, this program reads up to 1)"},
      {"/format_version", "0", "/format_version: found 0; expected at least 1"},
      {"/format_version", "\"1\"", "/format_version: found \"1\"; expected an integer"},
      {"/seed", "-1", "/seed: found -1"},
      {"/steps", "1.5", "/steps: found 1.5"},
      {"/command_line/1", "3", "/command_line/1: found 3; expected a string"},
      {"/sources", "{}", "/sources: found an object; expected an array"},
      {"/sources/1", "[]", "/sources/1: found an array; expected an object"},
      {"/sources/1/rows", "", "/sources/1/rows: missing"},
      {"/sources/0/checksum", "null", "/sources/0/checksum: found null; expected a string"},
      {"/validation/loss", "", "/validation/loss: missing"},
      {"/validation/confusion_matrix/rows/0", "", "/validation/confusion_matrix/rows"},
      {"/validation", "null", "/validation: found null; expected an object"},
      {"/test/per_class/0/label", "1", "/test/per_class/0/label: found 1"},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(std::string(damage.pointer) + " = " + damage.replacement);
    folder.write("manifest.json", testing::damaged(good, damage.pointer, damage.replacement));
    const auto error = error_of([&] { read_manifest(run, Task()); });
    expect_artifact_error(error, damage.named);
    expect_artifact_error(error, run.manifest().string());
  }
}

TEST(Manifest, ATruncatedFileIsDamagedAtEveryLength) {
  const TemporaryFolder folder;
  const RunFolder run{folder.path()};
  write_manifest(run, good_manifest(), Task());
  const std::string good = slurp(run.manifest());
  const std::size_t content = good.find_last_not_of('\n') + 1;
  for (std::size_t length = 0; length < content; length += length < 20 ? 1 : 37) {
    folder.write("manifest.json", good.substr(0, length));
    expect_artifact_error(error_of([&] { read_manifest(run, Task()); }),
                          "damaged: invalid JSON at byte");
  }
  folder.write("manifest.json", good.substr(0, content - 1));
  expect_artifact_error(error_of([&] { read_manifest(run, Task()); }), "restore it from a copy");
}

TEST(Manifest, AFolderThatCannotBeWrittenIsARuntimeError) {
  const TemporaryFolder folder;
  // A file in place of the run folder also stops root.
  const std::string file = folder.write("file", "x");
  const auto error =
      error_of([&] { write_manifest({fs::path(file) / "run"}, good_manifest(), Task()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
  EXPECT_NE(std::string(error->what()).find("cannot be written"), std::string::npos);

  if (::geteuid() == 0) GTEST_SKIP() << "root may write into read-only folders";
  const fs::path closed = folder / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  const auto denied = error_of([&] { write_manifest({closed}, good_manifest(), Task()); });
  fs::permissions(closed, fs::perms::owner_all);
  ASSERT_TRUE(denied.has_value());
  EXPECT_EQ(denied->kind(), ErrorKind::kRuntime);
}

/// A file system of 64 KiB that is unmounted by the destructor.
class TinyDisk {
 public:
  explicit TinyDisk(const fs::path& place) : place_(place.string()) {
    fs::create_directory(place);
    mounted_ = ::mount("tmpfs", place_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (mounted_) ::umount(place_.c_str());
  }
  bool mounted() const { return mounted_; }

 private:
  std::string place_;
  bool mounted_ = false;
};

TEST(Manifest, OnAFullDiskTheOldFileStays) {
  const TemporaryFolder folder;
  const TinyDisk disk(folder / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can only be mounted by root";
  const RunFolder run{folder / "disk"};
  write_manifest(run, good_manifest(), Task());
  const std::string before = slurp(run.manifest());

  Manifest large = good_manifest();
  large.command_line.assign(10000, "--set training.epochs=3");
  const auto error = error_of([&] { write_manifest(run, large, Task()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
  EXPECT_NE(std::string(error->what()).find("free some space"), std::string::npos) << error->what();
  EXPECT_EQ(slurp(run.manifest()), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(run.root), fs::directory_iterator()), 1)
      << "the temporary file was left behind";
}

TEST(Manifest, AFullDeviceIsNamed) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is not there";
  const auto error = error_of([&] { write_file_whole("/dev/full", "content"); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
  EXPECT_NE(std::string(error->what()).find("free some space"), std::string::npos) << error->what();
  EXPECT_TRUE(fs::is_character_file("/dev/full")) << "the device was replaced by a file";
}

}  // namespace
}  // namespace sequent
