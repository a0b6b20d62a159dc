#include "core/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <new>
#include <thread>

#include "core/folder_lock.h"
#include "core/nearest.h"
#include "core/other_names.h"
#include "core/temporary_file.h"
#include "core/thread_pool.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

TEST(Files, AreWrittenWholeAndMakeTheirFolders) {
  const TemporaryFolder folder;
  const auto path = folder / "a/b/file.txt";
  write_file_whole(path, "one");
  write_file_whole(path, "two");
  EXPECT_EQ(slurp(path), "two");
  EXPECT_EQ(read_file(path), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

TEST(Files, AFailedWriteLeavesTheOldFile) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  write_file_whole(path, "old");
  const auto error = error_of([&] {
    write_file_whole(path, [](const std::filesystem::path& temporary) {
      std::ofstream(temporary) << "half";
      throw Error(ErrorKind::kRuntime, "disk", "full");
    });
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(slurp(path), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, KeepsModeAndLinks) {
  const TemporaryFolder folder;
  const auto file = folder / "data/file.txt";
  write_file_whole(file, "one");
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  fs::create_symlink("data/file.txt", folder / "link.txt");
  write_file_whole(folder / "link.txt", "two");
  EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
  EXPECT_EQ(slurp(file), "two");
  EXPECT_EQ(static_cast<int>(fs::status(file).permissions()), 0640);
  fs::create_symlink("data/later.txt", folder / "dangling.txt");
  write_file_whole(folder / "dangling.txt", "three");
  EXPECT_EQ(slurp(folder / "data/later.txt"), "three");
  fs::create_symlink("loop.txt", folder / "loop.txt");
  EXPECT_TRUE(error_of([&] { write_file_whole(folder / "loop.txt", ""); }));
}

TEST(Files, NewFilesHaveTheModeOfTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_file_whole(folder / "file.txt", "one");
  ::umask(before);
  EXPECT_EQ(static_cast<int>(fs::status(folder / "file.txt").permissions()), 0640);
}

TEST(Files, FilesOfKilledProgramsAreRemovedAndOthersStay) {
  const TemporaryFolder folder;
  const fs::path target = folder / "file.txt";
  folder.write("file.txt.tmp-0123456789abcdef", "left behind");
  folder.write("other.txt.tmp-0123456789abcdef", "of another target");
  folder.write("file.txt.tmp-notes", "a user's file");
  const TemporaryFile other_writer(target);
  write_file_whole(target, "one");
  EXPECT_FALSE(fs::exists(folder / "file.txt.tmp-0123456789abcdef"));
  EXPECT_TRUE(fs::exists(folder / "other.txt.tmp-0123456789abcdef"));
  EXPECT_TRUE(fs::exists(folder / "file.txt.tmp-notes"));
  EXPECT_TRUE(fs::exists(other_writer.path())) << "its writer is alive";
  remove_own_temporary_files();
  EXPECT_FALSE(fs::exists(other_writer.path()));
  EXPECT_EQ(slurp(target), "one");
}

TEST(Files, LongNamesCanBeReplaced) {
  const TemporaryFolder folder;
  const fs::path target = folder / std::string(250, 'x');
  write_file_whole(target, "one");
  write_file_whole(target, "two");
  EXPECT_EQ(slurp(target), "two");
}

TEST(FolderLock, AllowsOneAtATimeAndNamesIt) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder / "run");
    const auto error = error_of([&] { const FolderLock second(folder / "run"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
    EXPECT_NE(std::string(error->what()).find("process " + std::to_string(::getpid()) + " on "),
              std::string::npos)
        << error->what();
  }
  EXPECT_FALSE(fs::exists(folder / "run")) << "the empty folder stays behind";
  folder.write("run/lock", "process 1 on a machine that was switched off");
  { const FolderLock lock(folder / "run"); }
  EXPECT_TRUE(fs::exists(folder / "run")) << "only the lock made a folder that it may remove";
  EXPECT_FALSE(fs::exists(folder / "run/lock"));
}

TEST(Files, MissingFilesAreSaid) {
  const auto error = error_of([] { read_file("/nowhere/file"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_STREQ(error->what(), "/nowhere/file: no such file");
}

// The check value of CRC-64/XZ for "123456789", from the catalogue of parametrised CRC algorithms.
TEST(Files, ChecksumIsCrc64) { EXPECT_EQ(checksum("123456789"), "995dc9bbdf1939fa"); }

TEST(OtherNames, AreTranslated) {
  const std::vector<std::string> layer{"units", "output_dim", "rate"};
  EXPECT_EQ(suggest_name("hidden_size", layer), "; Sequent calls it \"units\"");
  EXPECT_EQ(suggest_name("unitz", layer), "; did you mean \"units\"?");
  EXPECT_EQ(suggest_name("SimpleRNN", {"lstm", "rnn"}), "; Sequent calls it \"rnn\"");
  EXPECT_NE(suggest_name("lr", {"epochs", "l1"}).find("\"learning_rate\": 0.001"),
            std::string::npos);
  EXPECT_EQ(suggest_name("lr", {"learning_rate", "l1"}), "; Sequent calls it \"learning_rate\"");
  EXPECT_EQ(suggest_name("nothing like it", layer), "");
}

TEST(Nearest, FindsMisspeltNames) {
  const std::vector<std::string> names = {"units", "dropout", "return_sequences"};
  EXPECT_EQ(nearest_name("unit", names), "units");
  EXPECT_EQ(nearest_name("untis", names), "units");
  EXPECT_EQ(nearest_name("returnSequences", names), "return_sequences");
  EXPECT_EQ(nearest_name("bananas", names), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

// A call with one task does not wait for all tasks of an earlier call.
TEST(ThreadPool, CallersTakeTurns) {
  constexpr std::size_t kMany = 20000;
  ThreadPool pool(1);
  std::atomic<bool> other_ran{false};
  std::atomic<std::size_t> ran_before{0};
  std::thread other;
  pool.run(kMany, [&](std::size_t number) {
    if (number == 0) {
      other = std::thread([&] { pool.run(1, [&](std::size_t) { other_ran = true; }); });
    }
    if (other_ran) return;
    ran_before = number;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // waits up to 20 s in total
  });
  other.join();
  EXPECT_TRUE(other_ran);
  EXPECT_LT(ran_before, kMany - 1);
}

TEST(ThreadPool, RunsEveryTaskOnceAndGivesTheFirstError) {
  ThreadPool pool(3);
  std::vector<int> counts(100, 0);
  pool.run(counts.size(), [&](std::size_t i) { ++counts[i]; });
  EXPECT_EQ(counts, std::vector<int>(100, 1));
  const auto error = error_of([&] {
    pool.run(10, [](std::size_t i) {
      if (i >= 4) throw Error(ErrorKind::kInternal, std::to_string(i), "thrown");
    });
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->issues()[0].where, "4");
}

TEST(ThreadPool, AFailureOfTheStartOfAThreadReachesTheCaller) {
  ThreadPool pool(2, [] { throw std::bad_alloc(); });
  EXPECT_THROW(pool.run(3, [](std::size_t) {}), std::bad_alloc);
}

}  // namespace
}  // namespace sequent
