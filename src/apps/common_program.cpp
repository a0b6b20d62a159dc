#include "apps/common_program.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>
#include <sstream>

#include "core/interrupt.h"
#include "core/nearest.h"
#include "core/temporary_file.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

constexpr const char* kOutOfMemory = "out of memory; try a smaller batch_size, max_length or model";

std::atomic<int> signal_number{0};
std::atomic<std::int64_t> signal_second{0};

/// Signals that end a program. SIGKILL and crashes leave temporary files, which the next start
/// removes.
constexpr std::array<int, 6> kEndingSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU};

/// Removes the temporary files, and ends the process as the signal would have without a handler.
extern "C" void clean_up_and_end(int number) {
  remove_own_temporary_files();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// Whether the signal is ignored, as nohup(1) ignores SIGHUP.
bool is_ignored(int number) {
  struct sigaction before {};
  sigaction(number, nullptr, &before);
  return before.sa_handler == SIG_IGN;
}

void handle_signal(int number, void (*handle)(int)) {
  struct sigaction handler {};
  handler.sa_handler = handle;
  handler.sa_flags = SA_RESTART;
  sigaction(number, &handler, nullptr);
}

/// The first signal requests an orderly exit. A later one exits at once, unless it arrives together
/// with the first one, because timeout(1) signals a process and then its group.
extern "C" void remember_signal(int number) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr std::int64_t kPatience = 2;  // seconds
  input_is_unwanted = true;
  if (signal_number == 0) {
    signal_second = now.tv_sec;
    signal_number = number;
  } else if (now.tv_sec - signal_second >= kPatience) {
    remove_own_temporary_files();
    _exit(128 + number);
  }
}

/// Returns the last subcommand on the command line, or the program itself.
const CLI::App* innermost(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

/// Returns the valid words at the position of an unknown word.
std::vector<std::string> known_words(const CLI::App& command, bool options) {
  std::vector<std::string> names;
  if (options) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  }
  return names;
}

/// Returns the message for a word that `command` does not know.
std::string unknown_word(const CLI::App& command, const std::string& word) {
  const bool is_option = word.starts_with("-");
  const std::vector<std::string> names = known_words(command, is_option);
  const std::string name = word.substr(0, word.find('='));
  std::string text = std::string("unknown ") + (is_option ? "option " : "command ") + name;
  const std::string nearest = did_you_mean(name, names);
  if (!nearest.empty()) return text + nearest;
  const bool takes_config = std::count(names.begin(), names.end(), "--set") > 0;
  return takes_config
             ? text + "; options of the config are set with --set, as in --set training.epochs=3"
             : text;
}

/// Returns CLI11's message. If there are unknown words, it reports only the first one and the
/// nearest known word, because the others may be its values.
std::string usage_fault(const CLI::App* app, const CLI::Error& fault) {
  const CLI::App* command = innermost(app);
  const bool has_commands = !command->get_subcommands({}).empty();
  std::string text = fault.what();
  for (const std::string& word : app->remaining(/*recurse=*/true)) {
    if (!word.starts_with("-") && !has_commands) continue;  // most likely an unknown option's value
    text = (command == app ? "" : command->get_name() + ": ") + unknown_word(*command, word);
    break;
  }
  return "error: " + text + "\nRun with --help for more.\n";
}

int report(std::string_view text, int code) {
  log(LogLevel::kError, text);
  return code;
}

/// Returns the exit code of `run`, or of its error.
int run_guarded(const std::function<int()>& run) {
  try {
    const int code = run();
    flush();
    return code;
  } catch (const Error& error) {
    return report(error.what(), exit_code(error.kind()));
  } catch (const std::bad_alloc&) {
    return report(kOutOfMemory, 1);
  } catch (const std::exception& fault) {
    // LibTorch's messages for the CPU and for a GPU.
    const std::string_view what = fault.what();
    if (what.find("allocate memory") != std::string_view::npos ||
        what.find("out of memory") != std::string_view::npos) {
      return report(kOutOfMemory, 1);
    }
    return report(std::string("internal error, please report it: ") + fault.what(), 1);
  }
}

}  // namespace

void add_log_flags(CLI::App& app) {
  app.fallthrough();
  app.add_flag_callback(
      "-v,--verbose", [] { set_log_level(LogLevel::kDebug); }, "Log more details to stderr");
  app.add_flag_callback(
      "-q,--quiet", [] { set_log_level(LogLevel::kWarning); },
      "Log only warnings and errors to stderr");
}

int run_program(CLI::App& app, int argc, char** argv, const Action& action) {
  for (const int number : kEndingSignals) {
    if (!is_ignored(number)) handle_signal(number, clean_up_and_end);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // writing beyond a limit of file sizes is then an error
  app.failure_message(usage_fault);
  return run_guarded([&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
      constexpr int kWrongUsage = 2;
      std::ostringstream out;
      std::ostringstream err;
      const bool is_help = app.exit(fault, out, err) == 0;
      print(out.str());
      std::fputs(err.str().c_str(), stderr);
      return is_help ? 0 : kWrongUsage;
    }
    action();
    const int number = received_signal();
    return number == 0 ? 0 : 128 + number;
  });
}

void watch_signals() {
  // A training in the background of a script, whose shell ignores SIGINT for it, can be stopped
  // too.
  for (const int number : {SIGINT, SIGTERM}) handle_signal(number, remember_signal);
  if (!is_ignored(SIGHUP)) handle_signal(SIGHUP, remember_signal);
}

int received_signal() { return signal_number.load(); }

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw Error(ErrorKind::kRuntime, "stdout",
                std::string("cannot be written: ") + std::strerror(errno));
  }
}

void flush() {
  if (std::fflush(stdout) == 0) return;
  throw Error(ErrorKind::kRuntime, "stdout",
              std::string("cannot be written: ") + std::strerror(errno));
}

bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) != 0; }

std::map<std::string, Precision> precision_names() {
  return {{"float32", Precision::kFloat32},
          {"bfloat16", Precision::kBfloat16},
          {"auto", Precision::kAuto}};
}

}  // namespace sequent
