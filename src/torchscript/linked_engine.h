// The torchscript engine behind the interface that sequent_infer knows.
#pragma once

#include <memory>

#include "infer/graph_engine.h"

namespace sequent {

/// Errors: see sequent_torchscript_engine.
std::unique_ptr<GraphEngine> make_linked_engine(const GraphModel& model);

}  // namespace sequent
