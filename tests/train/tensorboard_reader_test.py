#!/usr/bin/env python3
"""Trains a small model and reads its event file with TensorBoard's own reader.

    python3 tests/train/tensorboard_reader_test.py --sequent build/release/sequent

Skipped without the package `tensorboard` of PyPI, which scripts/setup.sh --all installs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    print("skipped: the Python package tensorboard is not installed")
    sys.exit(0)

CONFIG = {
    "version": 1,
    "data": {"train": "train.tsv"},
    "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                         {"type": "dense", "activation": "softmax"}]},
    "training": {"epochs": 3, "batch_size": 8},
    "runtime": {"device": "cpu", "workers": 1, "tensorboard": "tb"},
}


def check(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(f"error: {message}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequent", required=True, type=Path)
    program = parser.parse_args().sequent.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = "".join("good film\tx\n" if row % 2 else "bad film\ty\n" for row in range(20))
        (folder / "train.tsv").write_text("text\tlabel\n" + rows)
        (folder / "c.json").write_text(json.dumps(CONFIG))
        subprocess.run([str(program), "train", "c.json", "--out", "runs/first"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = (folder / "runs/first/metrics.jsonl").read_text().splitlines()
        epochs = [line for line in map(json.loads, lines) if line["event"] == "epoch"]
        reader = EventAccumulator(str(folder / "tb/first"))
        reader.Reload()
        expected = {"train/loss": [line["loss"] for line in epochs],
                    "validation/accuracy": [line["validation"]["accuracy"] for line in epochs]}
        for tag, values in expected.items():
            found = reader.Scalars(tag)
            check([event.step for event in found] == [1, 2, 3], f"{tag}: {found}")
            check(all(abs(event.value - value) < 1e-5 for event, value in zip(found, values)),
                  f"{tag}: found {found}; expected {values}")
            times = [event.wall_time for event in found]
            check(times == sorted(times), f"{tag}: the times {times} do not ascend")
    print("ok: 3 epochs")


main()
