// The pipeline of sequent-infer: records are read ahead, predicted and written in bounded memory.
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

/// How a caller stops a run early, for example on a signal.
struct StopRequest {
  /// Called once, before the first record is read.
  std::function<void()> watch = [] {};
  std::function<bool()> is_requested = [] { return false; };
};

/// Reads the next window of records: enough to sort by length, few enough to bound the memory of
/// records and predictions; none at the end. Errors: Data if reading cannot continue.
std::vector<Record> read_window(RecordReader& reader, std::int64_t values_per_record = 1);

/// What predicts and writes the records of a run.
struct RecordStream {
  RecordReader& reader;
  const RecordAnswerer& answerer;
  const RecordWriter& writer;
  OutputSink& sink;
  std::int64_t channels = 0;    // of the series that the model reads; 0: it reads text
  bool records_faults = false;  // errors are written as records
};

struct StreamCounts {
  std::int64_t records = 0;
  std::int64_t faults = 0;
};

/// Predicts for all records, in order. Errors: Data at the first record with an error, unless
/// errors are recorded.
StreamCounts answer_records(const RecordStream& stream,
                            const std::function<bool()>& stop_requested);

}  // namespace sequent
