// The paths inside a config, when the config changes its place.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>

#include "sequent/config.h"

namespace sequent {

/// Replaces each data path (training, validation file, test) by what `change` makes of it.
template <class Change>
void change_data_paths(DataSpec& data, const Change& change) {
  data.train = change(data.train);
  if (auto* validation = std::get_if<std::string>(&data.validation)) {
    *validation = change(*validation);
  }
  if (data.test) data.test = change(*data.test);
}

}  // namespace sequent
