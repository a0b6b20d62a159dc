#!/usr/bin/env python3
"""Joins sources into few translation units for clang-tidy, whose time goes into headers.

    lint_batches.py BUILD OUT [--size N]

Reads BUILD/compile_commands.json and writes OUT/batch_K.cpp, each of which includes up to N sources
with the same compiler options, and OUT/compile_commands.json. Sources that define the same name in
an unnamed namespace are not joined.
"""

import argparse
import json
import re
from pathlib import Path

UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.S | re.M)
# What starts a line there: an optional kind, types, and the name before its first bracket or value.
DEFINED = re.compile(
    r"^(?![ }#/]|namespace |using [\w:]+;)[^\n;{}()=]*?\b(\w+)\s*(?:[({=;\[]|:(?!:))", re.M
)


def unnamed_names(source):
    """The names that a source defines in its unnamed namespaces, and `main`."""
    text = source.read_text(encoding="utf-8")
    names = {name for body in UNNAMED.findall(text) for name in DEFINED.findall(body)}
    return names | ({"main"} if re.search(r"^int main\(", text, re.M) else set())


def options_of(entry):
    """The command without the names of the source and of the object."""
    return re.sub(r" -o \S+ -c \S+$", "", entry["command"])


def join(entries, size):
    """Yields (options, directory, sources) of each batch."""
    open_batches = {}
    for entry in sorted(entries, key=lambda entry: entry["file"]):
        names = unnamed_names(Path(entry["file"]))
        batches = open_batches.setdefault((options_of(entry), entry["directory"]), [])
        for sources, taken in batches:
            if len(sources) < size and not taken & names:
                break
        else:
            sources, taken = [], set()
            batches.append((sources, taken))
        sources.append(entry["file"])
        taken |= names
    for (options, directory), batches in open_batches.items():
        for sources, _ in batches:
            yield options, directory, sources


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=30)
    arguments = parser.parse_args()
    entries = json.loads((arguments.build / "compile_commands.json").read_text(encoding="utf-8"))
    entries = {e["file"]: e for e in entries if not re.search(r"/_deps/|cmake_pch", e["file"])}
    arguments.out.mkdir(parents=True, exist_ok=True)
    for old in arguments.out.glob("batch_*.cpp"):
        old.unlink()
    commands = []
    for number, (options, directory, sources) in enumerate(join(entries.values(), arguments.size)):
        batch = (arguments.out / f"batch_{number}.cpp").resolve()
        batch.write_text("".join(f'#include "{source}"\n' for source in sources), encoding="utf-8")
        command = f"{options} -o {batch}.o -c {batch}"
        commands.append({"directory": directory, "command": command, "file": str(batch)})
    text = json.dumps(commands, indent=1)
    (arguments.out / "compile_commands.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
