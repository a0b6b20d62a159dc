#!/usr/bin/env python3
"""Classifies texts with a model archive of Sequent and plain PyTorch.

    classify.py MODEL < texts.txt                one line per text: label, probability, text
    classify.py MODEL --probabilities < texts    the probability of every label, as JSON Lines

The archive contains everything: the TorchScript graph, and in its extra file sequent.json the config, the vocabulary and the labels.
The program supports classification models of single texts whose config has the tokenizer `whitespace`, which is easy to reproduce; the
tokenizers `words` and `characters` need ICU. It only needs Python 3.8 and PyTorch 1.13 or later.
"""

import argparse
import json
import re
import sys
import unicodedata

import torch

PAD, UNKNOWN, EMPTY = 0, 1, 2  # ids that every vocabulary reserves
BATCH_ROWS = 64
# The characters of the Unicode property White_Space; str.split() knows four more.
WHITE_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class Encoder:
    """Converts texts to ids according to the config in the archive."""

    def __init__(self, metadata):
        config = metadata["config"]
        self.check(config)
        self.input = config["input"]
        self.tokenizer = self.input["tokenizer"]
        self.ids = {token: i for i, token in enumerate(metadata["vocabulary"]) if i > EMPTY}

    @staticmethod
    def check(config):
        """Refuses models whose ids would differ from those of sequent-infer."""
        if config["task"] != "classification":
            raise SystemExit(f"error: the model's task is {config['task']}; this program serves classification")
        if config["input"]["type"] != "text":
            raise SystemExit("error: the model reads numbers; this program serves texts")
        tokenizer = config["input"]["tokenizer"]["type"]
        if tokenizer != "whitespace":
            raise SystemExit(f"error: the model's tokenizer is {tokenizer}; this program serves whitespace")
        layers = config["model"]["layers"]
        if any(layer["type"] == "pair" for layer in layers):
            raise SystemExit("error: the model reads pairs of texts; this program serves single texts")
        for layer in layers:
            parts = layer.get("concat", layer.get("beside", []))  # the key of version 0.1.0 was "beside"
            if any(part["type"] == "characters" for part in parts):
                raise SystemExit("error: the model reads the characters of unknown words, which this program does not pass on")

    def tokenize(self, text):
        if self.tokenizer["nfkc"]:
            text = unicodedata.normalize("NFKC", text)
        if self.tokenizer["lowercase"]:
            text = text.casefold()
            if self.tokenizer["nfkc"]:
                text = unicodedata.normalize("NFKC", text)
        return [token for token in WHITE_SPACE.split(text) if token]

    def encode(self, text):
        """Returns at least one id and at most max_length ids."""
        ids = [self.ids.get(token, UNKNOWN) for token in self.tokenize(text)] or [EMPTY]
        longest = self.input["max_length"]
        if len(ids) > longest:
            ids = ids[-longest:] if self.input["truncating"] == "pre" else ids[:longest]
        # Only a model whose embedding has "mask": false needs padding here: it reads <pad> like any other token.
        filling = [PAD] * (longest - len(ids))
        if self.input["padding"] == "pre":
            return filling + ids
        if self.input["padding"] == "post":
            return ids + filling
        return ids


def load(file):
    """Returns the model and the metadata of the archive."""
    extra = {"sequent.json": ""}
    try:
        model = torch.jit.load(file, map_location="cpu", _extra_files=extra)
    except (RuntimeError, ValueError) as error:
        raise SystemExit(f"error: {file}: cannot be opened: {error}") from error
    if not extra["sequent.json"]:
        raise SystemExit(f"error: {file}: contains no sequent.json; expected an archive made by sequent export")
    return model.eval(), json.loads(extra["sequent.json"])


def predict(model, rows):
    """Returns the probabilities [len(rows), labels] of rows of ids. Rows are right-padded; padding does not affect the result."""
    width = max(len(row) for row in rows)
    tokens = torch.tensor([row + [PAD] * (width - len(row)) for row in rows], dtype=torch.int64)
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
    with torch.no_grad():
        return model(tokens, lengths).tolist()


def main():
    parser = argparse.ArgumentParser(description="Classifies the lines of stdin with a model archive of Sequent and plain PyTorch.")
    parser.add_argument("model", help="archive made by sequent export")
    parser.add_argument("--probabilities", action="store_true", help="write the probability of every label, as JSON Lines")
    options = parser.parse_args()

    model, metadata = load(options.model)
    encoder = Encoder(metadata)
    labels = metadata["labels"]
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8")
    texts = [line.rstrip("\n") for line in sys.stdin]
    for begin in range(0, len(texts), BATCH_ROWS):
        batch = texts[begin : begin + BATCH_ROWS]
        for text, row in zip(batch, predict(model, [encoder.encode(text) for text in batch])):
            if options.probabilities:
                print(json.dumps({"text": text, "probabilities": dict(zip(labels, row))}, ensure_ascii=False))
            else:
                best = max(range(len(row)), key=row.__getitem__)
                print(f"{labels[best]}\t{row[best]:.6f}\t{text}")


if __name__ == "__main__":
    main()
