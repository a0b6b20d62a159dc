#include "train/tensorboard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "core/files.h"
#include "report/epoch_records.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "events.out.tfevents.";

/// Appends the lowest bytes of a number, the lowest first.
void append_bytes(std::string& out, std::uint64_t number, int count) {
  for (int i = 0; i < count; ++i) out += static_cast<char>((number >> (8 * i)) & 0xFFU);
}

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80U; number >>= 7U) out += static_cast<char>((number & 0x7FU) | 0x80U);
  out += static_cast<char>(number);
}

/// The kinds of a protocol buffer's field.
enum class Wire : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_key(std::string& out, std::uint64_t field, Wire wire) {
  append_varint(out, field << 3U | static_cast<std::uint64_t>(wire));
}

void append_text(std::string& out, std::uint64_t field, std::string_view text) {
  append_key(out, field, Wire::kBytes);
  append_varint(out, text.size());
  out += text;
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string event_at(double time) {
  std::string event;
  append_key(event, 1, Wire::kFixed64);
  append_bytes(event, std::bit_cast<std::uint64_t>(time), 8);
  return event;
}

std::uint64_t masked_crc(std::string_view bytes) {
  constexpr std::uint32_t kMask = 0xa282ead8U;
  const std::uint32_t crc = crc32c(bytes);
  return static_cast<std::uint32_t>((crc >> 15U | crc << 17U) + kMask);
}

std::string record_of(const std::string& event) {
  std::string length;
  append_bytes(length, event.size(), 8);
  std::string record = length;
  append_bytes(record, masked_crc(length), 4);
  record += event;
  append_bytes(record, masked_crc(event), 4);
  return record;
}

/// The record of an epoch that ended at this time.
std::string record_of_epoch(const EpochRecord& epoch, double time) {
  std::string summary;
  const auto add = [&](const std::string& tag, double number) {
    std::string value;
    append_text(value, 1, tag);
    append_key(value, 2, Wire::kFixed32);
    append_bytes(value, std::bit_cast<std::uint32_t>(static_cast<float>(number)), 4);
    append_text(summary, 1, value);
  };
  if (epoch.loss) add("train/loss", *epoch.loss);
  if (epoch.learning_rate) add("train/learning_rate", *epoch.learning_rate);
  if (epoch.tokens_per_second) add("train/tokens_per_second", *epoch.tokens_per_second);
  for (const auto& [metric, value] : epoch.validation) add("validation/" + metric, value);
  std::string event = event_at(time);
  append_key(event, 2, Wire::kVarint);
  append_varint(event, static_cast<std::uint64_t>(epoch.epoch));
  append_text(event, 5, summary);
  return record_of(event);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = count; i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

/// Adds the times of the epochs in an event file of this class, by epoch, up to the first damaged
/// record.
void read_times(std::string_view file, std::map<std::int64_t, double>& times) {
  constexpr std::size_t kFrame = 16;  // length, its checksum and that of the event
  constexpr std::size_t kTime = 1;    // offsets in an event, after the key of the field
  constexpr std::size_t kStepKey = 9;
  while (file.size() > kFrame) {
    const std::uint64_t length = number_at(file, 0, 8);
    if (length > file.size() - kFrame || masked_crc(file.substr(0, 8)) != number_at(file, 8, 4)) {
      return;
    }
    const std::string_view event = file.substr(12, length);
    if (masked_crc(event) != number_at(file, 12 + length, 4)) return;
    file.remove_prefix(kFrame + length);
    constexpr char kVarintStep = 2 << 3;
    if (event.size() <= kStepKey || event[kStepKey] != kVarintStep) continue;
    std::uint64_t epoch = 0;
    unsigned shift = 0;
    for (std::size_t i = kStepKey + 1; i < event.size() && shift < 63; ++i, shift += 7) {
      epoch |= (static_cast<unsigned char>(event[i]) & 0x7FULL) << shift;
      if (static_cast<unsigned char>(event[i]) < 0x80U) break;
    }
    times[static_cast<std::int64_t>(epoch)] = std::bit_cast<double>(number_at(event, kTime, 8));
  }
}

/// Returns the time at which each epoch ended: that of the earlier event file, or else an estimate
/// from the duration of the epochs after it. The times ascend, and none is later than `now`.
std::vector<double> times_of(const std::vector<EpochRecord>& epochs,
                             const std::map<std::int64_t, double>& known, double now) {
  std::vector<double> times(epochs.size());
  double latest = now;
  for (std::size_t i = epochs.size(); i-- > 0;) {
    const auto found = known.find(epochs[i].epoch);
    times[i] = found == known.end() ? latest : std::min(found->second, latest);
    latest = times[i] - epochs[i].seconds.value_or(0);
  }
  return times;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    constexpr std::uint32_t kPolynomial = 0x82f63b78U;  // reversed
    std::array<std::uint32_t, 256> result{};
    for (std::uint32_t i = 0; i < result.size(); ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
      result[i] = crc;
    }
    return result;
  }();
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char byte : bytes) {
    crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~crc;
}

TensorBoardLog::TensorBoardLog(fs::path folder, const fs::path& run)
    : folder_(std::move(folder)), suffix_(".") {
  suffix_ += checksum(fs::absolute(run).lexically_normal().string());
  suffix_ += ".sequent";
  std::error_code code;
  fs::create_directories(folder_, code);
  if (!fs::is_directory(folder_, code)) {
    throw Error(ErrorKind::kRuntime, folder_.string(),
                "cannot be made, the folder for TensorBoard; check /runtime/tensorboard");
  }
}

void TensorBoardLog::restore(const std::vector<std::string>& lines) {
  std::error_code code;
  std::map<std::int64_t, double> known;
  for (const auto& entry : fs::directory_iterator(folder_, code)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(suffix_)) continue;
    read_times(read_file(entry.path()), known);
    fs::remove(entry.path(), code);
  }
  const std::vector<EpochRecord> epochs = read_epoch_records(lines);
  const double now = seconds_since_1970();
  const std::vector<double> times = times_of(epochs, known, now);
  last_time_ = epochs.empty() ? now : times.back();
  const double start = epochs.empty() ? now : times.front() - epochs.front().seconds.value_or(0);
  std::string version = event_at(start);
  append_text(version, 3, "brain.Event:2");
  std::string content = record_of(version);
  for (std::size_t i = 0; i < epochs.size(); ++i) content += record_of_epoch(epochs[i], times[i]);
  file_ = folder_ / (kPrefix + std::to_string(static_cast<std::int64_t>(start)) + suffix_);
  write_file_whole(file_, content);
}

void TensorBoardLog::add(const std::string& line) {
  const std::vector<EpochRecord> epochs = read_epoch_records({line});
  if (epochs.empty()) return;
  last_time_ = std::max(last_time_, seconds_since_1970());  // the clock can be set back
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  out << record_of_epoch(epochs.front(), last_time_) << std::flush;
  if (out || std::exchange(has_warned_, true)) return;
  log_warning(file_.string() + ": cannot be written; TensorBoard misses epochs of this run");
}

}  // namespace sequent
