// consumer MODEL TEXT...: prints the label of each text on a separate line.
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "sequent/error.h"
#include "sequent/predictor.h"

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const sequent::Predictor model = sequent::Predictor::load(arguments.at(0));
  for (const auto& p : model.predict(std::span(arguments).subspan(1))) {
    std::cout << model.labels()[static_cast<std::size_t>(p.label)] << '\n';
  }
  return 0;
} catch (const sequent::Error& error) {
  std::cerr << error.what() << '\n';
  return sequent::exit_code(error.kind());
}
