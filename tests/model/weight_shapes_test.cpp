// The weights that follow from a config are those of the modules.
#include "core/weight_shapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model_configs.h"
#include "sequent/model.h"

namespace sequent {
namespace {

void expect_shapes_of_modules(const ResolvedConfig& config, const std::string& name) {
  std::map<std::string, std::pair<std::vector<std::int64_t>, bool>> modules;
  const SequenceModel model(config, /*initialize=*/false);
  for (const auto& named : model->named_parameters()) {
    modules[named.key()] = {named.value().sizes().vec(),
                            named.value().scalar_type() == torch::kUInt8};
  }
  std::map<std::string, std::pair<std::vector<std::int64_t>, bool>> listed;
  for (const WeightShape& weight : weight_shapes(config)) {
    listed[weight.name] = {weight.shape, weight.is_bytes};
  }
  EXPECT_EQ(listed, modules) << name;
}

TEST(WeightShapes, AreThoseOfTheModules) {
  for (const testing::NamedLayers& chain : testing::all_layer_chains()) {
    expect_shapes_of_modules(resolve(config_of(chain), 40, chain.name == "Binary" ? 2 : 3),
                             chain.name);
  }
}

}  // namespace
}  // namespace sequent
