#include "apps/common_program.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>

#include "core/nearest.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

constexpr const char* kOutOfMemory = "out of memory; try a smaller batch_size, max_length or model";

std::atomic<int> signal_number{0};
std::atomic<std::int64_t> signal_second{0};

/// The first signal asks for an orderly end. A later one ends at once, but not one that comes with
/// the first: timeout(1) signals a process and then its group.
extern "C" void remember_signal(int number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr std::int64_t kPatience = 2;  // seconds
  if (signal_number == 0) {
    signal_second = now.tv_sec;
    signal_number = number;
  } else if (now.tv_sec - signal_second >= kPatience) {
    _exit(128 + number);
  }
}

/// CLI11's complaint, and the nearest subcommand for a word that is none.
std::string usage_fault(const CLI::App* app, const CLI::Error& fault) {
  std::string text = std::string("error: ") + fault.what() + "\n";
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands({})) names.push_back(command->get_name());
  for (const std::string& word : app->remaining()) {
    text += "found \"" + word + "\"" + did_you_mean(word, names) + "\n";
  }
  return text + "Run with --help for more.\n";
}

int report(std::string_view text, int code) {
  log(LogLevel::kError, text);
  return code;
}

int run_guarded(const Action& action) {
  try {
    action();
    if (std::fflush(stdout) != 0) {
      throw Error(ErrorKind::kRuntime, "stdout",
                  std::string("cannot be written: ") + std::strerror(errno));
    }
    const int number = received_signal();
    return number == 0 ? 0 : 128 + number;
  } catch (const Error& error) {
    return report(error.what(), exit_code(error.kind()));
  } catch (const std::bad_alloc&) {
    return report(kOutOfMemory, 1);
  } catch (const std::exception& fault) {
    // LibTorch's own errors, of the CPU and of a GPU.
    const std::string_view what = fault.what();
    if (what.find("allocate memory") != std::string_view::npos ||
        what.find("out of memory") != std::string_view::npos) {
      return report(kOutOfMemory, 1);
    }
    return report(std::string("internal fault, please report it: ") + fault.what(), 1);
  }
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv, const Action& action) {
  app.failure_message(usage_fault);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    constexpr int kWrongUsage = 2;
    return app.exit(fault) == 0 ? 0 : kWrongUsage;
  } catch (const Error& error) {
    return report(error.what(), exit_code(error.kind()));
  }
  return run_guarded(action);
}

void watch_signals() {
  struct sigaction handler {};
  handler.sa_handler = remember_signal;
  handler.sa_flags = SA_RESTART;
  sigaction(SIGINT, &handler, nullptr);
  sigaction(SIGTERM, &handler, nullptr);
}

int received_signal() { return signal_number.load(); }

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw Error(ErrorKind::kRuntime, "stdout",
                std::string("cannot be written: ") + std::strerror(errno));
  }
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) != 0; }

std::map<std::string, Precision> precision_names() {
  return {{"float32", Precision::kFloat32},
          {"bfloat16", Precision::kBfloat16},
          {"auto", Precision::kAuto}};
}

}  // namespace sequent
