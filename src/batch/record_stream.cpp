#include "batch/record_stream.h"

#include <algorithm>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "core/interrupt.h"
#include "sequent/error.h"

namespace sequent {

std::vector<Record> read_window(RecordReader& reader, std::int64_t values_per_record) {
  // A window is large enough for sorting by length, and small enough that its memory is negligible.
  constexpr std::int64_t kWindowRecords = 16384;
  constexpr std::int64_t kWindowValues = std::int64_t{1} << 24;
  constexpr std::int64_t kLeastRecords = 64;
  const auto most = static_cast<std::size_t>(
      std::clamp(kWindowValues / values_per_record, kLeastRecords, kWindowRecords));
  constexpr std::size_t kWindowBytes = std::size_t{16} << 20;
  std::vector<Record> window;
  std::size_t bytes = 0;
  while (window.size() < most && bytes < kWindowBytes) {
    Record record;
    if (!reader.next(record)) break;
    bytes += record.text.size() + (record.second ? record.second->size() : 0) +
             record.values.size() * sizeof(double);
    window.push_back(std::move(record));
  }
  return window;
}

void note_not_finite(std::vector<Record>& window, const NotFiniteError& error) {
  std::size_t index = 0;
  auto next = error.inputs().begin();
  for (Record& record : window) {
    if (record.fault) continue;
    if (next != error.inputs().end() && *next == index++) {
      record.fault = NotFiniteError::message();
      ++next;
    }
  }
}

namespace {

/// Marks rows whose number of channels differs from the model's as errors.
void note_wrong_channels(std::vector<Record>& window, std::int64_t channels) {
  for (Record& record : window) {
    if (record.fault || record.channels == channels) continue;
    record.fault = "found steps of " + std::to_string(record.channels) +
                   " numbers; the model reads " + std::to_string(channels);
  }
}

void stop_at_fault(const std::vector<Record>& window) {
  for (const Record& record : window) {
    if (!record.fault) continue;
    throw Error(ErrorKind::kData, record.where,
                *record.fault + " (--on-error record writes such rows as errors and continues)");
  }
}

/// Stops waiting for input when an exception is thrown.
class StopReading {
 public:
  StopReading() = default;
  StopReading(const StopReading&) = delete;
  StopReading& operator=(const StopReading&) = delete;
  ~StopReading() {
    if (std::uncaught_exceptions() > exceptions_before_) input_is_unwanted = true;
  }

 private:
  int exceptions_before_ = std::uncaught_exceptions();
};

/// Writes a window in a separate thread.
std::future<void> start_writing(const RecordStream& stream, std::vector<Record> records,
                                std::unique_ptr<RecordAnswers> answers) {
  return std::async(std::launch::async, [&writer = stream.writer, &sink = stream.sink,
                                         window = std::move(records), found = std::move(answers)] {
    std::string text;
    for (std::size_t i = 0; i < window.size(); ++i) writer.append(text, window[i], *found, i);
    sink.write(text);
  });
}

}  // namespace

StreamCounts answer_records(const RecordStream& stream,
                            const std::function<bool()>& stop_requested) {
  StreamCounts counts;
  stream.sink.write(stream.writer.header());
  const std::int64_t values = stream.answerer.values_per_record();
  const auto read_ahead = [&reader = stream.reader, values] {
    return std::async(std::launch::async,
                      [&reader, values] { return read_window(reader, values); });
  };
  // While a window is computed, the next one is read and the previous one is written.
  std::future<std::vector<Record>> ahead = read_ahead();
  std::future<void> writing;
  const StopReading stop_reading;  // on an error, runs before the wait for `ahead`
  while (true) {
    std::vector<Record> window = ahead.get();
    if (window.empty() || stop_requested()) break;
    ahead = read_ahead();
    if (stream.channels > 0) note_wrong_channels(window, stream.channels);
    if (!stream.records_faults) stop_at_fault(window);
    std::unique_ptr<RecordAnswers> answers = stream.answerer.answer(window);
    if (!stream.records_faults) stop_at_fault(window);
    for (const Record& record : window) counts.faults += record.fault ? 1 : 0;
    counts.records += static_cast<std::int64_t>(window.size());
    if (writing.valid()) writing.get();
    writing = start_writing(stream, std::move(window), std::move(answers));
  }
  if (writing.valid()) writing.get();
  return counts;
}

}  // namespace sequent
