#include "apps/common_program.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

std::atomic<int> signal_number{0};

extern "C" void remember_signal(int number) {
  if (signal_number.exchange(number) != 0) _exit(128 + number);
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
    return report("out of memory; try a smaller batch_size, max_length or model", 1);
  } catch (const std::exception& fault) {
    return report(std::string("internal fault, please report it: ") + fault.what(), 1);
  }
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv, const Action& action) {
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

}  // namespace sequent
