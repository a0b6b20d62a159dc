// Completion scripts of a program for bash, zsh and fish. The scripts contain the commands and
// options, so that completion does not run the program.
#include <algorithm>

#include "apps/cli_docs.h"

namespace sequent {
namespace {

/// Returns the text in single quotes, where bash and zsh interpret nothing.
std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

/// Returns `sequent train` as a part of a shell function's name.
std::string function_name(const std::string& path) {
  std::string name = path;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return "_" + name;
}

/// Returns the command's own options and the program options that it accepts.
std::vector<OptionDoc> options_of(const CommandDoc& command) {
  std::vector<OptionDoc> options = command.options;
  options.insert(options.end(), command.inherited.begin(), command.inherited.end());
  return options;
}

// ---- bash ---------------------------------------------------------------------------------------

/// Returns the completion of a value, or nothing if the shell cannot complete it.
std::string bash_action(const OptionDoc& option, const std::string& complete) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return complete + "_words " + shell_quoted(joined(option.choices, " "));
    case ValueKind::kFile:
      return complete + "_paths -f";
    case ValueKind::kFolder:
      return complete + "_paths -d";
    default:
      return ":";
  }
}

/// Returns the patterns of a case, such as 'sequent train --out' | 'sequent train -o'.
std::string bash_patterns(const CommandDoc& command, const OptionDoc& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names)
    patterns.push_back(shell_quoted(command.path + " " + name));
  return joined(patterns, " | ");
}

/// Returns the cases for a typed word that selects a subcommand or expects an option's value next.
std::string bash_word_cases(const std::vector<const CommandDoc*>& commands) {
  std::string text;
  for (const CommandDoc* command : commands) {
    for (const CommandDoc& sub : command->commands) {
      text += "      " + shell_quoted(sub.path) + ") command=" + shell_quoted(sub.path) + " ;;\n";
    }
    for (const OptionDoc& option : options_of(*command)) {
      if (option.kind == ValueKind::kNone) continue;
      text += "      " + bash_patterns(*command, option) + ") option=$word ;;\n";
    }
  }
  return text;
}

std::string bash_value_cases(const std::vector<const CommandDoc*>& commands,
                             const std::string& function) {
  std::string text;
  for (const CommandDoc* command : commands) {
    for (const OptionDoc& option : options_of(*command)) {
      if (option.kind == ValueKind::kNone) continue;
      text += "      " + bash_patterns(*command, option) + ") " + bash_action(option, function) +
              " ;;\n";
    }
  }
  return text;
}

std::string bash_option_cases(const std::vector<const CommandDoc*>& commands,
                              const std::string& function) {
  std::string text;
  for (const CommandDoc* command : commands) {
    std::vector<std::string> names;
    for (const OptionDoc& option : options_of(*command)) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    text += "      " + shell_quoted(command->path) + ") " + function + "_words " +
            shell_quoted(joined(names, " ")) + " ;;\n";
  }
  return text;
}

std::string bash_argument_cases(const std::vector<const CommandDoc*>& commands,
                                const std::string& function) {
  std::string text;
  for (const CommandDoc* command : commands) {
    if (!command->commands.empty()) {
      std::vector<std::string> names;
      for (const CommandDoc& sub : command->commands) names.push_back(sub.name);
      text += "    " + shell_quoted(command->path + " 0") + ") " + function + "_words " +
              shell_quoted(joined(names, " ")) + " ;;\n";
    }
    for (std::size_t i = 0; i < command->positionals.size(); ++i) {
      text += "    " + shell_quoted(command->path + " " + std::to_string(i)) + ") " +
              bash_action(command->positionals[i], function) + " ;;\n";
    }
  }
  return text;
}

// ---- zsh ----------------------------------------------------------------------------------------

