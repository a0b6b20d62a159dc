#!/usr/bin/env python3
"""Checks what a classifier's probabilities are worth on labelled rows.

  sequent-infer model.pt rows.tsv --probabilities --output rows.jsonl
  scripts/check_confidence.py rows.jsonl [--label KEY] [--out-of-scope other.jsonl]

Prints the calibration error and Brier score; the coverage and size of prediction sets (LAC and APS)
over random halves of the rows, of which one gives the scores and the other is covered; and, with rows
that belong to none of the classes, what abstention buys. It computes everything anew, without
Sequent's code.
"""

import argparse
import json
import math
import random


def read_rows(path, label):
    rows = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record.get("probabilities") is None:
                raise SystemExit(f"{path}: no probabilities; use sequent-infer --probabilities")
            rows.append((record["probabilities"], str(record.get(label)) if label else None))
    if not rows:
        raise SystemExit(f"{path}: no rows")
    return rows


def calibration_error(rows, bins=15):
    sums = [0.0] * bins
    for probabilities, truth in rows:
        best = max(probabilities, key=probabilities.get)
        at = min(bins - 1, max(0, math.ceil(probabilities[best] * bins) - 1))
        sums[at] += (best == truth) - probabilities[best]
    return sum(map(abs, sums)) / len(rows)


def brier_score(rows):
    total = 0.0
    for probabilities, truth in rows:
        squares = sum((p - (name == truth)) ** 2 for name, p in probabilities.items())
        total += squares / 2 if len(probabilities) == 2 else squares
    return total / len(rows)


def scores_of(kind, probabilities, share):
    if kind == "lac":
        return {name: 1 - p for name, p in probabilities.items()}
    scores, before = {}, 0.0
    for name, p in sorted(probabilities.items(), key=lambda item: -item[1]):
        scores[name] = before + share * p
        before += p
    return scores


def check_sets(rows, kind, level, splits):
    """Returns the mean coverage and the mean size of sets."""
    rng = random.Random(1)
    covered = size = count = 0
    for _ in range(splits):
        scored = [(scores_of(kind, p, rng.random()), truth) for p, truth in rows]
        rng.shuffle(scored)
        half = len(scored) // 2
        known = sorted(scores.get(truth, 1.0) for scores, truth in scored[:half])
        rank = math.ceil((half + 1) * level)
        bound = known[rank - 1] if rank <= half else math.inf
        for scores, truth in scored[half:]:
            found = [name for name, score in scores.items() if score <= bound]
            covered += truth in found
            size += len(found)
            count += 1
    return covered / count, size / count


def check_abstention(rows, others):
    confidences = sorted((max(p.values()) for p, _ in rows), reverse=True)
    print("answered   threshold  accuracy  out-of-scope rows answered")
    for share in (1.0, 0.95, 0.9, 0.8, 0.7):
        threshold = confidences[max(0, math.ceil(share * len(confidences)) - 1)]
        kept = [(p, truth) for p, truth in rows if max(p.values()) >= threshold]
        right = sum(max(p, key=p.get) == truth for p, truth in kept)
        wrong = sum(max(p.values()) >= threshold for p, _ in others) / len(others) if others else 0
        print(f"{share:8.0%} {threshold:11.4f} {right / len(kept):9.4f}  "
              + (f"{wrong:.1%}" if others else "-"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows")
    parser.add_argument("--label", default="label", help="the key of the true label")
    parser.add_argument("--out-of-scope", help="predictions for rows that belong to no class")
    parser.add_argument("--splits", type=int, default=20)
    options = parser.parse_args()
    rows = read_rows(options.rows, options.label)
    others = read_rows(options.out_of_scope, None) if options.out_of_scope else []
    print(f"{len(rows)} rows: calibration error {calibration_error(rows):.4f}, "
          f"Brier score {brier_score(rows):.4f}")
    for kind in ("lac", "aps"):
        for level in (0.8, 0.9, 0.95):
            coverage, size = check_sets(rows, kind, level, options.splits)
            print(f"{kind} {level}: coverage {coverage:.4f} over {options.splits} splits, "
                  f"mean size {size:.2f}")
    check_abstention(rows, others)


if __name__ == "__main__":
    main()
