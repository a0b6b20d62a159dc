// Configs: whatever is read must also be written and read again.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "fuzz/fuzz_target.h"
#include "sequent/config.h"

namespace sequent::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  const std::filesystem::path folder = std::filesystem::path(SEQUENT_SOURCE_DIR) / "configs";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return all;
}

void run(const std::string& input) {
  const Config config = parse_config(input, "fuzz.json");
  if (parse_config(dump_config(config), "fuzz.json") != config) {
    throw std::logic_error("a config changed when it was written and read");
  }
}

}  // namespace sequent::fuzz
