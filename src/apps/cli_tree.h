// The command line of a program as data, read from its CLI11 declarations. --help, the completion
// scripts, the man page and the reference are generated from it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace sequent {

/// The ways in which a shell can complete an option's value.
enum class ValueKind { kNone, kText, kChoice, kFile, kFolder };

/// An option, or a positional argument.
struct OptionDoc {
  std::vector<std::string> names;  ///< {"-o", "--out"}, or {"CONFIG"} for a positional argument.
  bool positional = false;
  bool required = false;
  bool repeatable = false;
  ValueKind kind = ValueKind::kNone;
  std::string value;                 ///< Placeholder, as FOLDER or {jsonl,tsv}; empty of a flag.
  std::vector<std::string> choices;  ///< Only for kChoice.
  std::string range;                 ///< As "0 to 1024"; empty if any value is allowed.
  std::string default_value;
  std::vector<std::string> excludes;  ///< Options that cannot be combined with this one.
  std::string description;            ///< Without a full stop.
};

struct CommandDoc {
  std::string name;  ///< "train"
  std::string path;  ///< "sequent train"
  std::string description;
  std::vector<OptionDoc> positionals;
  std::vector<OptionDoc> options;
  std::vector<OptionDoc> inherited;  ///< Program options that may also follow the command.
  std::vector<CommandDoc> commands;
};

/// The placeholder of a value determines its completion: FILE (and CLI11's own TEXT) completes
/// files and folders, FOLDER completes folders, and {a,b} completes these words. Other placeholders
/// have no completion.
CommandDoc describe_command(const CLI::App& app);

OptionDoc describe_option(const CLI::Option& option);

/// Returns `sequent train CONFIG --out FOLDER [OPTIONS]`.
std::string usage_of(const CommandDoc& command);

/// Returns `-o, --out FOLDER`.
std::string signature_of(const OptionDoc& option);

/// Returns all commands, starting with the program itself.
std::vector<const CommandDoc*> all_commands(const CommandDoc& program);

}  // namespace sequent
