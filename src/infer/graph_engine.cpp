#include "infer/graph_engine.h"

#include "script/script_writer.h"

namespace sequent {

GraphForm graph_form(const ResolvedConfig& config) {
  return {row_form(config.config), config.class_count, config.sequence_class_count};
}

GraphModel graph_model(const LoadedArchive& archive, bool trust_code) {
  return {archive, torchscript_source(archive.config), trust_code, graph_form(archive.config)};
}

}  // namespace sequent
