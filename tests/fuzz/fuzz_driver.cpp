// Mutates inputs at random and runs a target on them: `fuzz_TARGET [--seconds N] [--seed S]`, or
// `fuzz_TARGET FILE...` to run stored inputs. Exits with 1 if an input throws anything but an Error
// of the library, crashes, or takes longer than 10 seconds; the input is then in
// fuzz_TARGET.failed. Build with the preset `asan` to find faults of memory as well.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "fuzz/fuzz_target.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent::fuzz {
namespace {

std::string program;
std::string failed_file;
std::string current;

void save_current() {
  const int file = ::open(failed_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  if (::write(file, current.data(), current.size()) < 0) std::abort();
  ::close(file);
}

/// Only calls functions that may be called in a signal handler.
void on_signal(int number) {
  save_current();
  const char* text = number == SIGALRM ? "an input took longer than 10 s; see "
                                       : "an input crashed the target; see ";
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0 ||
      ::write(STDERR_FILENO, failed_file.c_str(), failed_file.size()) < 0 ||
      ::write(STDERR_FILENO, "\n", 1) < 0) {
    ::_exit(2);
  }
  ::_exit(1);
}

/// Returns false if the input is a fault.
bool survives(const std::string& input) {
  constexpr unsigned kMostSeconds = 10;
  current = input;
  ::alarm(kMostSeconds);
  try {
    run(input);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInternal) return true;
    std::cerr << program << ": internal error: " << error.what() << '\n';
    save_current();
    return false;
  } catch (const std::exception& error) {
    std::cerr << program << ": " << error.what() << '\n';
    save_current();
    return false;
  }
  return true;
}

class Mutator {
 public:
  Mutator(std::vector<std::string> pool, std::uint64_t seed)
      : pool_(std::move(pool)), random_(seed) {}

  std::string next() {
    std::string input = pool_[below(pool_.size())];
    const std::size_t changes = 1 + below(4);
    for (std::size_t i = 0; i < changes; ++i) change(input);
    return input;
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  void change(std::string& input) {
    static const std::vector<std::string> kPieces{"\"",
                                                  "\n",
                                                  "\r",
                                                  "\r\n",
                                                  "\t",
                                                  ",",
                                                  ";",
                                                  "|",
                                                  "'",
                                                  "\\",
                                                  "[",
                                                  "]",
                                                  "{",
                                                  "}",
                                                  ":",
                                                  "0",
                                                  "-1",
                                                  "1e999",
                                                  "nan",
                                                  "null",
                                                  "true",
                                                  "9223372036854775808",
                                                  "\xEF\xBB\xBF",
                                                  "\xFF",
                                                  "\xC3\xA9",
                                                  "\xF0\x9F\x98\x80",
                                                  "\xE2\x80\x8B",
                                                  std::string(1, '\0'),
                                                  "__label__a",
                                                  "O",
                                                  "B-",
                                                  "# ",
                                                  std::string(300, '['),
                                                  std::string(300, 'a'),
                                                  "\x1F\x8B\x08",
                                                  "(\xB5/\xFD",
                                                  "PK\x03\x04"};
    const std::size_t at = below(input.size() + 1);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        return;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        return;
      case 2:
        input.insert(at, kPieces[below(kPieces.size())]);
        return;
      case 3:
        input.erase(at, 1 + below(8));
        return;
      case 4:
        input.resize(at);
        return;
      case 5:
        input.insert(below(input.size() + 1), input.substr(at, 1 + below(64)));
        return;
      default: {
        const std::string& other = pool_[below(pool_.size())];
        input = input.substr(0, at) + other.substr(below(other.size() + 1));
        return;
      }
    }
  }

  std::vector<std::string> pool_;
  std::mt19937_64 random_;
};

int run_files(int count, char** files) {
  for (int i = 0; i < count; ++i) {
    std::ifstream in(files[i], std::ios::binary);
    if (!survives({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()})) return 1;
  }
  return 0;
}

int run_mutations(double seconds, std::uint64_t seed) {
  Mutator mutator(seeds(), seed);
  for (const std::string& input : seeds()) {
    if (!survives(input)) return 1;
  }
  const auto start = std::chrono::steady_clock::now();
  std::int64_t count = 0;
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  while (elapsed() < seconds) {
    if (!survives(mutator.next())) return 1;
    ++count;
  }
  std::cout << program << ": " << count << " inputs, seed " << seed << ", no fault\n";
  return 0;
}

}  // namespace

std::string write_input(const std::string& input) {
  static const int file = ::memfd_create("input", 0);
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, input.data(), input.size(), 0) != static_cast<ssize_t>(input.size())) {
    std::abort();
  }
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace sequent::fuzz

int main(int count, char** arguments) {
  using namespace sequent::fuzz;
  program = arguments[0];
  failed_file = program + ".failed";
  for (const int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM}) {
    std::signal(number, on_signal);
  }
  sequent::set_log_sink([](sequent::LogLevel, std::string_view) {});
  double seconds = 1;
  std::uint64_t seed = 1;
  int first = 1;
  for (; first + 1 < count && std::strncmp(arguments[first], "--", 2) == 0; first += 2) {
    const std::string option = arguments[first];
    if (option == "--seconds") seconds = std::atof(arguments[first + 1]);
    if (option == "--seed") seed = std::strtoull(arguments[first + 1], nullptr, 10);
  }
  return first < count ? run_files(count - first, arguments + first) : run_mutations(seconds, seed);
}
