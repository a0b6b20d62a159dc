// Generates the Markdown reference of a program's command line.
#include "apps/cli_docs.h"

namespace sequent {
namespace {

std::string markdown_code(const std::string& text) { return "`" + text + "`"; }

/// Returns Markdown text in which words such as --out are code and each | is escaped.
std::string markdown_text(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_option = text.compare(i, 2, "--") == 0 && (i == 0 || text[i - 1] == ' ');
    if (starts_option) {
      const std::size_t end = text.find_first_not_of("-abcdefghijklmnopqrstuvwxyz", i);
      const std::string name = text.substr(i, end == std::string::npos ? end : end - i);
      result += markdown_code(name);
      i += name.size() - 1;
    } else {
      result += text[i] == '|' ? std::string("\\|") : std::string(1, text[i]);
    }
  }
  return result;
}

std::string markdown_sentence(const std::string& text) {
  return markdown_text(text) + (text.ends_with('.') ? "" : ".");
}

std::string allowed_of(const OptionDoc& option) {
  std::string text;
  for (const std::string& choice : option.choices) {
    text += (text.empty() ? "" : ", ") + markdown_code(choice);
  }
  return text + option.range;
}

std::string row_of(const OptionDoc& option) {
  std::string name;
  for (const std::string& one : option.names) {
    if (!name.empty()) name += ", ";
    const bool last = &one == &option.names.back();
    // The choices have their own column.
    const bool placeholder = last && !option.positional && option.choices.empty();
    name += markdown_code(placeholder && !option.value.empty() ? one + " " + option.value : one);
  }
  const std::string fallback = option.required                ? "required"
                               : option.default_value.empty() ? ""
                                                              : markdown_code(option.default_value);
  std::string meaning = markdown_sentence(option.description);
  if (option.repeatable) meaning += " May be repeated.";
  for (const std::string& other : option.excludes) {
    meaning += " Cannot be combined with " + markdown_code(other) + ".";
  }
  return "| " + name + " | " + allowed_of(option) + " | " + fallback + " | " + meaning + " |\n";
}

std::string section_of(const CommandDoc& command, const std::string& heading) {
  std::string text = "\n" + heading + " " + command.path + "\n\n" +
                     markdown_sentence(command.description) + "\n\n```text\n" + usage_of(command) +
                     "\n```\n\n";
  if (!command.commands.empty()) {
    text += "| command | meaning |\n|---|---|\n";
    for (const CommandDoc& sub : command.commands) {
      std::string anchor = sub.path;
      for (char& c : anchor) c = c == ' ' ? '-' : c;
      text += "| [" + markdown_code(sub.name) + "](#" + anchor + ") | " +
              markdown_sentence(sub.description) + " |\n";
    }
    text += "\n";
  }
  const std::string table = "| option | allowed | default | meaning |\n|---|---|---|---|\n";
  std::string rows;
  for (const OptionDoc& argument : command.positionals) rows += row_of(argument);
  const bool is_program = command.path == command.name;
  for (const OptionDoc& option : command.options) {
    if (is_program || option.names.back() != "--help") rows += row_of(option);
  }
  if (!rows.empty()) return text + table + rows;
  if (command.commands.empty()) return text + "No options.\n";
  text.pop_back();  // the empty line before a table
  return text;
}

}  // namespace

std::string cli_reference(const CommandDoc& program, const std::vector<ExitCode>& exit_codes) {
  std::string text;
  if (program.name == "sequent") {
    text =
        "# Command-line reference\n\n"
        "This page is generated from the option declarations of the two programs. To update it, "
        "run\n\n"
        "```sh\n"
        "{ sequent cli-reference; sequent-infer --cli-reference; } > docs/reference/cli.md\n"
        "```\n\n"
        "Every command of `sequent` also takes `--help`, `--verbose` and `--quiet`.\n";
  }
  for (const CommandDoc* command : all_commands(program)) {
    text += section_of(*command, command == &program ? "##" : "###");
  }
  text += "\n### Exit codes of " + program.name + "\n\n| code | meaning |\n|---|---|\n";
  for (const ExitCode& exit : exit_codes) {
    text += "| " + std::to_string(exit.code) + " | " + markdown_text(exit.meaning) + " |\n";
  }
  return text;
}

}  // namespace sequent
