// The command line of a program as data, read from its CLI11 declarations: what --help, the
// completion scripts, the man page and the reference are generated from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace sequent {

/// What a shell can complete an option's value with.
enum class ValueKind { kNone, kText, kChoice, kFile, kFolder };

/// An option, or a positional argument.
struct OptionDoc {
  std::vector<std::string> names;  ///< {"-o", "--out"}, or {"CONFIG"} of a positional argument.
  bool positional = false;
  bool required = false;
  bool repeatable = false;
  ValueKind kind = ValueKind::kNone;
  std::string value;                 ///< Placeholder, as FOLDER or {jsonl,tsv}; empty of a flag.
  std::vector<std::string> choices;  ///< Of kChoice.
  std::string range;                 ///< As "0 to 1024"; empty if any value is allowed.
  std::string default_value;
  std::vector<std::string> excludes;  ///< Options that cannot be given as well.
  std::string description;            ///< Without a full stop.
};

struct CommandDoc {
  std::string name;  ///< "train"
  std::string path;  ///< "sequent train"
  std::string description;
  std::vector<OptionDoc> positionals;
  std::vector<OptionDoc> options;
  std::vector<OptionDoc> inherited;  ///< Options of the program that may follow the command too.
  std::vector<CommandDoc> commands;
};

/// The placeholder of a value decides what shells offer for it: FILE (also CLI11's own TEXT) stands
/// for files and folders, FOLDER for folders, {a,b} for these words; any other for nothing.
CommandDoc describe_command(const CLI::App& app);

OptionDoc describe_option(const CLI::Option& option);

/// `sequent train CONFIG --out FOLDER [OPTIONS]`
std::string usage_of(const CommandDoc& command);

/// `-o, --out FOLDER`
std::string signature_of(const OptionDoc& option);

/// All commands, the program first.
std::vector<const CommandDoc*> all_commands(const CommandDoc& program);

}  // namespace sequent
