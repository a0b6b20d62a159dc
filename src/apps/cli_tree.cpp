#include "apps/cli_tree.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sequent {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
  }
  return parts;
}

/// Returns the text between the first `open` and the `close` after it.
std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const std::size_t begin = text.find(open);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find(close, begin);
  const std::size_t first = begin + open.size();
  return end == std::string::npos ? "" : text.substr(first, end - first);
}

/// CLI11 describes a value as TYPE:CHECK, such as INT:INT in [0 - 1024] or TEXT:{jsonl,tsv}. An
/// option_text replaces that description with a placeholder or with {choices}=default.
void describe_value(const CLI::Option& option, OptionDoc& doc) {
  const std::string& own_text = option.get_option_text();
  const std::string text = own_text.empty() ? option.get_type_name() : own_text;
  doc.default_value = own_text.empty() ? option.get_default_str() : "";
  const std::string choices = between(text, "{", "}");
  if (!choices.empty()) {
    doc.kind = ValueKind::kChoice;
    doc.choices = split(choices, ',');
    doc.value = "{" + choices + "}";
    if (const std::size_t equals = text.find("}="); equals != std::string::npos) {
      doc.default_value = text.substr(equals + 2);
    }
    return;
  }
  if (const std::string range = between(text, " in [", "]"); !range.empty()) {
    const std::size_t dash = range.find(" - ");
    const std::string least = range.substr(0, dash);
    const std::string most = range.substr(dash + 3);
    const bool open = most == std::to_string(std::numeric_limits<std::int64_t>::max());
    doc.range = open ? "at least " + least : least + " to " + most;
  }
  doc.value = text.substr(0, text.find(':'));
  if (doc.value == "INT" || doc.value == "UINT") doc.value = "N";
  if (doc.value == "FLOAT") doc.value = "NUMBER";
  if (doc.value == "TEXT") doc.value = "FILE";
  doc.kind = doc.value == "FILE"     ? ValueKind::kFile
             : doc.value == "FOLDER" ? ValueKind::kFolder
                                     : ValueKind::kText;
}

std::string path_of(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

/// Returns the program options that CLI11 also accepts after a command: those that change how a
/// command runs, but not those that print something instead.
std::vector<OptionDoc> inherited_options(const CLI::App& app) {
  std::vector<OptionDoc> found;
  const CLI::App* parent = app.get_parent();
  if (parent == nullptr || !app.get_fallthrough()) return found;
  for (const CLI::Option* option : parent->get_options({})) {
    if (option == parent->get_help_ptr() || option == parent->get_version_ptr()) continue;
    if (option->nonpositional()) found.push_back(describe_option(*option));
  }
  const std::vector<OptionDoc> above = inherited_options(*parent);
  found.insert(found.end(), above.begin(), above.end());
  return found;
}

}  // namespace

OptionDoc describe_option(const CLI::Option& option) {
  OptionDoc doc;
  doc.positional = !option.nonpositional();
  doc.required = option.get_required();
  doc.repeatable = option.get_items_expected_max() > 1;
  doc.description = option.get_description();
  if (doc.positional) doc.names.push_back(option.get_name(/*positional=*/true));
  for (const std::string& name : option.get_snames()) doc.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) doc.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) describe_value(option, doc);
  for (const CLI::Option* other : option.get_excludes()) {
    doc.excludes.push_back(other->get_name(/*positional=*/!other->nonpositional()));
  }
  std::sort(doc.excludes.begin(), doc.excludes.end());  // a set of pointers has no stable order
  return doc;
}

CommandDoc describe_command(const CLI::App& app) {
  CommandDoc doc;
  doc.name = app.get_name();
  doc.path = path_of(app);
  doc.description = app.get_description();
  for (const CLI::Option* option : app.get_options({})) {
    OptionDoc described = describe_option(*option);
    (described.positional ? doc.positionals : doc.options).push_back(std::move(described));
  }
  doc.inherited = inherited_options(app);
  for (const CLI::App* sub : app.get_subcommands({}))
    doc.commands.push_back(describe_command(*sub));
  return doc;
}

std::string usage_of(const CommandDoc& command) {
  std::string usage = command.path;
  for (const OptionDoc& argument : command.positionals) {
    const std::string& name = argument.names.front();
    usage += argument.required ? " " + name : " [" + name + "]";
  }
  for (const OptionDoc& option : command.options) {
    if (option.required) usage += " " + option.names.back() + " " + option.value;
  }
  if (!command.commands.empty()) return usage + " COMMAND";
  const bool has_others = std::any_of(
      command.options.begin(), command.options.end(),
      [](const OptionDoc& option) { return !option.required && option.names.back() != "--help"; });
  return has_others ? usage + " [OPTIONS]" : usage;
}

std::string signature_of(const OptionDoc& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + name;
  if (option.positional || option.value.empty()) return text;
  return text + " " + option.value;
}

std::vector<const CommandDoc*> all_commands(const CommandDoc& program) {
  std::vector<const CommandDoc*> found = {&program};
  for (const CommandDoc& command : program.commands) {
    const std::vector<const CommandDoc*> below = all_commands(command);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

}  // namespace sequent
