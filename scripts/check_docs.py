#!/usr/bin/env python3
"""Checks the documentation for what its readers would stumble over.

    check_docs.py                                   links, anchors, navigation, length of the README
    check_docs.py --sequent build/release/sequent   also that every subcommand is documented, and that no page names one that is gone
    check_docs.py --help-text FILE                  the same from a stored `sequent --help`, for the first level of subcommands

Checked are README.md, docs/**/*.md and examples/**/*.md:
  - relative links lead to files that exist, and their anchors to headings. Links between pages of docs/ must work on GitHub and in
    mkdocs, which derive anchors from headings in slightly different ways; links of docs/ stay inside docs/
  - every page of docs/ is in the navigation of mkdocs.yml, and every entry of the navigation is a page
  - every subcommand of `sequent` is in docs/reference/cli.md, and those of the first level on at least one other page (the changelog
    does not count)
  - the README has at most 250 lines

Exit codes: 0 nothing found, 1 findings, one per line, 2 wrong usage. Needs Python 3.8.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple
from urllib.parse import unquote

MOST_README_LINES = 250
CLI_PAGE = "docs/reference/cli.md"
CHANGELOG = "docs/CHANGELOG.md"

FENCE = re.compile(r"^ *(`{3,}|~{3,}) *([^`]*)$")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
INLINE_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+\".*\")?\s*$")
HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*\b(?:href|src)=\"([^\"]+)\"", re.IGNORECASE)
HTML_ANCHOR = re.compile(r"<\w+\b[^>]*\b(?:id|name)=\"([^\"]+)\"", re.IGNORECASE)
CODE_SPAN = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)")
COMMAND = re.compile(r"(?:^|[|;&(]\s*|\$ +)(?:\S*/)?sequent +([a-z][a-z0-9-]*)")


def github_slug(heading: str) -> str:
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


def mkdocs_slug(heading: str) -> str:
    """As Python-Markdown's toc extension makes it."""
    text = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())


