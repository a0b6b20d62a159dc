// The functions through which sequent_infer reaches the engine, linked in or as a plugin.
#include <string>

#include "infer/graph_engine.h"
#include "torchscript/linked_engine.h"

const char* sequent_torchscript_version() {
  static const std::string version = sequent::graph_engine_version();
  return version.c_str();
}

void sequent_torchscript_engine(const sequent::GraphModel& model,
                                std::unique_ptr<sequent::GraphEngine>& engine) {
  engine = sequent::make_linked_engine(model);
}
