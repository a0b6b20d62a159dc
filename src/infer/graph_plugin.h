// Finds the engine that runs TorchScript graphs: in this process, or in a plugin.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "infer/graph_engine.h"

namespace sequent {

/// Returns the files that are tried, in this order: next to the program, and in the library folder
/// of the installation that the program belongs to. The environment variable SEQUENT_PLUGIN_PATH
/// names another folder instead.
std::vector<std::filesystem::path> graph_plugin_files();

/// Makes an engine: the one that is linked into this process, or that of libsequent_torchscript.so,
/// which is loaded once per process and stays loaded. If none of graph_plugin_files() exists, the
/// system searches for it as for any shared library.
/// Errors: Runtime if there is no plugin, if it cannot be loaded, or if it is of another version;
/// Artifact, see sequent_torchscript_engine.
std::unique_ptr<GraphEngine> make_graph_engine(const GraphModel& model);

}  // namespace sequent
