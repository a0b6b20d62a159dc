// Code that both programs share: error handling, signal handling and checked output to stdout.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sequent/describe.h"
#include "sequent/precision.h"

namespace sequent {

/// The action of the selected subcommand, which runs after parsing.
using Action = std::function<void()>;

/// Adds -v and -q, which may also follow a subcommand. Call it before adding subcommands.
void add_log_flags(CLI::App& app);

/// Parses the command line, runs `action` (which parsing sets) and returns the exit code: 0, the
/// code of an Error, 2 for an invalid command line, or 128 plus the number of a signal, such as 130
/// after SIGINT.
int run_program(CLI::App& app, int argc, char** argv, const Action& action);

/// Makes SIGINT, SIGTERM and SIGHUP set a flag instead of ending the program. A second signal that
/// arrives some seconds later ends it.
void watch_signals();

/// Returns the received signal, or 0.
int received_signal();

/// Writes to stdout. Errors: Runtime, such as on a full disk.
void print(std::string_view text);

/// Flushes stdout. Errors: Runtime.
void flush();

/// Returns whether stderr is a terminal.
bool stderr_is_terminal();

/// Returns the names of an enum with their values, for options that take one of them.
template <class Enum>
std::map<std::string, Enum> enum_choices() {
  std::map<std::string, Enum> choices;
  for (std::size_t i = 0; i < EnumNames<Enum>::values.size(); ++i) {
    choices.emplace(EnumNames<Enum>::values[i], static_cast<Enum>(i));
  }
  return choices;
}

/// Returns the names of the CPU precisions, for options that take a precision.
std::map<std::string, Precision> precision_names();

}  // namespace sequent