def plain_heading(text: str) -> str:
    """A heading as it is shown: links are their text, code and emphasis lose their marks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`+([^`]*)`+", r"\1", text)
    return re.sub(r"(\*\*|\*|(?<!\w)__?|__?(?!\w))", "", text)


@dataclass
class Page:
    """A Markdown file and what the checks need of it."""

    path: Path  # relative to the top of the tree
    line_count: int = 0
    links: List[Tuple[int, str]] = field(default_factory=list)  # line, target
    github_anchors: Set[str] = field(default_factory=set)
    mkdocs_anchors: Set[str] = field(default_factory=set)
    code: List[Tuple[int, str]] = field(default_factory=list)  # lines of sh blocks and code spans
    text: str = ""

    @property
    def is_manual(self) -> bool:
        return self.path.parts[0] == "docs"


def add_anchor(anchors: Set[str], slug: str, separator: str) -> None:
    """Repeated headings get a number."""
    name, count = slug, 0
    while name in anchors:
        count += 1
        name = f"{slug}{separator}{count}"
    anchors.add(name)


def read_page(root: Path, path: Path) -> Page:
    page = Page(path)
    page.text = (root / path).read_text(encoding="utf-8")
    fence = None
    info = ""
    lines = page.text.splitlines()
    page.line_count = len(lines)
    for number, line in enumerate(lines, start=1):
        match = FENCE.match(line)
        if fence is not None:
            if match and not match[2].strip() and match[1].startswith(fence):
                fence = None
            elif info.split()[:1] in (["sh"], ["bash"], ["console"]):
                page.code.append((number, line.strip()))
            continue
        if match:
            fence, info = match[1], match[2]
            continue
        heading = HEADING.match(line)
        if heading:
            title = plain_heading(heading[2])
            add_anchor(page.github_anchors, github_slug(title), "-")
            add_anchor(page.mkdocs_anchors, mkdocs_slug(title), "_")
        page.code.extend((number, span[2].strip()) for span in CODE_SPAN.finditer(line))
        shown = CODE_SPAN.sub(lambda span: " " * len(span[0]), line)
        for anchor in HTML_ANCHOR.findall(shown):
            page.github_anchors.add(anchor)
            page.mkdocs_anchors.add(anchor)
        for pattern in (INLINE_LINK, REFERENCE, HTML_LINK):
            page.links.extend((number, target) for target in pattern.findall(shown))
    return page


def find_pages(root: Path) -> Dict[Path, Page]:
    paths = [root / "README.md"] if (root / "README.md").is_file() else []
    for folder in ("docs", "examples"):
        paths += sorted((root / folder).rglob("*.md"))
    return {path.relative_to(root): read_page(root, path.relative_to(root)) for path in paths}


def nearest(name: str, names) -> str:
    found = difflib.get_close_matches(name, sorted(names), n=1)
    return f'; did you mean "{found[0]}"?' if found else ""


def check_anchor(page: Page, target: Page, anchor: str) -> Optional[str]:
    both = page.is_manual and target.is_manual
    on_github = anchor in target.github_anchors
    in_mkdocs = anchor in target.mkdocs_anchors
    if on_github and (in_mkdocs or not both):
        return None
    if both and (on_github or in_mkdocs):
        works, other = ("on GitHub", "in mkdocs") if on_github else ("in mkdocs", "on GitHub")
        return f"the anchor #{anchor} of {target.path} works {works} but not {other}; use a heading of plain words"
    known = target.github_anchors & target.mkdocs_anchors if both else target.github_anchors
    return f"{target.path} has no heading with the anchor #{anchor}{nearest(anchor, known)}"


def check_link(root: Path, pages: Dict[Path, Page], page: Page, target: str) -> Optional[str]:
    """What is wrong with one link, or nothing."""
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", target) or target.startswith("//"):
        return None
    if target.startswith("/"):
        return f"the link {target} is absolute; expected a path relative to this file"
    name, _, anchor = unquote(target).partition("#")
    if not name:
        return check_anchor(page, page, anchor)
    path = Path(os.path.normpath(page.path.parent / name))
    if path.parts[:1] == ("..",):
        return f"the link {target} leads out of the source tree"
    if page.is_manual and path.parts[:1] != ("docs",):
        return f"the link {target} leads out of docs/, where mkdocs cannot follow it; write the path as `{path}` instead"
    if not (root / path).exists():
        same_name = [str(other) for other in pages if other.name == path.name]
        hint = f"; {', '.join(same_name)} has that name" if same_name else ""
        return f"the link {target} is dead: there is no {path}{hint}"
    if page.is_manual and (root / path).is_dir():
        return f"the link {target} leads to a folder, which mkdocs cannot follow; name a page in it"
    if not anchor:
        return None
    if path not in pages:
        return f"the link {target} has an anchor, but {path} is no page"
    return check_anchor(page, pages[path], anchor)


def check_links(root: Path, pages: Dict[Path, Page]) -> Iterator[str]:
    for page in pages.values():
        for line, target in page.links:
            finding = check_link(root, pages, page, target)
            if finding:
                yield f"{page.path}:{line}: {finding}"


def read_navigation(config: Path) -> List[Tuple[int, str]]:
    """Line and page of each entry below `nav:`. The file is ours and simple: no YAML library is needed."""
    entries = []
    inside = False
    for number, line in enumerate(config.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(r"\S", line) and not line.startswith(("#", "-")):
            inside = line.startswith("nav:")
            continue
        match = re.match(r"\s*-\s+(?:.*:\s+)?[\"']?([^\s\"']+\.md)[\"']?\s*(?:#.*)?$", line)
        if inside and match:
            entries.append((number, match[1]))
    return entries


def check_navigation(root: Path, pages: Dict[Path, Page]) -> Iterator[str]:
    config = root / "mkdocs.yml"
    if not config.is_file():
        yield "mkdocs.yml: no such file; expected the navigation of docs/"
        return
    entries = read_navigation(config)
    listed: Set[str] = set()
    for line, name in entries:
        if name in listed:
            yield f"mkdocs.yml:{line}: {name} is listed twice"
        listed.add(name)
        if not (root / "docs" / name).is_file():
            yield f"mkdocs.yml:{line}: there is no docs/{name}"
    for page in pages.values():
        if page.is_manual and page.path.relative_to("docs").as_posix() not in listed:
            yield f"{page.path}: not in the navigation; add a line to nav in mkdocs.yml"


def parse_subcommands(help_text: str) -> List[str]:
    """The names below the line that begins with Subcommands."""
    names = []
    inside = False
    for line in help_text.splitlines():
        if re.match(r"\s*subcommands:?\s*$", line, re.IGNORECASE):
            inside = True
        elif inside and not line.strip():
            break
        elif inside:
            match = re.match(r" {1,4}([a-z][a-z0-9-]*)(?: |$)", line)
            if match:
                names.append(match[1])
    return names


def help_of(program: Path, words: List[str]) -> str:
    result = subprocess.run([str(program), *words, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                            check=False)
    if result.returncode != 0:
        raise SystemExit(f"error: {' '.join([str(program), *words, '--help'])} ended with exit code {result.returncode}")
    return result.stdout.decode("utf-8", errors="replace")


def find_subcommands(program: Path) -> List[str]:
    """All subcommands as they are typed: `train`, `config`, `config check`, ..."""
    names = []
    pending: List[List[str]] = [[]]
    while pending:
        words = pending.pop(0)
        for name in parse_subcommands(help_of(program, words)):
            names.append(" ".join([*words, name]))
            if len(words) < 2:
                pending.append([*words, name])
    return names


def mentions(page: Page, command: str) -> bool:
    return re.search(r"\bsequent +" + command.replace(" ", " +") + r"(?![\w-])", page.text) is not None


def check_subcommands(pages: Dict[Path, Page], commands: List[str]) -> Iterator[str]:
    reference = pages.get(Path(CLI_PAGE))
    if reference is None:
        yield f"{CLI_PAGE}: no such page; make it with: sequent cli-reference > {CLI_PAGE}"
    others = [page for page in pages.values() if str(page.path) not in (CLI_PAGE, CHANGELOG)]
    for command in commands:
        if reference is not None and not mentions(reference, command):
            yield f"{CLI_PAGE}: does not mention `sequent {command}`; make it anew with: sequent cli-reference > {CLI_PAGE}"
        if " " not in command and not any(mentions(page, command) for page in others):
            yield f"docs: no page but the reference mentions `sequent {command}`; say on one what it is good for"
    known = {command.split()[0] for command in commands}
    for page in pages.values():
        if str(page.path) == CHANGELOG:
            continue
        for line, code in page.code:
            for name in COMMAND.findall(code):
                if name not in known:
                    yield f"{page.path}:{line}: `sequent {name}` is no subcommand{nearest(name, known)}"


def check_readme(pages: Dict[Path, Page]) -> Iterator[str]:
    readme = pages.get(Path("README.md"))
    if readme is None:
        yield "README.md: no such file"
    elif readme.line_count > MOST_README_LINES:
        yield (f"README.md: found {readme.line_count} lines; at most {MOST_README_LINES} are allowed: move what is not needed to get "
               "started to docs/")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Checks links, anchors, navigation and subcommands of the documentation.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1], help="top of the source tree")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--sequent", type=Path, metavar="PROGRAM", help="the program sequent, to ask for its subcommands")
    source.add_argument("--help-text", type=Path, metavar="FILE", help="a stored output of sequent --help instead")
    options = parser.parse_args()
    for path in (options.sequent, options.help_text):
        if path is not None and not path.is_file():
            parser.error(f"{path}: no such file")
    return options


def main() -> int:
    options = parse_arguments()
    pages = find_pages(options.root)
    findings = list(check_links(options.root, pages))
    findings += check_navigation(options.root, pages)
    findings += check_readme(pages)
    commands = None
    if options.sequent is not None:
        commands = find_subcommands(options.sequent.resolve())
    elif options.help_text is not None:
        commands = parse_subcommands(options.help_text.read_text(encoding="utf-8"))
    if commands is not None and not commands:
        findings.append("no subcommands found in the help text; expected a list below \"Subcommands:\"")
    elif commands is not None:
        findings += check_subcommands(pages, commands)
    for finding in findings:
        print(finding)
    links = sum(len(page.links) for page in pages.values())
    print(f"{len(findings)} findings in {len(pages)} pages with {links} links", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
