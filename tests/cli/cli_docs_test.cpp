// Tests the documents generated from command-line declarations: reference, man pages, completion.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using testing::CommandResult;
using testing::slurp;

class CliDocs : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    for (const char* shell : {"bash", "zsh", "fish"}) {
      const std::string name(shell);
      ASSERT_EQ(run("sequent completion " + name + " > sequent." + name).code, 0);
      ASSERT_EQ(run("sequent-infer --completion " + name + " > sequent-infer." + name).code, 0);
    }
    ASSERT_EQ(run("sequent man > sequent.1").code, 0);
    ASSERT_EQ(run("sequent-infer --man > sequent-infer.1").code, 0);
  }

  static bool is_installed(const std::string& program) {
    return run("command -v " + program).code == 0;
  }

  /// Returns the completions that bash offers for the last word of a command line.
  static std::set<std::string> offered_by_bash(const std::vector<std::string>& words) {
    std::string script = "source " + words.front() + ".bash; COMP_WORDS=(";
    for (const std::string& word : words) script += "\"" + word + "\" ";
    script += "); COMP_CWORD=" + std::to_string(words.size() - 1) + "; complete -p " +
              words.front() + " | grep -q -- \"-F _" + words.front() + " \" || exit 1; _" +
              words.front() + "; printf \"%s\\n\" \"${COMPREPLY[@]}\"";
    const CommandResult found = run("bash -c '" + script + "'");
    EXPECT_EQ(found.code, 0) << found.err;
    EXPECT_EQ(found.err, "");
    return lines_of(found.out);
  }

  static std::set<std::string> offered_by_fish(const std::string& line) {
    const std::string program = line.substr(0, line.find(' '));
    const CommandResult found = run("HOME=$PWD fish --no-config -c 'source " + program +
                                    ".fish; complete -C \"" + line + "\"' | cut -f 1");
    EXPECT_EQ(found.err, "");
    return lines_of(found.out);
  }

  static std::set<std::string> lines_of(const std::string& text) {
    std::set<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) lines.insert(line);
    }
    return lines;
  }
};

using Words = std::set<std::string>;

TEST_F(CliDocs, ReferencePagesAreUpToDate) {
  const std::string folder = SEQUENT_SOURCE_DIR "/docs/reference/";
  EXPECT_EQ(run("sequent cli-reference; sequent-infer --cli-reference").out,
            slurp(folder + "cli.md"))
      << "docs/reference/cli.md says how it is updated";
  EXPECT_EQ(run("sequent config reference").out, slurp(folder + "config.md"))
      << "docs/reference/config.md says how it is updated";
  EXPECT_EQ(run("sequent tune --reference").out, slurp(folder + "search.md"))
      << "docs/reference/search.md says how it is updated";
}

TEST_F(CliDocs, HelpNamesValuesRangesAndDefaults) {
  const std::string help = run("sequent-infer --help").out;
  EXPECT_NE(help.find("Usage: sequent-infer MODEL [INPUT] [OPTIONS]"), std::string::npos) << help;
  EXPECT_NE(help.find("--format {jsonl,tsv,csv,conll,html}"), std::string::npos) << help;
  EXPECT_NE(help.find("(0 to 1024; default: 0)"), std::string::npos) << help;
  EXPECT_NE(help.find("{fused,torchscript}"), std::string::npos) << help;
}

TEST_F(CliDocs, BashCompletesCommandsOptionsAndChoices) {
  EXPECT_EQ(run("bash -n sequent.bash && bash -n sequent-infer.bash").err, "");
  EXPECT_EQ(offered_by_bash({"sequent", "tr"}), Words{"train"});
  EXPECT_EQ(offered_by_bash({"sequent", "-v", "tr"}), Words{"train"});
  EXPECT_EQ(offered_by_bash({"sequent", "train", "--ov"}), Words{"--overwrite"});
  EXPECT_EQ(offered_by_bash({"sequent", "train", "--verb"}), Words{"--verbose"});
  EXPECT_EQ(offered_by_bash({"sequent", "config", "s"}), (Words{"schema", "show"}));
  EXPECT_EQ(offered_by_bash({"sequent", "config", "show", "--m"}), Words{"--minimal"});
  EXPECT_EQ(offered_by_bash({"sequent", "completion", ""}), (Words{"bash", "fish", "zsh"}));
  const Words formats = {"conll", "csv", "html", "jsonl", "tsv"};
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--format", ""}), formats);
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--format", "="}), formats);
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--format", "=", "j"}), Words{"jsonl"});
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--engine", "t"}), Words{"torchscript"});
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--format", "jsonl", "--top"}), Words{"--top-k"});
}

TEST_F(CliDocs, BashCompletesFileNames) {
  folder_->write("place/my config.json", "");
  EXPECT_EQ(offered_by_bash({"sequent", "train", "pla"}), Words{"place"});
  EXPECT_EQ(offered_by_bash({"sequent", "train", "place/"}), Words{"place/my config.json"});
  EXPECT_EQ(offered_by_bash({"sequent", "train", "c.json", "--out", "place/"}), Words{});
  EXPECT_EQ(offered_by_bash({"sequent", "evaluate", "run", "place/"}),
            Words{"place/my config.json"});
  EXPECT_EQ(offered_by_bash({"sequent", "export", "run", "pla"}), Words{});
  EXPECT_EQ(offered_by_bash({"sequent-infer", "-o", "pla"}), Words{"place"});
  EXPECT_EQ(offered_by_bash({"sequent-infer", "--threads", ""}), Words{});
}

TEST_F(CliDocs, ZshReadsItsScripts) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(run("zsh -n sequent.zsh && zsh -n sequent-infer.zsh").err, "");
}

TEST_F(CliDocs, FishCompletesCommandsOptionsAndChoices) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  const std::string fish = "HOME=$PWD fish --no-config --no-execute ";
  EXPECT_EQ(run(fish + "sequent.fish && " + fish + "sequent-infer.fish").err, "");
  EXPECT_EQ(offered_by_fish("sequent tr"), Words{"train"});
  EXPECT_EQ(offered_by_fish("sequent train --ov"), Words{"--overwrite"});
  EXPECT_EQ(offered_by_fish("sequent config s"), (Words{"schema", "show"}));
  EXPECT_EQ(offered_by_fish("sequent-infer --format "),
            (Words{"conll", "csv", "html", "jsonl", "tsv"}));
}

TEST_F(CliDocs, ManPagesAreWellFormed) {
  if (!is_installed("groff")) GTEST_SKIP() << "groff is not installed";
  for (const char* page : {"sequent.1", "sequent-infer.1"}) {
    const CommandResult shown = run(std::string("groff -man -ww -Tutf8 -P-c -P-b -P-u ") + page);
    EXPECT_EQ(shown.code, 0);
    EXPECT_EQ(shown.err, "") << page;
    EXPECT_NE(shown.out.find("\nEXIT STATUS\n"), std::string::npos) << page;
  }
}

TEST_F(CliDocs, AFullDiskIsReported) {
  EXPECT_EQ(run("sequent man > /dev/full").code, 1);
  EXPECT_EQ(run("sequent-infer --man > /dev/full").code, 1);
  expect_fault("sequent completion tcsh", 2, "tcsh");
  expect_fault("sequent-infer --completion tcsh", 2, "tcsh");
}

}  // namespace
}  // namespace sequent
