#!/usr/bin/env python3
"""Checks explanations by deletion: removing the tokens that an explanation calls most important must
lower the predicted probability more than removing random ones.

    scripts/deletion_test.py MODEL.pt DATA.tsv [--share 0.2] [--rows 500] [--method gradients]

DATA is a table with a column `text`. Prints the mean drop of the probability of the predicted label
after deleting the share of tokens with the greatest attributions, and after deleting as many random
ones (mean of five draws). Exits with 1 unless the first is at least `--ratio` times the second.
`sequent-infer` must be on the PATH.
"""
import argparse
import json
import random
import subprocess
import sys


def infer(model, texts, *options):
    """Returns the records that sequent-infer writes for the texts."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run(
        ["sequent-infer", model, "-", "--input-format", "jsonl", "--text", "text", *options],
        input=lines, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


def without(text, tokens):
    """Returns the text without the characters of these tokens."""
    for token in sorted(tokens, key=lambda token: -token["start"]):
        text = text[:token["start"]] + text[token["end"]:]
    return text


def mean_drop(model, records, changed):
    """Returns the mean fall of the predicted label's probability."""
    after = infer(model, changed, "--probabilities")
    drops = [record["probability"] - found["probabilities"][record["prediction"]]
             for record, found in zip(records, after)]
    return sum(drops) / len(drops)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--method", choices=["gradients", "occlusion"], default="gradients")
    parser.add_argument("--ratio", type=float, default=2)
    options = parser.parse_args()

    with open(options.data, encoding="utf-8") as file:
        column = next(file).rstrip("\n").split("\t").index("text")
        texts = [line.rstrip("\n").split("\t")[column] for line in file]
    texts = texts[:options.rows]
    records = infer(options.model, texts, "--explain", "all", "--explain-method", options.method)
    draw = random.Random(1)
    best = []
    for record in records:
        tokens = record["explanation"]["tokens"]
        count = max(1, round(options.share * len(tokens)))
        tokens = sorted(tokens, key=lambda token: -token["attribution"])
        best.append(without(record["text"], tokens[:count]))
    of_best = mean_drop(options.model, records, best)
    rounds = 5
    of_random = 0
    for _ in range(rounds):
        changed = []
        for record in records:
            tokens = record["explanation"]["tokens"]
            count = max(1, round(options.share * len(tokens)))
            changed.append(without(record["text"], draw.sample(tokens, min(count, len(tokens)))))
        of_random += mean_drop(options.model, records, changed) / rounds
    print(f"{len(records)} rows; mean drop of the probability: {of_best:.4f} without the top "
          f"{options.share:.0%} of the tokens, {of_random:.4f} without random ones "
          f"(ratio {of_best / of_random if of_random > 0 else float('inf'):.2f})")
    sys.exit(0 if of_best >= options.ratio * of_random else 1)


if __name__ == "__main__":
    main()
