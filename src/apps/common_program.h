// What both programs share: one catch, one place for signals, checked writing to stdout.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sequent/describe.h"
#include "sequent/precision.h"

namespace sequent {

/// Chosen by the subcommand that was typed; run after parsing.
using Action = std::function<void()>;

/// Adds -v and -q, which may also stand behind a subcommand: call before these are added.
void add_log_flags(CLI::App& app);

/// Parses the command line, runs `action` (set while parsing) and gives the exit code: 0, the code
/// of an Error, 2 for a wrong command line, 130 or 143 after SIGINT or SIGTERM.
int run_program(CLI::App& app, int argc, char** argv, const Action& action);

/// From now on SIGINT and SIGTERM set a flag instead of ending the program; one that
/// comes seconds later ends it.
void watch_signals();

/// The signal that came, or 0.
int received_signal();

/// Writes to stdout. Errors: Runtime, such as on a full disk.
void print(std::string_view text);

/// Hands what was printed on at once. Errors: Runtime.
void flush();

/// True if people read stderr.
bool stderr_is_terminal();

/// For options that take one of an enum's names.
template <class Enum>
std::map<std::string, Enum> enum_choices() {
  std::map<std::string, Enum> choices;
  for (std::size_t i = 0; i < EnumNames<Enum>::values.size(); ++i) {
    choices.emplace(EnumNames<Enum>::values[i], static_cast<Enum>(i));
  }
  return choices;
}

/// For options that take a precision: those of a CPU.
std::map<std::string, Precision> precision_names();

}  // namespace sequent
