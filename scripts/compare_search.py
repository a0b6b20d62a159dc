#!/usr/bin/env python3
"""Compares TPE with random search at equal budget.

For each config and seed, it runs `sequent tune` with both methods on the same space and prints the
best validation objective after some numbers of trials, the mean and the standard deviation over the
seeds, and how often each method was better. The sizes of layers vary from an eighth of the
config's to the config's own.

    scripts/compare_search.py --trials 40 --seeds 5 --out searches configs/trec.json configs/r8.json

Instead of a config, a TSV file of labelled texts can be given: a small bidirectional LSTM is tuned
on it. An interrupted comparison continues when it is started again.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

# Options that all recipes of classification of texts have.
SPACE = {
    "training.optimizer.learning_rate": {"type": "log_uniform", "low": 1e-4, "high": 1e-2},
    "training.batch_size": {"type": "choice", "values": [16, 32, 64, 128]},
    "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.2},
    "training.clip_norm": {"type": "log_uniform", "low": 0.5, "high": 10},
}
SIZES = {"embedding": "output_dim", "lstm": "units", "gru": "units"}
SMALL_MODEL = {
    "version": 1,
    "data": {"validation": {"fraction": 0.2}},
    "input": {"type": "text", "max_length": 64},
    "model": {"layers": [
        {"type": "embedding", "output_dim": 64},
        {"type": "dropout", "rate": 0.3},
        {"type": "lstm", "units": 32, "bidirectional": True, "return_sequences": True},
        {"type": "pool", "mode": "max"},
        {"type": "dropout", "rate": 0.3},
        {"type": "dense", "activation": "softmax"},
    ]},
}


def config_of(path):
    """The path of a config, or the config of a small model of this data file."""
    if path.suffix == ".json":
        return str(path.resolve())
    return {**SMALL_MODEL, "data": {**SMALL_MODEL["data"], "train": str(path.resolve())}}


def search_space(config):
    space = dict(SPACE)
    document = config if isinstance(config, dict) else json.loads(pathlib.Path(config).read_text())
    for number, layer in enumerate(document["model"]["layers"]):
        option = SIZES.get(layer["type"])
        if option:
            size = layer[option]
            space[f"model.layers.{number}.{option}"] = {
                "type": "integer", "low": max(1, size // 8), "high": size, "log": True}
        if layer["type"] == "dropout":
            space[f"model.layers.{number}.rate"] = {"type": "uniform", "low": 0, "high": 0.6}
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


def search(args, path, method, seed):
    name = f"{path.parent.name}-{path.stem}" if path.suffix == ".tsv" else path.stem
    folder = args.out / f"{name}-{method}-{seed}"
    file = args.out / f"{name}-{method}-{seed}.json"
    config = config_of(path)
    spec = {
        "config": config,
        "fixed": {"training.epochs": args.epochs, "training.seed": seed},
        "space": search_space(config),
        "objective": {"metric": args.metric},
        "method": {"type": "tpe", "startup_trials": args.startup} if method == "tpe" else {
            "type": method},
        "budget": {"trials": args.trials},
        "seed": seed,
    }
    file.write_text(json.dumps(spec, indent=2))
    command = [args.program, "-q", "tune", file, "--out", folder, "--resume"]
    if args.parallel:
        command += ["--set", f"parallel={args.parallel}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return best_values(folder / "trials.jsonl", not args.minimize)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("configs", nargs="+", type=pathlib.Path)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--step", type=int, default=10, help="trials between the printed values")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--startup", type=int, default=10, help="random trials before TPE")
    parser.add_argument("--metric", default="accuracy")
    parser.add_argument("--minimize", action="store_true", help="smaller objectives are better")
    parser.add_argument("--parallel", type=int, default=0, help="trials at a time; 0: all cores")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--program", default="sequent")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    steps = list(range(args.step, args.trials + 1, args.step))
    print("config\tmethod\tseed\t" + "\t".join(f"after {step}" for step in steps))
    for path in args.configs:
        show = lambda *cells, values: print(  # noqa: E731
            path.stem if path.suffix == ".json" else path.parent.name, *cells,
            *[f"{value:.4f}" for value in values], sep="\t", flush=True)
        rows = {}
        for seed in range(1, args.seeds + 1):
            for method in ["random", "tpe"]:
                values = search(args, path, method, seed)
                row = [values[min(step, len(values)) - 1] for step in steps]
                rows.setdefault(method, []).append(row)
                show(method, seed, values=row)
        for method, found in rows.items():
            columns = list(zip(*found))
            show(method, "mean", values=[statistics.mean(column) for column in columns])
            if args.seeds > 1:
                show(method, "deviation", values=[statistics.stdev(column) for column in columns])
        pairs = [(a[-1], b[-1]) for a, b in zip(rows["tpe"], rows["random"])]
        better = sum(a < b if args.minimize else a > b for a, b in pairs)
        equal = sum(a == b for a, b in pairs)
        print(f"{path}: TPE is better with {better} seeds, equal with {equal}, worse with "
              f"{len(pairs) - better - equal}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
