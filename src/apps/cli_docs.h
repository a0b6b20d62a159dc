// --help, shell completion, the man page and the Markdown reference of a program, all generated
// from its CLI11 declarations.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "apps/cli_tree.h"
#include "apps/common_program.h"

namespace sequent {

struct ExitCode {
  int code;
  std::string meaning;
};

/// Adds --help and --version, and generates --help from the same data as the other documents. Call
/// it before adding subcommands, because they inherit the help.
void add_help(CLI::App& app, const std::vector<ExitCode>& exit_codes);

/// Adds the subcommands completion, man and cli-reference, which document all of `app`.
void add_docs_commands(CLI::App& app, const std::vector<ExitCode>& exit_codes, Action& action);

/// Adds --completion, --man and --cli-reference, which require no other argument.
void add_docs_flags(CLI::App& app, const std::vector<ExitCode>& exit_codes);

std::string bash_completion(const CommandDoc& program);
std::string zsh_completion(const CommandDoc& program);
std::string fish_completion(const CommandDoc& program);

/// Returns roff source with the man macros.
std::string man_page(const CommandDoc& program, const std::vector<ExitCode>& exit_codes);

/// Returns the program's part of docs/reference/cli.md.
std::string cli_reference(const CommandDoc& program, const std::vector<ExitCode>& exit_codes);

}  // namespace sequent
