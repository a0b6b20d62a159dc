// Models run without LibTorch: in a program that links sequent_infer alone, and in sequent-infer.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "sequent/inference.h"

namespace sequent {
namespace {

const std::string kModel = SEQUENT_SOURCE_DIR "/tests/golden/version_0_1_0/model.pt";

/// Returns whether a list of files contains LibTorch or a BLAS.
bool has_torch_or_blas(const std::string& files) {
  for (const char* name : {"libtorch", "libc10", "blas", "lapack", "libmkl"}) {
    if (files.find(name) != std::string::npos) return true;
  }
  return false;
}

TEST(Runtime, AProgramRunsAModelWithoutLibTorch) {
  const Tagger tagger(Model::load(kModel));
  const TaggedText found = tagger.tag(std::string("fly to oslo"));
  ASSERT_EQ(found.spans.size(), 1);
  EXPECT_EQ(found.spans[0].type, "city");
  EXPECT_EQ(found.spans[0].begin, 7);
  EXPECT_NEAR(found.spans[0].probability, 0.99058, 1e-4);
  EXPECT_NEAR(found.sequence_probability, 0.998273, 1e-4);
  EXPECT_FALSE(has_torch_or_blas(testing::slurp("/proc/self/maps")));
}

TEST(Runtime, SequentInferRunsAModelWithoutLibTorch) {
  const testing::TemporaryFolder folder;
  const auto found = run_command(folder, "echo 'fly to oslo' | sequent-infer " + kModel);
  ASSERT_EQ(found.code, 0) << found.err;
  const auto answer = nlohmann::json::parse(found.out);
  EXPECT_EQ(answer["sequence_label"], "flight");
  EXPECT_EQ(answer["entities"][0]["text"], "oslo");
  // The dynamic linker lists what the program needs.
  const auto loaded =
      run_command(folder, "LD_TRACE_LOADED_OBJECTS=1 " SEQUENT_BINARY_DIR "/sequent-infer");
  EXPECT_NE(loaded.out.find("libstdc++"), std::string::npos) << loaded.out << loaded.err;
  EXPECT_FALSE(has_torch_or_blas(loaded.out)) << loaded.out;
}

}  // namespace
}  // namespace sequent
