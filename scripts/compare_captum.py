#!/usr/bin/env python3
"""Compares the explanations of sequent-infer with Captum's integrated gradients.

    scripts/compare_captum.py MODEL.pt TEXTS.txt [--rows 20]

Captum runs the TorchScript graph of the archive, so nothing but the archive is shared. MODEL is a
classifier of texts whose embedding is one table. Prints the greatest difference of an attribution;
exits with 1 if it is above `--tolerance`. Without PyTorch or Captum, prints `skipped:` and why.
`sequent-infer` must be on the PATH.
"""
import argparse
import json
import subprocess
import sys
import zipfile

try:
    import torch
    from captum.attr import IntegratedGradients
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)


def explained(model, path):
    """Returns the records of sequent-infer with the attributions of all tokens."""
    done = subprocess.run(["sequent-infer", model, path, "--input-format", "lines", "--explain",
                           "all"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


def metadata_of(model):
    """Returns the archive's sequent.json."""
    with zipfile.ZipFile(model) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/sequent.json"))
        return json.loads(archive.read(name))


class VectorModel:
    """The graph as a function of the vectors of its tokens.

    Each token of the batch gets a row of its own in the embedding's table.
    """

    def __init__(self, model, metadata):
        self.graph = torch.jit.load(model)
        layers = metadata["config"]["model"]["layers"]
        index = next(i for i, layer in enumerate(layers) if layer["type"] == "embedding")
        if layers[index].get("concat"):
            sys.exit("the embedding has several tables; expected one")
        self.name = f"layers_{index}_weight"
        self.table = getattr(self.graph, self.name).detach().clone()

    def __call__(self, vectors):
        rows, steps, width = vectors.shape
        self.graph._c.setattr(self.name, vectors.reshape(rows * steps, width))
        tokens = torch.arange(rows * steps).view(rows, steps)
        return self.graph(tokens, torch.full([rows], steps))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()

    metadata = metadata_of(options.model)
    ids = {token: i for i, token in enumerate(metadata["vocabulary"])}
    labels = metadata["labels"]
    normalization = metadata["config"]["input"].get("tokenizer", {})
    model = VectorModel(options.model, metadata)
    gradients = IntegratedGradients(model)
    worst = 0.0
    compared = 0
    for record in explained(options.model, options.texts)[:options.rows]:
        explanation = record["explanation"]
        if not explanation["tokens"]:
            continue
        words = [token["text"] for token in explanation["tokens"]]
        if normalization.get("lowercase", True):
            words = [word.casefold() for word in words]
        vectors = model.table[torch.tensor([ids.get(word, 1) for word in words])].unsqueeze(0)
        target = labels.index(explanation["label"])
        found = gradients.attribute(vectors, target=target, n_steps=explanation["steps"],
                                    method="gausslegendre", internal_batch_size=64)
        expected = found.detach().sum(2).squeeze(0).tolist()
        for token, value in zip(explanation["tokens"], expected):
            worst = max(worst, abs(token["attribution"] - value))
            compared += 1
    print(f"{compared} attributions, greatest difference {worst:.2e}")
    sys.exit(0 if compared > 0 and worst <= options.tolerance else 1)


if __name__ == "__main__":
    main()
