#include "apps/infer_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <future>
#include <variant>
#include <vector>

#include "core/interrupt.h"
#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

// A window is large enough to sort by length within it and small enough to forget about memory.
constexpr std::size_t kWindowRecords = 16384;
constexpr std::size_t kWindowBytes = std::size_t{16} << 20;

}  // namespace

std::vector<Record> read_window(RecordReader& reader) {
  std::vector<Record> window;
  std::size_t bytes = 0;
  while (window.size() < kWindowRecords && bytes < kWindowBytes) {
    Record record;
    if (!reader.next(record)) break;
    bytes += record.text.size() + (record.second ? record.second->size() : 0) +
             record.values.size() * sizeof(float);
    window.push_back(std::move(record));
  }
  return window;
}

namespace {

/// Puts the answers to the records without a fault in their places.
template <class Answer>
std::vector<Answer> spread(const std::vector<Record>& window, std::vector<Answer> found) {
  if (found.size() == window.size()) return found;
  std::vector<Answer> all(window.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < window.size(); ++i) {
    if (!window[i].fault) all[i] = std::move(found[next++]);
  }
  return all;
}

/// The answers to a window's records; those with a fault have an empty one.
using Answers = std::variant<std::vector<Prediction>, std::vector<TaggedText>,
                             std::vector<TextLikelihood>, std::vector<WrittenText>>;

Answers answer_window(const std::vector<Record>& window, const Predictor& predictor) {
  std::vector<std::string> texts;
  std::vector<std::vector<std::string>> token_lists;
  std::vector<std::vector<float>> sequences;
  std::vector<TextPair> pairs;
  for (const Record& record : window) {
    if (record.fault) continue;
    if (predictor.channels() > 0) {
      sequences.push_back(record.values);
    } else if (record.second) {
      pairs.push_back({record.text, *record.second});
    } else if (!record.tokens.empty()) {
      token_lists.push_back(record.tokens);
    } else {
      texts.push_back(record.text);
    }
  }
  if (predictor.is_language_model()) return spread(window, predictor.score(texts));
  if (predictor.is_sequence_to_sequence()) return spread(window, predictor.write(texts));
  if (predictor.is_tagger()) {
    return spread(window, token_lists.empty() ? predictor.tag(texts) : predictor.tag(token_lists));
  }
  if (predictor.reads_pairs()) return spread(window, predictor.predict(pairs));
  const bool numeric = predictor.channels() > 0;
  return spread(window, numeric ? predictor.predict(sequences) : predictor.predict(texts));
}

/// A row of another number of channels than the model reads cannot be used.
void check_channels(std::vector<Record>& window, std::int64_t channels) {
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
                *record.fault + " (--on-error record writes such rows as errors and goes on)");
  }
}

}  // namespace

namespace {

/// Ends the waiting for input when something is thrown past it.
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

}  // namespace

OutputSink::OutputSink(const std::string& path, bool overwrite) {
  if (path.empty() || path == "-") {
    file_ = stdout;
    return;
  }
  path_ = path;
  if (fs::is_directory(path_)) {
    throw Error(ErrorKind::kUsage, path, "is a folder; expected a file name");
  }
  if (fs::exists(path_) && !fs::is_regular_file(path_)) {  // a device or pipe: nothing to replace
    file_ = std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) {
      throw Error(ErrorKind::kRuntime, path,
                  std::string("cannot be written: ") + std::strerror(errno));
    }
    return;
  }
  if (fs::exists(path_) && !overwrite) {
    throw Error(ErrorKind::kUsage, path,
                "exists; give another --output, or --overwrite to replace it");
  }
  temporary_ = path + ".tmp" + std::to_string(::getpid());
  file_ = std::fopen(temporary_.c_str(), "wb");
  if (file_ == nullptr) {
    throw Error(ErrorKind::kRuntime, path,
                std::string("cannot be written: ") + std::strerror(errno));
  }
}

OutputSink::~OutputSink() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void OutputSink::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return;
  throw Error(ErrorKind::kRuntime, path_.empty() ? "stdout" : path_.string(),
              std::string("cannot be written: ") + std::strerror(errno));
}

void OutputSink::rewrite_start(std::string_view text) {
  if (std::fseek(file_, 0, SEEK_SET) == 0) return write(text);
  throw Error(ErrorKind::kRuntime, path_.string(),
              std::string("cannot be written: ") + std::strerror(errno));
}

void OutputSink::finish() {
  const bool has_file = !temporary_.empty();
  const bool written = std::fflush(file_) == 0 && (!has_file || ::fsync(fileno(file_)) == 0);
  if (!written) {
    throw Error(ErrorKind::kRuntime, path_.empty() ? "stdout" : path_.string(),
                std::string("cannot be written: ") + std::strerror(errno));
  }
  if (!has_file) return;
  std::fclose(file_);
  file_ = nullptr;
  std::error_code fault;
  fs::rename(temporary_, path_, fault);
  if (!fault) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
  throw Error(ErrorKind::kRuntime, path_.string(), "cannot be written: " + fault.message());
}

StreamCounts predict_stream(RecordReader& reader, const Predictor& predictor,
                            const RecordWriter& writer, bool record_faults, OutputSink& sink,
                            const std::function<bool()>& stop_requested) {
  StreamCounts counts;
  sink.write(writer.header());
  const auto read_ahead = [&reader] {
    return std::async(std::launch::async, [&reader] { return read_window(reader); });
  };
  // While a window is predicted, the one after it is read and the one before it is written.
  std::future<std::vector<Record>> ahead = read_ahead();
  std::future<void> writing;
  const StopReading stop_reading;  // before `ahead` is waited for, where something fails
  while (true) {
    std::vector<Record> window = ahead.get();
    if (window.empty() || stop_requested()) break;
    ahead = read_ahead();
    if (predictor.channels() > 0) check_channels(window, predictor.channels());
    if (!record_faults) stop_at_fault(window);
    Answers answers = answer_window(window, predictor);
    for (const Record& record : window) counts.faults += record.fault ? 1 : 0;
    counts.records += static_cast<std::int64_t>(window.size());
    if (writing.valid()) writing.get();
    writing = std::async(std::launch::async, [&writer, &sink, records = std::move(window),
                                              results = std::move(answers)] {
      std::string text;
      std::visit(
          [&](const auto& found) {
            for (std::size_t i = 0; i < records.size(); ++i) {
              writer.append(text, records[i], found[i]);
            }
          },
          results);
      sink.write(text);
    });
  }
  if (writing.valid()) writing.get();
  return counts;
}

}  // namespace sequent
