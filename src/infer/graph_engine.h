// The interface of the engine that runs a model's TorchScript graph. LibTorch is only behind it, in
// src/torchscript/, which is linked into programs that train and loaded by others as a plugin.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "infer/archive.h"
#include "infer/tagged_row.h"
#include "infer/text_model.h"
#include "runtime/rows.h"
#include "sequent/artifact.h"

namespace sequent {

/// What the graph of a model reads and returns.
struct GraphForm {
  RowForm rows;
  std::int64_t outputs = 0;          // per row or token
  std::int64_t sequence_labels = 0;  // per row of a tagger that also labels whole rows
};
GraphForm graph_form(const ResolvedConfig& config);

/// The graph to run. It is described without the tasks, so that a plugin also runs the models of
/// tasks that a program adds.
struct GraphModel {
  const LoadedArchive& archive;  // must live until the engine is made
  std::string source;            // what this program generates for the archive's config
  bool trust_code = false;       // runs the archive's code even if it is not `source`
  GraphForm form = {};
};
GraphModel graph_model(const LoadedArchive& archive, bool trust_code);

/// Errors (predict, tag, write and the text model): Artifact if the graph fails, or returns
/// anything but what its form promises.
/// Threads: all functions can be called from many threads at once.
class GraphEngine {
 public:
  GraphEngine() = default;
  GraphEngine(const GraphEngine&) = delete;
  GraphEngine& operator=(const GraphEngine&) = delete;
  virtual ~GraphEngine() = default;

  /// Shapes: -> [rows, C], row-major.
  virtual std::vector<float> predict(const EncodedRows& rows) const = 0;

  /// For a tagger.
  virtual std::vector<TaggedRow> tag(const EncodedRows& rows) const = 0;

  /// For a sequence-to-sequence model: for each source, returns the best text of a beam search of
  /// width `beams` (1: greedy decoding), by probability per token.
  virtual std::vector<GeneratedRow> write(const EncodedRows& sources, std::int64_t beams) const = 0;

  /// For a language model.
  virtual const TextModel& text_model() const = 0;

  /// Prepares a thread of a worker pool for calls of this engine.
  virtual void enter_thread() const = 0;

  /// Runs a task that calls this engine in the calling thread, whose state is restored afterwards.
  virtual void run_here(const std::function<void()>& task) const = 0;

  /// A warning about the speed of this engine on this machine; empty if there is none.
  virtual std::string speed_note() const = 0;
};

/// Incremented when a type of this header, or one that it passes on, changes.
constexpr int kGraphEngineInterface = 1;

/// A plugin runs only in a program of the same version, and with the same types.
inline std::string graph_engine_version() {
  return std::string(version()) + " (interface " + std::to_string(kGraphEngineInterface) + ")";
}

}  // namespace sequent

extern "C" {

/// Returns the version of the engine, to compare with sequent::graph_engine_version before
/// anything else is called.
const char* sequent_torchscript_version();

/// Makes an engine for a model. Errors: Artifact if the archive's code is not what this program
/// generates and is not trusted, or cannot be loaded.
void sequent_torchscript_engine(const sequent::GraphModel& model,
                                std::unique_ptr<sequent::GraphEngine>& engine);
}
