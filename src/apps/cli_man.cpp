// Generates the man page of a program.
#include <cctype>

#include "apps/cli_docs.h"
#include "sequent/artifact.h"

namespace sequent {
namespace {

/// Escapes one line of roff text: a backslash starts an escape, a plain minus may become a hyphen,
/// and a dot or an apostrophe at the start of a line is a request.
std::string roff_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

std::string bold(const std::string& text) { return "\\fB" + roff_escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff_escaped(text) + "\\fR"; }

std::string roff_sentence(const std::string& text) {
  return roff_escaped(text) + (text.ends_with('.') ? "" : ".");
}

std::string entry_of(const OptionDoc& option) {
  std::string head;
  for (const std::string& name : option.names) {
    head += (head.empty() ? "" : ", ") + (option.positional ? italic(name) : bold(name));
  }
  if (!option.positional && !option.value.empty()) head += " " + italic(option.value);
  std::string text = ".TP\n" + head + "\n" + roff_sentence(option.description) + "\n";
  if (option.required && !option.positional) text += "Required.\n";
  if (option.repeatable) text += "May be repeated.\n";
  if (option.positional && option.kind == ValueKind::kChoice) {
    text += "One of " + italic(option.value) + ".\n";
  }
  if (!option.range.empty()) text += "Allowed: " + roff_escaped(option.range) + ".\n";
  if (!option.default_value.empty()) text += "Default: " + bold(option.default_value) + ".\n";
  for (const std::string& other : option.excludes) {
    text += "Cannot be combined with " + bold(other) + ".\n";
  }
  return text;
}

std::string entries_of(const CommandDoc& command) {
  std::string text;
  for (const OptionDoc& argument : command.positionals) text += entry_of(argument);
  for (const OptionDoc& option : command.options) text += entry_of(option);
  return text;
}

/// Renders the name in bold and the arguments in plain type.
std::string synopsis_of(const CommandDoc& command) {
  const std::string usage = usage_of(command);
  return bold(command.path) + roff_escaped(usage.substr(command.path.size()));
}

bool is_help(const OptionDoc& option) { return option.names.back() == "--help"; }

/// Renders the commands that have an action, each with its options except --help.
std::string commands_of(const CommandDoc& program) {
  std::string text;
  for (const CommandDoc* command : all_commands(program)) {
    if (command == &program || !command->commands.empty()) continue;
    CommandDoc shown = *command;
    std::erase_if(shown.options, is_help);
    text += ".SS " + roff_escaped(command->path) + "\n" + synopsis_of(*command) + "\n.PP\n" +
            roff_sentence(command->description) + "\n" + entries_of(shown);
  }
  return text;
}

}  // namespace

std::string man_page(const CommandDoc& program, const std::vector<ExitCode>& exit_codes) {
  const std::string other = program.name == "sequent" ? "sequent-infer" : "sequent";
  std::string upper = program.name;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string text = ".\\\" Generated from the program's option declarations.\n.TH " +
                     roff_escaped(upper) + " 1 \"\" \"sequent " + std::string(version()) +
                     "\" \"User Commands\"\n";
  std::string summary = program.description;
  if (summary.ends_with('.')) summary.pop_back();
  summary.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(summary.front())));
  // Disable hyphenation and justification, so that commands and options stay verbatim.
  text += ".nh\n.ad l\n.SH NAME\n" + roff_escaped(program.name) + " \\- " + roff_escaped(summary) +
          "\n";
  text += ".SH SYNOPSIS\n" + synopsis_of(program) + "\n";
  text += ".SH DESCRIPTION\n" + roff_sentence(program.description) + "\n";
  text += ".SH OPTIONS\n" + entries_of(program);
  if (!program.commands.empty()) {
    text += ".SH COMMANDS\nEvery command also takes " + bold("--help") +
            " and the options above.\n" + commands_of(program);
  }
  text += ".SH EXIT STATUS\n";
  for (const ExitCode& exit : exit_codes) {
    text += ".TP\n" + bold(std::to_string(exit.code)) + "\n" + roff_escaped(exit.meaning) + "\n";
  }
  return text + ".SH SEE ALSO\n" + bold(other) + "(1)\n";
}

}  // namespace sequent
