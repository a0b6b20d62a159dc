// What a fuzz target defines; fuzz_driver.cpp calls it.
#pragma once

#include <string>
#include <vector>

namespace sequent::fuzz {

/// Inputs to start from. Mutations join and change them.
std::vector<std::string> seeds();

/// Reads one input. An Error of this library is an expected answer; anything else is a fault.
void run(const std::string& input);

/// Writes an input to a file in memory, which is replaced by each call, and returns its path.
std::string write_input(const std::string& input);

}  // namespace sequent::fuzz
