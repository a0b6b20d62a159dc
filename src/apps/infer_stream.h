// The way of records through sequent-infer: read ahead, predict, write, in bounded memory.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/infer_output.h"
#include "sequent/data.h"
#include "sequent/predictor.h"

namespace sequent {

/// Where records go: stdout, or a file that gets its name when all is written.
class OutputSink {
 public:
  /// `path` empty or "-": stdout. Errors: Usage if the file exists and `overwrite` is false.
  OutputSink(const std::string& path, bool overwrite);
  OutputSink(const OutputSink&) = delete;
  OutputSink& operator=(const OutputSink&) = delete;
  ~OutputSink();

  /// Errors: Runtime.
  void write(std::string_view text);
  /// Errors: Runtime.
  void finish();

  /// Whether what was written can be written over: in a file of its own.
  bool can_rewrite() const { return !temporary_.empty(); }
  /// Writes over the first bytes. Errors: Runtime.
  void rewrite_start(std::string_view text);

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::FILE* file_ = nullptr;
};

/// The next records, so many that they can be sorted by length and so few that memory is bounded;
/// none at the end. Errors: Data where reading cannot go on.
std::vector<Record> read_window(RecordReader& reader);

struct StreamCounts {
  std::int64_t records = 0;
  std::int64_t faults = 0;
};

/// Predicts all records of `reader`, in order.
/// Errors: Data at the first record with a fault unless `record_faults`.
StreamCounts predict_stream(RecordReader& reader, const Predictor& predictor,
                            const RecordWriter& writer, bool record_faults, OutputSink& sink,
                            const std::function<bool()>& stop_requested);

}  // namespace sequent
