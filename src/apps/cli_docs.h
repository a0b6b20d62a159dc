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

/// Adds --help and --version, and makes --help say what the other documents say. Call before
/// subcommands are added: they inherit the help.
void add_help(CLI::App& app, const std::vector<ExitCode>& exit_codes);

/// Adds the subcommands completion, man and cli-reference, which document the whole of `app`.
void add_docs_commands(CLI::App& app, const std::vector<ExitCode>& exit_codes, Action& action);

/// Adds --completion, --man and --cli-reference, which need no other argument.
void add_docs_flags(CLI::App& app, const std::vector<ExitCode>& exit_codes);

std::string bash_completion(const CommandDoc& program);
std::string zsh_completion(const CommandDoc& program);
std::string fish_completion(const CommandDoc& program);

/// Source for roff with the man macros.
std::string man_page(const CommandDoc& program, const std::vector<ExitCode>& exit_codes);

/// The program's part of docs/reference/cli.md.
std::string cli_reference(const CommandDoc& program, const std::vector<ExitCode>& exit_codes);

}  // namespace sequent
