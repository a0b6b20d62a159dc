// Search files for tests.
#pragma once

#include <string>

#include "search/tune_space.h"
#include "support.h"

namespace sequent::testing {

/// A search over this space, without data.
inline std::string search_text(const std::string& space, const std::string& more = "") {
  return R"({"config": {"version": 1, "data": {"train": "train.tsv"}, "model": {"layers": [
      {"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 8},
      {"type": "dense", "activation": "softmax"}]}}, "space": )" +
         space + more + "}";
}

inline TuneFile search_file(const TemporaryFolder& folder, const std::string& space,
                            const std::string& more = "") {
  return read_tune_file(folder.write("search.json", search_text(space, more)), {});
}

}  // namespace sequent::testing
