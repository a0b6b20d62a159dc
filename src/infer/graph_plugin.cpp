#include "infer/graph_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include "sequent/error.h"

// Programs that link sequent_torchscript contain these functions; in others they are null.
#pragma weak sequent_torchscript_version
#pragma weak sequent_torchscript_engine

namespace sequent {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "libsequent_torchscript.so";
constexpr const char* kPathVariable = "SEQUENT_PLUGIN_PATH";

struct GraphPlugin {
  decltype(&sequent_torchscript_version) version = nullptr;
  decltype(&sequent_torchscript_engine) engine = nullptr;
};

[[noreturn]] void fail(const std::string& where, const std::string& message) {
  throw Error(ErrorKind::kRuntime, where, message);
}

/// Returns the file of this program.
fs::path program_file() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

/// Returns the folder that the user names; empty if there is none.
fs::path named_folder() {
  // A program with more rights than its user must not load what the user names.
  const char* folder = ::secure_getenv(kPathVariable);
  return folder == nullptr ? "" : folder;
}

/// Returns the reason why dlopen or dlsym failed.
std::string loader_message() {
  const char* message = ::dlerror();
  return message == nullptr ? "unknown error" : message;
}

[[noreturn]] void fail_without_plugin(const std::string& reason) {
  std::string places;
  for (const fs::path& file : graph_plugin_files()) places += file.string() + ", ";
  fail("the torchscript engine",
       std::string("found no plugin ") + kFileName + "; looked for " + places +
           "and where the system finds shared libraries (" + reason +
           "). Install the plugin, set " + kPathVariable +
           " to its folder, or use the fused engine, which runs every model without LibTorch");
}

/// Errors: Runtime.
template <class Function>
Function function_of(void* library, const std::string& file, const char* name) {
  auto* function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) {
    fail(file, std::string("is no plugin of Sequent: it has no function ") + name +
                   "; install the plugin that belongs to this program");
  }
  return function;
}

/// Errors: Runtime if the plugin is of another version.
void check_version(const std::string& file, const std::string& found) {
  if (found == graph_engine_version()) return;
  fail(file, "is a plugin of another version: found " + found + "; expected " +
                 graph_engine_version() + ". Install the plugin that belongs to this program");
}

/// Returns the plugin's file. If it is in no folder of ours, this is a name without a folder, for
/// which the system searches. Errors: Runtime if SEQUENT_PLUGIN_PATH names a folder without it.
std::string plugin_file() {
  const std::vector<fs::path> files = graph_plugin_files();
  for (const fs::path& file : files) {
    std::error_code ignored;
    if (fs::exists(file, ignored)) return file.string();
  }
  if (!named_folder().empty()) {
    fail(files.front().string(), std::string("there is no such file; ") + kPathVariable +
                                     " must name the folder of the plugin. Correct or unset it, or "
                                     "use the fused engine, which runs every model without "
                                     "LibTorch");
  }
  return kFileName;
}

GraphPlugin load_plugin() {
  const std::string file = plugin_file();
  // LibTorch cannot be unloaded, so the plugin stays loaded too.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const std::string reason = loader_message();
    if (file == kFileName) fail_without_plugin(reason);
    fail(file, "the plugin cannot be loaded: " + reason +
                   "; install the LibTorch that it was built with, or use the fused engine, which "
                   "runs every model without LibTorch");
  }
  GraphPlugin plugin;
  plugin.version =
      function_of<decltype(plugin.version)>(library, file, "sequent_torchscript_version");
  check_version(file, plugin.version());
  plugin.engine = function_of<decltype(plugin.engine)>(library, file, "sequent_torchscript_engine");
  return plugin;
}

GraphPlugin find_plugin() {
  if (sequent_torchscript_engine == nullptr) return load_plugin();
  return {&sequent_torchscript_version, &sequent_torchscript_engine};
}

}  // namespace

std::vector<fs::path> graph_plugin_files() {
  if (const fs::path named = named_folder(); !named.empty()) return {named / kFileName};
  const fs::path program = program_file();
  if (program.empty()) return {};
  const fs::path folder = program.parent_path();
  return {folder / kFileName, (folder / SEQUENT_LIBRARY_FOLDER / kFileName).lexically_normal()};
}

std::unique_ptr<GraphEngine> make_graph_engine(const GraphModel& model) {
  static const GraphPlugin plugin = find_plugin();  // after an error, the next call tries again
  std::unique_ptr<GraphEngine> engine;
  plugin.engine(model, engine);
  return engine;
}

}  // namespace sequent
