// The way of records through sequent-infer: read ahead, answered, written, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "batch/output_sink.h"
#include "batch/record_answerer.h"
#include "batch/record_writer.h"
#include "sequent/data.h"
#include "sequent/inference.h"

namespace sequent {

/// How a caller ends a run early, such as by a signal.
struct StopRequest {
  /// Called once, before the first record is read.
  std::function<void()> watch = [] {};
  std::function<bool()> is_requested = [] { return false; };
};

/// The next records, so many that they can be sorted by length and so few that memory is bounded;
/// none at the end. Errors: Data where reading cannot go on.
std::vector<Record> read_window(RecordReader& reader);

/// What answers and writes the records of a run.
struct RecordStream {
  RecordReader& reader;
  const RecordAnswerer& answerer;
  const RecordWriter& writer;
  OutputSink& sink;
  std::int64_t channels = 0;    // of the numbers that the model reads; 0: it reads text
  bool records_faults = false;  // faults are written as records
};

struct StreamCounts {
  std::int64_t records = 0;
  std::int64_t faults = 0;
};

/// Answers all records, in order. Errors: Data at the first record with a fault, unless these are
/// recorded.
StreamCounts answer_records(const RecordStream& stream,
                            const std::function<bool()>& stop_requested);

}  // namespace sequent
