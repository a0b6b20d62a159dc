// consumer MODEL TEXT...: prints the label of each text on a separate line.
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "sequent/error.h"
#include "sequent/inference.h"

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const sequent::Classifier classifier(sequent::Model::load(arguments.at(0)));
  for (const auto& found : classifier.classify(std::span(arguments).subspan(1))) {
    std::cout << classifier.labels()[static_cast<std::size_t>(found.label)] << '\n';
  }
  return 0;
} catch (const sequent::Error& error) {
  std::cerr << error.what() << '\n';
  return sequent::exit_code(error.kind());
}
