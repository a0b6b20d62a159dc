#!/usr/bin/env python3
"""Runs run_pages.py and scripts/check_docs.py on pages that are wrong on purpose.

    python3 tests/docs/docs_scripts_test.py
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAKE_SEQUENT = """#!/bin/sh
case "$*" in
  --help) printf 'Usage\\n\\nSubcommands:\\n  train         Train\\n  config        Configs\\n\\nExit codes\\n' ;;
  'config --help') printf 'Subcommands:\\n  check         Check\\n' ;;
  *) echo fake "$@" ;;
esac
"""


class ScriptTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.write("bin/sequent", FAKE_SEQUENT).chmod(0o755)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_script(self, script: Path, *arguments: str):
        result = subprocess.run([sys.executable, str(script), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                cwd=self.root, timeout=60, check=False)
        return result.returncode, result.stdout.decode(), result.stderr.decode()


class RunPages(ScriptTest):
    def run_page(self, text: str, *arguments: str):
        page = self.write("page.md", text)
        return self.run_script(ROOT / "tests" / "docs" / "run_pages.py", "--programs", self.root / "bin", *arguments, page.name)

    def expect_failure(self, text: str, *parts: str, arguments=()):
        code, _, err = self.run_page(text, *arguments)
        self.assertEqual(code, 1, err)
        for part in parts:
            self.assertIn(part, err)

    def test_blocks_run_in_order_and_share_folder_and_environment(self):
        code, out, err = self.run_page(
            "```sh runnable\nmkdir sub && cd sub && export A=5\nsequent x  \n```\n\n```text output\nfake x\n```\n"
            "1. list\n\n   ```sh runnable\n   basename \"$PWD\"; echo \"$A  \"; test -d \"$SEQUENT_ROOT/tests\"\n   ```\n"
            "   ```text output\n   sub\n   5\n   ```\n")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("2 blocks", out)

    def test_other_blocks_do_not_run(self):
        code, out, _ = self.run_page("```sh\nexit 1\n```\n````md\n```sh runnable\nexit 1\n```\n````\n")
        self.assertEqual(code, 0)
        self.assertIn("no runnable block", out)

    def test_different_output_is_shown(self):
        self.expect_failure("# a\n```sh runnable\necho one; echo two\n```\n```text output\none\nthree\n```\n",
                            "page.md:7: the output of the block at line 3 differs", "-three", "+two")

    def test_missing_output_is_shown(self):
        self.expect_failure("```sh runnable\ntrue\n```\n```text output\none\n```\n", "page.md:5:", "(nothing)")

    def test_failing_commands_are_named(self):
        self.expect_failure("```sh runnable\necho early; echo late >&2\nfalse | cat\n```\n",
                            "page.md:2: the block ended with exit code 1; expected 0", "early", "late")
        self.expect_failure("```sh runnable\necho $NO_SUCH_VARIABLE\n```\n", "unbound variable")

    def test_later_blocks_do_not_run(self):
        mark = self.root / "mark"
        self.expect_failure(f"```sh runnable\nfalse\n```\n```sh runnable\ntouch {mark}\n```\n", "page.md:2")
        self.assertFalse(mark.exists())

    def test_time_is_limited(self):
        self.expect_failure("```sh runnable\nsleep 30 & sleep 30\n```\n", "within 1 seconds", arguments=("--timeout", "1"))

    def test_malformed_pages_are_refused(self):
        self.expect_failure("```sh runable\nx\n```\n", "page.md:1: found ```sh runable; the markers are")
        self.expect_failure("```text output\nx\n```\n", "must follow")
        self.expect_failure("```sh runnable\necho\n```\nText.\n```text output\n```\n", "page.md:5:", "must follow")
        self.expect_failure("# a\n```sh runnable\necho\n", "page.md:2: the fenced block that begins here is not closed")

    def test_blocks_are_listed_and_not_run(self):
        code, out, _ = self.run_page("```sh runnable\nfalse\n```\n", "--list")
        self.assertEqual((code, out), (0, "page.md:2: 1 lines, exit code only: false\n"))

    def test_missing_programs_are_wrong_usage(self):
        self.write("page.md", "")
        code, _, err = self.run_script(ROOT / "tests" / "docs" / "run_pages.py", "--programs", "nowhere", "page.md")
        self.assertEqual(code, 2)
        self.assertIn("holds no program sequent", err)


class CheckDocs(ScriptTest):
    def setUp(self):
        super().setUp()
        self.write("README.md", "# Name\n\n[start](docs/index.md#a-heading)\n[folder](docs)\n")
        self.write("docs/index.md", "# Index\n\n## A `heading`\n\n`sequent train`, `sequent config`\n[cli](reference/cli.md)\n[self](#index)\n")
        self.write("docs/reference/cli.md", "# Commands\n\nsequent train\nsequent config\nsequent config check\n[up](../index.md#index)\n")
        self.write("mkdocs.yml", "site_name: x\nnav:\n  - Index: index.md\n  - Reference:\n      - CLI: reference/cli.md\nplugins:\n  - search\n")

    def check(self, *arguments: str):
        code, out, _ = self.run_script(ROOT / "scripts" / "check_docs.py", "--root", self.root, "--sequent", "bin/sequent", *arguments)
        return code, out

    def expect_finding(self, *parts: str):
        code, out = self.check()
        self.assertEqual(code, 1, out)
        for part in parts:
            self.assertIn(part, out)
        return out

    def append(self, name: str, text: str):
        path = self.root / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def test_good_pages_have_no_findings(self):
        self.append("docs/index.md", "```text\n[not a](link.md)\n```\n`[nor](this.md)` [web](https://example.org/x.md)\n")
        self.assertEqual(self.check(), (0, ""))

    def test_dead_links(self):
        self.append("README.md", "[a](docs/cli.md)\n\n[b]: missing.md\n<a href=\"gone.md\">c</a>\n[d](/docs/index.md)\n")
        self.expect_finding("README.md:5: the link docs/cli.md is dead", "docs/reference/cli.md has that name",
                            "README.md:7: the link missing.md is dead", "README.md:8: the link gone.md is dead", "README.md:9: the link /docs")

    def test_dead_anchors(self):
        self.append("README.md", "[a](docs/index.md#a-headin)\n[b](#nothing)\n")
        self.expect_finding("README.md:5: docs/index.md has no heading with the anchor #a-headin; did you mean \"a-heading\"?",
                            "README.md:6: README.md has no heading with the anchor #nothing")

    def test_anchors_must_work_in_both_renderers(self):
        self.append("docs/index.md", "## This & that\n[a](#this--that)\n[b](#this-that)\n## Twice\n## Twice\n[c](#twice-1)\n")
        out = self.expect_finding("works on GitHub but not in mkdocs", "works in mkdocs but not on GitHub")
        self.assertEqual(out.count("\n"), 3)

    def test_pages_stay_inside_docs(self):
        self.append("docs/index.md", "[a](../README.md)\n[b](reference)\n[c](../../x.md)\n")
        self.expect_finding("leads out of docs/", "leads to a folder", "leads out of the source tree")

    def test_navigation(self):
        self.write("docs/extra.md", "# Extra\n")
        self.write("mkdocs.yml", "nav:\n  - index.md\n  - Again: index.md\n  - Gone: gone.md\n  - CLI: reference/cli.md\n")
        self.expect_finding("docs/extra.md: not in the navigation", "mkdocs.yml:3: index.md is listed twice", "mkdocs.yml:4: there is no docs/gone.md")

    def test_subcommands(self):
        self.write("docs/reference/cli.md", "# Commands\n\nsequent train\nsequent config\n[up](../index.md#index)\n")
        self.write("docs/index.md", "# Index\n\n## A heading\n\n```sh\nsequent trian x.json\n```\n`sequent config`\n")
        self.expect_finding("does not mention `sequent config check`", "no page but the reference mentions `sequent train`",
                            "docs/index.md:6: `sequent trian` is no subcommand; did you mean \"train\"?")

    def test_stored_help_text(self):
        self.write("help.txt", "Subcommands:\n  train    Train\n  new      New\n")
        code, out, _ = self.run_script(ROOT / "scripts" / "check_docs.py", "--root", self.root, "--help-text", "help.txt")
        self.assertEqual(code, 1)
        self.assertIn("does not mention `sequent new`", out)

    def test_long_readme(self):
        self.append("README.md", "line\n" * 247)
        self.expect_finding("README.md: found 251 lines; at most 250")


if __name__ == "__main__":
    unittest.main()