/// Escapes the characters that end a description of _arguments.
std::string zsh_description(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

/// Returns `:message:action` of a value.
std::string zsh_value(const OptionDoc& option) {
  const std::string message = option.positional ? option.names.front() : option.names.back();
  const std::string start = ":" + message.substr(message.find_first_not_of('-')) + ":";
  switch (option.kind) {
    case ValueKind::kChoice:
      return start + "(" + joined(option.choices, " ") + ")";
    case ValueKind::kFile:
      return start + "_files";
    case ValueKind::kFolder:
      return start + "_files -/";
    default:
      return start;
  }
}

/// Returns one spec per name of the option, which excludes the other names.
std::string zsh_option(const OptionDoc& option) {
  std::vector<std::string> excluded = option.excludes;
  std::erase_if(excluded, [](const std::string& name) { return !name.starts_with("-"); });
  excluded.insert(excluded.end(), option.names.begin(), option.names.end());
  std::string text;
  for (const std::string& name : option.names) {
    std::string spec = option.repeatable ? "*" : "(" + joined(excluded, " ") + ")";
    spec += name;
    if (option.kind != ValueKind::kNone) spec += name.starts_with("--") ? "=" : "+";
    spec += "[" + zsh_description(option.description) + "]";
    if (option.kind != ValueKind::kNone) spec += zsh_value(option);
    text += " \\\n    " + shell_quoted(spec);
  }
  return text;
}

std::string zsh_commands(const CommandDoc& command) {
  std::string text = "  case $state in\n    commands)\n      local -a commands\n      commands=(\n";
  for (const CommandDoc& sub : command.commands) {
    text += "        " + shell_quoted(sub.name + ":" + zsh_description(sub.description)) + "\n";
  }
  text +=
      "      )\n      _describe -t commands command commands\n      ;;\n"
      "    arguments)\n      case $words[1] in\n";
  for (const CommandDoc& sub : command.commands) {
    text += "        " + sub.name + ") " + function_name(sub.path) + " ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n";
}

std::string zsh_function(const CommandDoc& command) {
  std::string text = function_name(command.path) + "() {\n";
  const bool has_commands = !command.commands.empty();
  if (has_commands) {
    text += "  local curcontext=$curcontext state line\n  typeset -A opt_args\n";
  }
  text += has_commands ? "  _arguments -C" : "  _arguments -s";
  for (const OptionDoc& option : options_of(command)) text += zsh_option(option);
  int place = 0;
  for (const OptionDoc& argument : command.positionals) {
    text += " \\\n    " + shell_quoted(std::to_string(++place) + (argument.required ? "" : ":") +
                                       zsh_value(argument));
  }
  if (has_commands) text += " \\\n    '1:command:->commands' \\\n    '*::argument:->arguments'";
  return text + "\n" + (has_commands ? zsh_commands(command) : "") + "}\n\n";
}

// ---- fish ---------------------------------------------------------------------------------------

/// Returns the text in single quotes, where fish interprets the backslash and the quote.
std::string fish_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string fish_value(const OptionDoc& option) {
  switch (option.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kChoice:
      return " -x -a " + fish_quoted(joined(option.choices, " "));
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    default:
      return " -x";
  }
}

std::string fish_option(const OptionDoc& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return text + fish_value(option) + " -d " + fish_quoted(option.description);
}

std::string fish_lines(const CommandDoc& command, const std::string& program,
                       const std::string& at) {
  const std::string start =
      "complete -c " + program + " -n " + fish_quoted(at + " " + fish_quoted(command.path));
  std::string text;
  for (const CommandDoc& sub : command.commands) {
    text += start + " -a " + sub.name + " -d " + fish_quoted(sub.description) + "\n";
  }
  for (const OptionDoc& argument : command.positionals) {
    if (argument.kind == ValueKind::kChoice) {
      text += start + " -a " + fish_quoted(joined(argument.choices, " ")) + "\n";
    } else if (argument.kind != ValueKind::kText) {
      text += start + " -F\n";
    }
  }
  for (const OptionDoc& option : options_of(command)) text += start + fish_option(option) + "\n";
  return text;
}

}  // namespace

std::string bash_completion(const CommandDoc& program) {
  const std::vector<const CommandDoc*> commands = all_commands(program);
  const std::string f = function_name(program.path);
  // The value after = is a separate word, and so is the =.
  return "# bash completion for " + program.name + ", generated from its option declarations\n\n" +
         f + "_words() {\n  mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n}\n\n" +
         f +
         "_paths() {\n"
         "  compopt -o filenames 2>/dev/null\n"
         "  mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n}\n\n" +
         f +
         "() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} command=" +
         shell_quoted(program.path) +
         " option= word\n"
         "  local -i arguments=0 i\n"
         "  COMPREPLY=()\n"
         "  if [[ $current == '=' ]]; then current=; fi\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    if [[ $word == '=' ]]; then continue; fi\n"
         "    if [[ -n $option ]]; then\n      option=\n      continue\n    fi\n"
         "    case \"$command $word\" in\n" +
         bash_word_cases(commands) +
         "      *) if [[ $word != -?* ]]; then arguments+=1; fi ;;\n"
         "    esac\n"
         "  done\n"
         "  if [[ -n $option ]]; then\n"
         "    case \"$command $option\" in\n" +
         bash_value_cases(commands, f) +
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  if [[ $current == -?* || $current == - ]]; then\n"
         "    case $command in\n" +
         bash_option_cases(commands, f) +
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  case \"$command $arguments\" in\n" +
         bash_argument_cases(commands, f) + "  esac\n}\n\ncomplete -F " + f + " " + program.name +
         "\n";
}

std::string zsh_completion(const CommandDoc& program) {
  std::string text = "#compdef " + program.name + "\n# zsh completion for " + program.name +
                     ", generated from its option declarations\n\n";
  for (const CommandDoc* command : all_commands(program)) text += zsh_function(*command);
  const std::string f = function_name(program.path);
  // The script runs from a folder of fpath through compinit, or through `source`.
  return text + "if [[ $funcstack[1] == " + f + " ]]; then\n  " + f + " \"$@\"\nelse\n  compdef " +
         f + " " + program.name + "\nfi\n";
}

std::string fish_completion(const CommandDoc& program) {
  const std::vector<const CommandDoc*> commands = all_commands(program);
  const std::string at = "_" + function_name(program.path) + "_at";
  std::string text = "# fish completion for " + program.name +
                     ", generated from its option declarations\n\n"
                     "# Succeeds if the command line has reached this command.\n"
                     "function " +
                     at + "\n    set -l command " + program.name +
                     "\n    for word in (commandline -opc)[2..-1]\n"
                     "        switch \"$command $word\"\n            case";
  std::vector<std::string> paths;
  for (const CommandDoc* command : commands) {
    if (command != &program) paths.push_back(fish_quoted(command->path));
  }
  text += " " + (paths.empty() ? fish_quoted(program.path) : joined(paths, " ")) +
          "\n                set command \"$command $word\"\n"
          "        end\n    end\n    test \"$command\" = $argv[1]\nend\n\n"
          "complete -c " +
          program.name + " -f\n";
  for (const CommandDoc* command : commands) text += fish_lines(*command, program.name, at);
  return text;
}

}  // namespace sequent
