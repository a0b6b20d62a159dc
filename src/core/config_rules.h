// The rules between a config's fields.
#pragma once

#include <string>
#include <vector>

#include "sequent/config.h"
#include "sequent/error.h"

namespace sequent {

/// Adds every violation of these rules; rules of a single field are in its declaration. `name`
/// stands for the file in messages.
void check_rules(const Config& config, const std::string& name, std::vector<Issue>& issues);

}  // namespace sequent
