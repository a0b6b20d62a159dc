#include "apps/cli_docs.h"

#include <memory>

#include "sequent/artifact.h"

namespace sequent {
namespace {

const std::vector<std::string> kShells = {"bash", "zsh", "fish"};

std::string completion_for(const std::string& shell, const CommandDoc& program) {
  if (shell == "bash") return bash_completion(program);
  return shell == "zsh" ? zsh_completion(program) : fish_completion(program);
}

/// Returns ` (required; 0 to 1024; default: 0)`, or an empty string.
std::string details_of(const OptionDoc& option) {
  std::string text;
  const auto add = [&text](const std::string& detail) {
    text += (text.empty() ? "" : "; ") + detail;
  };
  if (option.required && !option.positional) add("required");
  if (option.positional && option.kind == ValueKind::kChoice) add(option.value);
  if (option.repeatable) add("may be repeated");
  if (!option.range.empty()) add(option.range);
  if (!option.default_value.empty()) add("default: " + option.default_value);
  for (const std::string& other : option.excludes) add("not with " + other);
  return text.empty() ? "" : " (" + text + ")";
}

/// Renders --help in CLI11's layout from the same data as the other documents.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override {
    const std::string text = app->get_description();
    return text + (text.ends_with('.') ? "\n" : ".\n");
  }
  std::string make_usage(const CLI::App* app, std::string /*name*/) const override {
    return "\nUsage: " + usage_of(describe_command(*app)) + "\n";
  }
  std::string make_option_name(const CLI::Option* option, bool /*is_positional*/) const override {
    return signature_of(describe_option(*option));
  }
  std::string make_option_opts(const CLI::Option* /*option*/) const override { return ""; }
  std::string make_option_desc(const CLI::Option* option) const override {
    const OptionDoc doc = describe_option(*option);
    return doc.description + details_of(doc);
  }
};

}  // namespace

void add_help(CLI::App& app, const std::vector<ExitCode>& exit_codes) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("--version", std::string(version()), "Print the version and exit");
  std::string footer = "Exit codes:";
  for (const ExitCode& exit : exit_codes) {
    const std::string code = std::to_string(exit.code);
    footer += "\n  " + code + std::string(5 - code.size(), ' ') + exit.meaning;
  }
  app.footer(footer);
}

void add_docs_commands(CLI::App& app, const std::vector<ExitCode>& exit_codes, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "Print a script that completes command lines in a shell");
  completion
      ->add_option("SHELL", *shell,
                   "Shell to complete in; bash and zsh load the script with\n                   "
                   "source <(sequent completion bash)")
      ->required()
      ->check(CLI::IsMember(kShells));
  completion->callback([&app, shell, &action] {
    action = [&app, shell] { print(completion_for(*shell, describe_command(app))); };
  });
  app.add_subcommand("man", "Print the man page, as roff source")
      ->callback([&app, exit_codes, &action] {
        action = [&app, exit_codes] { print(man_page(describe_command(app), exit_codes)); };
      });
  app.add_subcommand("cli-reference", "Print all commands and options as Markdown")
      ->callback([&app, exit_codes, &action] {
        action = [&app, exit_codes] { print(cli_reference(describe_command(app), exit_codes)); };
      });
}

void add_docs_flags(CLI::App& app, const std::vector<ExitCode>& exit_codes) {
  // Like --help, this ends parsing before CLI11 reports missing arguments.
  const auto finish = [](const std::string& document) {
    print(document);
    flush();
    throw CLI::Success();
  };
  app.add_option_function<std::string>(
         "--completion",
         [&app, finish](const std::string& shell) {
           finish(completion_for(shell, describe_command(app)));
         },
         "Print a script that completes command lines in this shell, and exit")
      ->check(CLI::IsMember(kShells));
  app.add_flag_callback(
      "--man", [&app, exit_codes, finish] { finish(man_page(describe_command(app), exit_codes)); },
      "Print the man page, as roff source, and exit");
  app.add_flag_callback(
      "--cli-reference",
      [&app, exit_codes, finish] { finish(cli_reference(describe_command(app), exit_codes)); },
      "Print all options as Markdown, and exit");
}

}  // namespace sequent
