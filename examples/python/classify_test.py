#!/usr/bin/env python3
"""Tests classify.py: it imports nothing but PyTorch and the standard library, and it agrees with sequent-infer.

    python3 classify_test.py            needs sequent and sequent-infer on PATH, and PyTorch; skips what is missing, saying so
"""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
TUTORIALS = HERE.parents[1] / "configs" / "tutorials"
TEXTS = ["great movie", "awful plot", "", "GREAT  music ever", "poor poor poor ending", "ｇｒｅａｔ film", "\u3000lovely\u00a0acting", "ß straße"]


def imported_modules(source):
    """The top-level names that a program imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


class Classify(unittest.TestCase):
    def test_needs_pytorch_alone(self):
        if not hasattr(sys, "stdlib_module_names"):
            self.skipTest("needs Python 3.10, which knows the names of the standard library")
        found = imported_modules((HERE / "classify.py").read_text(encoding="utf-8"))
        self.assertEqual(found - set(sys.stdlib_module_names), {"torch"})

    def test_agrees_with_sequent_infer(self):
        if importlib.util.find_spec("torch") is None:
            self.skipTest("PyTorch is not installed")
        if shutil.which("sequent") is None or shutil.which("sequent-infer") is None:
            self.skipTest("sequent and sequent-infer are not on PATH")
        for name in ("four-sentences", "post-padding", "next-word"):
            with self.subTest(config=name), tempfile.TemporaryDirectory() as folder:
                self.compare(name, Path(folder))

    def compare(self, name, folder):
        def run(*command):
            result = subprocess.run([str(word) for word in command], input="\n".join(TEXTS).encode() + b"\n", stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, cwd=folder, check=False, env=dict(os.environ, PYTHONNOUSERSITE="1"))
            self.assertEqual(result.returncode, 0, result.stderr.decode())
            return result.stdout.decode().splitlines()

        run("sequent", "train", TUTORIALS / f"{name}.json", "--out", "run", "--set", "training.epochs=3",
            "--set", 'input.tokenizer={"type": "whitespace"}')
        run("sequent", "export", "run", "--out", "model.pt")
        expected = [json.loads(line) for line in run("sequent-infer", "model.pt", "--probabilities")]
        found = [json.loads(line) for line in run(sys.executable, HERE / "classify.py", "model.pt", "--probabilities")]
        self.assertEqual([record["text"] for record in found], TEXTS)
        for ours, theirs in zip(found, expected):
            for label, probability in theirs["probabilities"].items():
                self.assertAlmostEqual(ours["probabilities"][label], probability, delta=1e-5, msg=f"{ours['text']!r}: {label}")


if __name__ == "__main__":
    unittest.main()
