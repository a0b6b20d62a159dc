#!/usr/bin/env python3
"""Compares TPE with random search at equal budget.

For each config and seed, it runs `sequent tune` with both methods on the same space and prints the
best validation objective after 10, 20, ... trials, and the mean over the seeds.

    scripts/compare_search.py --trials 40 --seeds 5 --out searches configs/trec.json configs/r8.json

An interrupted comparison continues when it is started again.
"""
import argparse
import json
import pathlib
import subprocess
import sys

# Options that all recipes of classification of texts have.
SPACE = {
    "training.optimizer.learning_rate": {"type": "log_uniform", "low": 1e-4, "high": 1e-2},
    "training.batch_size": {"type": "choice", "values": [16, 32, 64, 128]},
    "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.2},
    "training.clip_norm": {"type": "log_uniform", "low": 0.5, "high": 10},
}
LAYER_OPTIONS = {
    "embedding": {"output_dim": {"type": "integer", "low": 32, "high": 300, "log": True}},
    "lstm": {"units": {"type": "integer", "low": 32, "high": 256, "log": True}},
    "gru": {"units": {"type": "integer", "low": 32, "high": 256, "log": True}},
    "dropout": {"rate": {"type": "uniform", "low": 0, "high": 0.6}},
}


def search_space(config):
    space = dict(SPACE)
    for number, layer in enumerate(json.loads(config.read_text())["model"]["layers"]):
        for option, values in LAYER_OPTIONS.get(layer["type"], {}).items():
            space[f"model.layers.{number}.{option}"] = values
    return space


def best_values(results, maximize):
    """The best objective after each trial."""
    best = None
    values = []
    for line in results.read_text().splitlines():
        result = json.loads(line)
        if result["state"] == "complete":
            found = result["objective"]
            if best is None or (found > best if maximize else found < best):
                best = found
        values.append(best)
    return values


def search(args, config, method, seed):
    folder = args.out / f"{config.stem}-{method}-{seed}"
    file = args.out / f"{config.stem}-{method}-{seed}.json"
    spec = {
        "config": str(config.resolve()),
        "fixed": {"training.epochs": args.epochs},
        "space": search_space(config),
        "method": {"type": method},
        "budget": {"trials": args.trials},
        "seed": seed,
    }
    file.write_text(json.dumps(spec, indent=2))
    subprocess.run([args.program, "-q", "tune", file, "--out", folder, "--resume"], check=True,
                   stdout=subprocess.DEVNULL)
    return best_values(folder / "trials.jsonl", not args.minimize)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configs", nargs="+", type=pathlib.Path)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--minimize", action="store_true", help="smaller objectives are better")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--program", default="sequent")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    steps = list(range(10, args.trials + 1, 10))
    print("config\tmethod\tseed\t" + "\t".join(f"after {step}" for step in steps))
    for config in args.configs:
        for method in ["random", "tpe"]:
            rows = []
            for seed in range(1, args.seeds + 1):
                values = search(args, config, method, seed)
                row = [values[min(step, len(values)) - 1] for step in steps]
                rows.append(row)
                print(config.stem, method, seed, *[f"{value:.4f}" for value in row], sep="\t")
                sys.stdout.flush()
            means = [sum(column) / len(rows) for column in zip(*rows)]
            print(config.stem, method, "mean", *[f"{value:.4f}" for value in means], sep="\t")


if __name__ == "__main__":
    main()
