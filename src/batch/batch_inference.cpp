#include "batch/batch_inference.h"

#include <memory>
#include <utility>

#include "batch/explained_answers.h"
#include "batch/record_explainer.h"
#include "batch/record_input.h"
#include "batch/record_writer.h"
#include "batch/text_vectors.h"
#include "batch/typed_lines.h"
#include "sequent/log.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

std::unique_ptr<RecordWriter> writer_for(const InferOptions& options, const RecordInput& input,
                                         const RecordAnswerer& answerer) {
  WriterOptions writing;
  writing.format = output_format_of(options);
  writing.fields = input.fields;
  writing.columns = input.reader->columns();
  writing.added = answerer.names();
  writing.prefix = options.prefix;
  return make_record_writer(writing);
}

void report_counts(const InferOptions& options, const StreamCounts& counts) {
  if (counts.records == 0) log_warning(options.input + ": the input is empty: no predictions");
  if (counts.faults > 0) {
    log_warning(std::to_string(counts.faults) + " of " + std::to_string(counts.records) +
                " records could not be used and were written as errors");
  }
}

void answer_file(const InferOptions& options, const Model& model, const StopRequest& stop) {
  check_task_options(options, model);
  OutputSink sink(options.output, options.overwrite);
  const RecordInput input = open_input(options, model);
  const auto answerer = make_answerer(options, model);
  const auto writer = writer_for(options, input, *answerer);
  stop.watch();
  const RecordStream stream{*input.reader, *answerer,        *writer,
                            sink,          model.channels(), options.on_error == "record"};
  const StreamCounts counts = answer_records(stream, stop.is_requested);
  if (stop.is_requested()) return;
  sink.finish();
  report_counts(options, counts);
}

}  // namespace

std::unique_ptr<RecordAnswerer> make_answerer(const InferOptions& options, const Model& model) {
  const InferenceTask& task = inference_task(Task(model.task()));
  if (!options.explain) return task.answerer(model, options);
  auto explainer = task.explainer(model, options);  // refuses before anything is computed
  return explaining_answerer(task.answerer(model, options), std::move(explainer), options,
                             model.input());
}

void run_inference(const InferOptions& options, const StopRequest& stop) {
  check_engine_options(options);
  check_explaining_options(options);
  if (options.interactive) {
    check_typed_options(options);
  } else {
    check_input_options(options);
  }
  ModelOptions loading = options.loading;
  loading.explanations = options.explain;
  const Model model = Model::load(options.model, loading);
  check_beams(options, model);
  if (options.interactive) return answer_typed_lines(options, model);
  if (options.embed) return write_vectors(options, model, stop);
  if (!options.neighbors.empty()) return write_neighbors(options, model, stop);
  answer_file(options, model, stop);
}

}  // namespace sequent
