// Files of pretrained word vectors.
#include "data/word_vectors.h"
#include "fuzz/fuzz_target.h"

namespace sequent::fuzz {

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  const std::string arguments(56, '\1');
  return {"\xBA\x16\x4F\x2F\x0C\0\0\0\3\0\0\0"s + arguments, "good 1 2 3\nbad -1 0.5 1e-3\n",
          "2 3\ngood 1 2 3\nbad 1 2 3\n",
          "2 3\ngood \0\0\x80?\0\0\0@\0\0@@\nbad \0\0\x80?\0\0\0@\0\0@@\n"s};
}

void run(const std::string& input) {
  read_word_vectors(write_input(input), Vocabulary({"good", "bad"}), /*width=*/3);
}

}  // namespace sequent::fuzz
