// trainer MODEL TEXT: prints the types of the text's spans, found by the torchscript engine.
#include <iostream>
#include <string>
#include <vector>

#include "sequent/error.h"
#include "sequent/inference.h"

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  sequent::ModelOptions options;
  options.engine = sequent::Engine::kTorchScript;
  options.trust_code = true;
  const sequent::Tagger tagger(sequent::Model::load(arguments.at(0), options));
  for (const auto& span : tagger.tag(arguments.at(1)).spans) std::cout << span.type << '\n';
  return 0;
} catch (const sequent::Error& error) {
  std::cerr << error.what() << '\n';
  return sequent::exit_code(error.kind());
}
