// The torchscript engine is a plugin for programs that do not link it.
#include "infer/graph_plugin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cli/command.h"
#include "sequent/inference.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::TemporaryFolder;

const std::string kModel = SEQUENT_SOURCE_DIR "/tests/golden/version_0_1_0/model.pt";
const std::string kFileName = "libsequent_torchscript.so";

Tagger load_graph() {
  ModelOptions options;
  options.engine = Engine::kTorchScript;
  options.trust_code = true;  // earlier versions generated other code
  return Tagger(Model::load(kModel, options));
}

/// Returns the message for a plugin in this folder.
std::string fault_of(const fs::path& folder) {
  ::setenv("SEQUENT_PLUGIN_PATH", folder.c_str(), /*overwrite=*/1);
  const auto error = error_of([] { load_graph(); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
  return error->what();
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nexpected: " << part;
}

TEST(GraphPlugin, IsLookedForNextToTheProgramAndInTheLibraryFolder) {
  ::unsetenv("SEQUENT_PLUGIN_PATH");
  const std::vector<fs::path> files = graph_plugin_files();
  ASSERT_EQ(files.size(), 2);
  EXPECT_EQ(files[0], fs::read_symlink("/proc/self/exe").parent_path() / kFileName);
  EXPECT_EQ(files[1].filename(), kFileName);
  ::setenv("SEQUENT_PLUGIN_PATH", "/a/folder", /*overwrite=*/1);
  EXPECT_EQ(graph_plugin_files(), std::vector<fs::path>{"/a/folder/" + kFileName});
}

TEST(GraphPlugin, AFolderWithoutItIsAnError) {
  const TemporaryFolder folder;
  const std::string message = fault_of(folder.path());
  expect_part(message, (folder / kFileName).string() + ": there is no such file");
  expect_part(message, "SEQUENT_PLUGIN_PATH must name the folder of the plugin");
}

TEST(GraphPlugin, APluginOfAnotherVersionIsAnError) {
  expect_part(
      fault_of(SEQUENT_TEST_PLUGINS "/old_plugin"),
      "a plugin of another version: found 0.0.1 (interface 0); expected " + graph_engine_version());
}

TEST(GraphPlugin, AnotherLibraryOfItsNameIsAnError) {
  expect_part(fault_of(SEQUENT_TEST_PLUGINS "/no_plugin"), "is no plugin of Sequent");
}

TEST(GraphPlugin, AFileThatIsNoLibraryIsAnError) {
  const TemporaryFolder folder;
  folder.write(kFileName, "text");
  const std::string message = fault_of(folder.path());
  expect_part(message, "the plugin cannot be loaded");
  expect_part(message, "fused engine");
}

/// A program in a folder of its own, as where only the runtime is installed.
TEST(GraphPlugin, SequentInferWithoutItSaysWhereItLooked) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "bin");
  fs::copy_file(SEQUENT_BINARY_DIR "/sequent-infer", folder / "bin/sequent-infer");
  const auto found = run_command(folder,
                                 "unset SEQUENT_PLUGIN_PATH; echo 'fly to oslo' | "
                                 "bin/sequent-infer --engine torchscript " +
                                     kModel);
  EXPECT_EQ(found.code, 1);
  expect_part(found.first_error_line(), "found no plugin " + kFileName + "; looked for " +
                                            (folder / "bin" / kFileName).string());
  expect_part(found.err, "SEQUENT_PLUGIN_PATH");
  expect_part(found.err, "use the fused engine");
}

#ifdef SEQUENT_TRAIN

/// The place of the plugin where Sequent is installed.
TEST(GraphPlugin, SequentInferFindsItInTheLibraryFolder) {
  ::unsetenv("SEQUENT_PLUGIN_PATH");
  const std::vector<fs::path> here = graph_plugin_files();
  const TemporaryFolder folder;
  const fs::path program = folder / "a/b/bin/sequent-infer";
  const fs::path plugin = program.parent_path() / fs::relative(here[1], here[0].parent_path());
  fs::create_directories(program.parent_path());
  fs::create_directories(plugin.parent_path());
  fs::copy_file(SEQUENT_BINARY_DIR "/sequent-infer", program);
  fs::create_symlink(fs::path(SEQUENT_BINARY_DIR) / kFileName, plugin);
  const auto found = run_command(folder,
                                 "unset SEQUENT_PLUGIN_PATH; echo 'fly to oslo' | "
                                 "a/b/bin/sequent-infer --engine torchscript --trust-code " +
                                     kModel);
  EXPECT_EQ(found.code, 0) << found.err;
  expect_part(found.out, "oslo");
}

TEST(GraphPlugin, GivesTheAnswersOfTheFusedEngine) {
  ::setenv("SEQUENT_PLUGIN_PATH", SEQUENT_BINARY_DIR, /*overwrite=*/1);
  // After an error, the next model may find it.
  const Tagger graph = load_graph();
  const Tagger fused(Model::load(kModel));
  std::vector<std::string> texts{"fly to oslo", "", "weather in rome now", "unheard of places"};
  for (int i = 0; i < 500; ++i) texts.push_back(texts[static_cast<std::size_t>(i % 4)] + " paris");
  const auto expected = fused.tag(std::span<const std::string>(texts));
  const auto found = graph.tag(std::span<const std::string>(texts));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(found[i].tokens.size(), expected[i].tokens.size()) << texts[i];
    EXPECT_EQ(found[i].sequence_label, expected[i].sequence_label) << texts[i];
    EXPECT_NEAR(found[i].sequence_probability, expected[i].sequence_probability, 1e-5);
    ASSERT_EQ(found[i].spans.size(), expected[i].spans.size()) << texts[i];
    for (std::size_t s = 0; s < found[i].spans.size(); ++s) {
      EXPECT_EQ(found[i].spans[s].type, expected[i].spans[s].type);
      EXPECT_NEAR(found[i].spans[s].probability, expected[i].spans[s].probability, 1e-5);
    }
  }
}

/// An Error of the plugin is the Error of the program.
TEST(GraphPlugin, CodeThatIsNotTrustedIsRefused) {
  ::setenv("SEQUENT_PLUGIN_PATH", SEQUENT_BINARY_DIR, /*overwrite=*/1);
  const auto error = error_of([] { Model::load(kModel, {.engine = Engine::kTorchScript}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  expect_part(error->what(), "so it was not run");
}

#endif

}  // namespace
}  // namespace sequent
