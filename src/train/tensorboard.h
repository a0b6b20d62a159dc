// Writes the epochs of a run as event files that TensorBoard shows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// An event file holds records (length, masked CRC-32C of the length, data, masked CRC-32C of the
/// data), and each record is an Event message of TensorFlow: the values of an epoch, with the
/// epoch as its step. Values are named "train/loss", "train/learning_rate",
/// "train/tokens_per_second" and "validation/METRIC".
class TensorBoardLog {
 public:
  /// `folder` is named for the run, and `run` is its output folder, which tells its files from
  /// those of other runs of the same name. Errors: Runtime if it cannot be made.
  TensorBoardLog(std::filesystem::path folder, const std::filesystem::path& run);

  /// Replaces the run's event file by one with these lines of metrics.jsonl. Epochs keep the times
  /// of the earlier file, so that a continued run has ascending times.
  /// Errors: Runtime if it cannot be written.
  void restore(const std::vector<std::string>& lines);

  /// Adds one line. A failure is a warning: it does not end the training.
  void add(const std::string& line);

 private:
  std::filesystem::path folder_;
  std::string suffix_;  // of the names of the run's files
  std::filesystem::path file_;
  double last_time_ = 0;  // of the last epoch, in seconds since 1970
  bool has_warned_ = false;
};

/// CRC-32C (Castagnoli) of bytes.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace sequent
