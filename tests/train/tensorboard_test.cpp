#include "train/tensorboard.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <map>

#include "core/files.h"
#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

/// Reads event files as TensorBoard does.
class EventReader {
 public:
  explicit EventReader(std::string bytes) : bytes_(std::move(bytes)) {}

  /// The next event's data; checks both checksums.
  bool next(std::string& event) {
    if (at_ == bytes_.size()) return false;
    const std::string length = take(8);
    EXPECT_EQ(number(take(4)), masked(length));
    event = take(number(length));
    EXPECT_EQ(number(take(4)), masked(event));
    return true;
  }

  static std::uint64_t number(const std::string& bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      value = value << 8U | static_cast<unsigned char>(bytes[i]);
    }
    return value;
  }

 private:
  std::string take(std::size_t count) {
    EXPECT_LE(at_ + count, bytes_.size());
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  static std::uint64_t masked(const std::string& bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return static_cast<std::uint32_t>((crc >> 15U | crc << 17U) + 0xa282ead8U);
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

/// The value of a field of an event, after its tag, in a file of one value for each tag.
float value_of(const std::string& event, const std::string& tag) {
  const std::size_t at = event.find(tag);
  EXPECT_NE(at, std::string::npos) << tag;
  const std::string bytes = event.substr(at + tag.size() + 1, 4);  // after the key of the value
  return std::bit_cast<float>(static_cast<std::uint32_t>(EventReader::number(bytes)));
}

/// The time of an event, in seconds since 1970.
double time_of(const std::string& event) {
  return std::bit_cast<double>(EventReader::number(event.substr(1, 8)));
}

std::vector<std::string> events_in(const fs::path& folder) {
  std::vector<std::string> events;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    ++files;
    EventReader reader(read_file(entry.path()));
    for (std::string event; reader.next(event);) events.push_back(event);
  }
  EXPECT_EQ(files, 1);
  return events;
}

TEST(TensorBoard, ChecksumIsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);            // the check value of CRC-32C
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);  // RFC 3720, B.4
}

TEST(TensorBoard, ShowsTheEpochsOfARunAndOfItsContinuation) {
  const testing::TemporaryFolder folder;
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 20; ++row) rows += row % 2 == 0 ? "good film\tx\n" : "bad film\ty\n";
  folder.write("train.tsv", rows);
  Config config = parse_config(R"({"version": 1, "data": {"train": "train.tsv"},
    "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                         {"type": "dense", "activation": "softmax"}]},
    "training": {"epochs": 3, "batch_size": 8},
    "runtime": {"device": "cpu", "workers": 1, "tensorboard": "tb"}})",
                               "c.json");
  config.base_directory = folder.path();
  TrainOptions options;
  options.out = folder / "runs/first";
  Hooks hooks;
  hooks.stop_requested = [left = 4]() mutable { return --left <= 0; };  // in the second epoch
  EXPECT_FALSE(train(config, options, hooks).finished);
  const std::vector<std::string> before = events_in(folder / "tb/first");
  ASSERT_EQ(before.size(), 2U);
  options.existing = ExistingRun::kResume;
  const TrainReport report = train(config, options);
  const std::vector<std::string> events = events_in(folder / "tb/first");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_NE(events[0].find("brain.Event:2"), std::string::npos);
  for (std::size_t epoch = 1; epoch < events.size(); ++epoch) {
    EXPECT_EQ(events[epoch][9], '\x10');  // the key of the step
    EXPECT_EQ(events[epoch][10], static_cast<char>(epoch));
    EXPECT_NEAR(value_of(events[epoch], "train/learning_rate"), 0.001, 1e-9);
  }
  EXPECT_EQ(time_of(events[1]), time_of(before[1])) << "an epoch keeps its time";
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_LE(time_of(events[i - 1]), time_of(events[i])) << i;
  }
  const auto best = static_cast<std::size_t>(report.manifest.best_epoch);
  EXPECT_NEAR(value_of(events[best], "validation/accuracy"),
              report.validation.value("accuracy").value_or(-1), 1e-6);
}

TEST(TensorBoard, EstimatesTheTimesOfALostFile) {
  const testing::TemporaryFolder folder;
  TensorBoardLog log(folder / "tb", "run");
  const auto line = [](int epoch) {
    std::string text = R"({"event": "epoch", "epoch": )";
    text += std::to_string(epoch);
    text += R"(, "loss": 0.5, "seconds": 100})";
    return text;
  };
  log.restore({line(1), line(2), line(3)});
  log.add(line(4));
  const std::vector<std::string> events = events_in(folder / "tb");
  ASSERT_EQ(events.size(), 5U);
  EXPECT_NEAR(time_of(events[1]) - time_of(events[0]), 100, 1e-3);
  EXPECT_NEAR(time_of(events[3]) - time_of(events[1]), 200, 1e-3);
  EXPECT_LE(time_of(events[3]), time_of(events[4]));
}

}  // namespace
}  // namespace sequent
