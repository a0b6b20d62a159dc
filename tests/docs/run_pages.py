#!/usr/bin/env python3
"""Runs the commands of documentation pages and compares what they print.

    run_pages.py --programs build/release docs/tutorial.md ...    runs the pages' blocks
    run_pages.py --list docs/tutorial.md ...                      lists them

A block that begins with ```sh runnable is run; the blocks of a page run in order, in one scratch folder per page, by
bash -euo pipefail. The folder of the programs is first on PATH, SEQUENT_ROOT is the top of the source tree, and exported
variables and the working folder are kept from block to block. A ```text output block that follows a runnable block directly
must equal the standard output of that block, apart from white space at the end of lines and of the whole output.

Exit codes: 0 all pages pass; 1 a command fails, output differs or a block is malformed; 2 wrong usage. Needs Python 3.8 and bash.
"""

import argparse
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

RUNNABLE = "sh runnable"
OUTPUT = "text output"
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,}) *(?P<info>[^`]*?) *$")
MOST_LINES_SHOWN = 60


class PageError(Exception):
    """A fault of a page, with its location."""

    def __init__(self, where: str, message: str):
        super().__init__(f"{where}: {message}")


@dataclass
class Block:
    """A fenced block: its first line of content, counted from 1, and its lines without the fence's indent."""

    info: str
    line: int
    lines: List[str]
    fence_line: int
    end_line: int


@dataclass
class Step:
    """A runnable block and, where the page shows it, its expected output."""

    command: Block
    expected: Optional[Block] = None


def read_blocks(page: Path, text: str) -> List[Block]:
    blocks = []
    opened = None
    for number, line in enumerate(text.splitlines(), start=1):
        match = FENCE.match(line)
        if opened is None:
            if match:
                opened = (match, number, [])
            continue
        start, first, lines = opened
        closes = match and not match["info"] and match["fence"].startswith(start["fence"])
        if not closes:
            indent = len(start["indent"])
            lines.append(line[indent:] if not line[:indent].strip() else line)
            continue
        blocks.append(Block(" ".join(start["info"].split()), first + 1, lines, first, number))
        opened = None
    if opened is not None:
        raise PageError(f"{page}:{opened[1]}", "the fenced block that begins here is not closed")
    return blocks


def read_steps(page: Path) -> List[Step]:
    """The page's runnable blocks. A misspelt marker would silently run nothing, so it is a fault."""
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(str(page), f"cannot be read: {error}") from error
    lines = text.splitlines()
    steps: List[Step] = []
    previous = None
    for block in read_blocks(page, text):
        where = f"{page}:{block.fence_line}"
        if block.info == RUNNABLE:
            steps.append(Step(block))
        elif block.info == OUTPUT:
            between = lines[previous.end_line : block.fence_line - 1] if previous else []
            if previous is None or previous.info != RUNNABLE or any(line.strip() for line in between):
                raise PageError(where, f"a ```{OUTPUT} block must follow a ```{RUNNABLE} block directly")
            steps[-1].expected = block
        elif re.match(r"(sh|bash|text) ", block.info):
            raise PageError(where, f"found ```{block.info}; the markers are ```{RUNNABLE} and ```{OUTPUT}")
        previous = block
    return steps


def normalized(text: str) -> List[str]:
    """Lines without white space at their ends and without empty lines at the end."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def indented(lines: List[str]) -> str:
    shown = lines[:MOST_LINES_SHOWN]
    if len(lines) > len(shown):
        shown = shown + [f"... ({len(lines) - len(shown)} more lines)"]
    return "\n".join("    " + line for line in shown) or "    (nothing)"


class Runner:
    """Runs the steps of one page in a scratch folder."""

    def __init__(self, programs: Path, root: Path, scratch: Path, timeout: float):
        self.scratch = scratch
        self.timeout = timeout
        self.state = scratch.parent / "environment.sh"
        self.environment = dict(os.environ)
        self.environment["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        self.environment["SEQUENT_ROOT"] = str(root)
        self.environment["LC_ALL"] = "C.UTF-8"

    def script(self, step: Step) -> str:
        """The block, between what restores and keeps exported variables and the working folder."""
        state = "'" + str(self.state).replace("'", "'\\''") + "'"
        keep = f"{{ export -p; printf 'cd %q\\n' \"$PWD\"; }} >{state}"
        return "\n".join([f"if [[ -f {state} ]]; then source {state}; fi", *step.command.lines, keep, ""])

    def run(self, page: Path, step: Step) -> None:
        process = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", self.script(step)], cwd=self.scratch, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise PageError(f"{page}:{step.command.line}",
                            f"the block did not end within {self.timeout:g} seconds:\n"
                            f"{indented(step.command.lines)}") from None
        found = out.decode("utf-8", errors="replace")
        if process.returncode != 0:
            raise PageError(f"{page}:{step.command.line}",
                            f"the block ended with exit code {process.returncode}; expected 0:\n"
                            f"{indented(step.command.lines)}\n"
                            f"  standard output:\n{indented(normalized(found))}\n"
                            f"  standard error:\n{indented(normalized(err.decode('utf-8', errors='replace')))}")
        if step.expected is not None:
            self.compare(page, step, normalized(found))

    @staticmethod
    def compare(page: Path, step: Step, found: List[str]) -> None:
        expected = normalized("\n".join(step.expected.lines))
        if found == expected:
            return
        same = 0
        while same < min(len(found), len(expected)) and found[same] == expected[same]:
            same += 1
        difference = list(difflib.unified_diff(expected, found, "expected", "found", lineterm=""))
        raise PageError(f"{page}:{step.expected.line + same}",
                        f"the output of the block at line {step.command.line} differs\n"
                        f"  expected:\n{indented(expected)}\n  found:\n{indented(found)}\n"
                        f"  difference:\n{indented(difference)}")


def run_page(page: Path, options: argparse.Namespace) -> int:
    """Runs all steps. Returns their number. Errors: PageError at the first fault."""
    steps = read_steps(page)
    if not steps:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="sequent-docs-"))
    try:
        scratch = folder / "scratch"
        scratch.mkdir()
        runner = Runner(options.programs.resolve(), options.root.resolve(), scratch, options.timeout)
        for step in steps:
            runner.run(page, step)
    finally:
        if options.keep:
            print(f"{page}: ran in {scratch}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return len(steps)


def list_page(page: Path) -> None:
    for step in read_steps(page):
        first = step.command.lines[0] if step.command.lines else ""
        checked = "output compared" if step.expected else "exit code only"
        print(f"{page}:{step.command.line}: {len(step.command.lines)} lines, {checked}: {first}")


def parse_arguments() -> argparse.Namespace:
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description="Runs the commands of documentation pages and compares what they print.")
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="Markdown file")
    parser.add_argument("--list", action="store_true", help="list the runnable blocks and run nothing")
    parser.add_argument("--programs", type=Path, default=root / "build" / "release",
                        help="folder of sequent and sequent-infer (default: build/release)")
    parser.add_argument("--root", type=Path, default=root, help="SEQUENT_ROOT (default: the top of this source tree)")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one block (default: 600)")
    parser.add_argument("--keep", action="store_true", help="keep the scratch folders and print their names")
    options = parser.parse_args()
    if not options.list and not (options.programs / "sequent").is_file():
        parser.error(f"--programs {options.programs}: holds no program sequent; build it, or name its folder")
    return options


def main() -> int:
    options = parse_arguments()
    failed = 0
    for page in options.pages:
        try:
            if options.list:
                list_page(page)
            else:
                count = run_page(page, options)
                print(f"ok    {page} ({count} blocks)" if count else f"ok    {page} (no runnable block)", flush=True)
        except PageError as error:
            failed += 1
            print(f"FAIL  {error}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
