"""Hooks of mkdocs.yml.

Python-Markdown recognizes a fenced block only if a single word follows the fence. The pages mark blocks that a test runs with a
second word (```sh runnable, ```text output), which is removed here.
"""

import re


def on_page_markdown(markdown, **_):
    return re.sub(r"^(\s*(?:`{3,}|~{3,})[ ]*[\w+-]+)[ ]+[^\n`]+$", r"\1", markdown, flags=re.MULTILINE)
