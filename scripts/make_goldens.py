"""Generates the golden values that the tests compare with. Run it once and commit the output.

    /usr/bin/python3 scripts/make_goldens.py metrics        needs Debian's python3-sklearn
    /usr/bin/python3 scripts/make_goldens.py regression     needs Debian's python3-sklearn
    /usr/bin/python3 scripts/make_goldens.py multi_label    needs Debian's python3-sklearn
    /usr/bin/python3 scripts/make_goldens.py tagging        also needs seqeval (pip install seqeval)
    /usr/bin/python3 scripts/make_goldens.py sequences      also needs sacrebleu and rouge-score

metrics: tests/golden/metrics.json, scikit-learn's metrics of seeded random cases. The probabilities
are float32, formatted so that parsing them as float32 restores the same bits.
tagging: tests/golden/tagging.json, seqeval's precision, recall and F1 (which follow conlleval) of
seeded random tags.
multi_label: tests/golden/multi_label.json, scikit-learn's metrics of seeded random label sets.
sequences: tests/golden/sequences.json, sacrebleu's BLEU and rouge-score's ROUGE-L of seeded random
tokens.
regression: tests/golden/regression.json, scikit-learn's and SciPy's metrics of seeded random values.
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics as oracle

GOLDEN_FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden"

LEAST_PROBABILITY = 1e-7


def softmax(logits):
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (exponents / exponents.sum(axis=1, keepdims=True)).astype(np.float32)


def random_case(seed, rows, classes, skew=None, signal=1.5):
    """Draws targets with the class probabilities `skew`, and logits biased towards them by `signal`."""
    generator = np.random.default_rng(seed)
    truths = generator.choice(classes, size=rows, p=skew)
    logits = generator.normal(size=(rows, classes))
    logits[np.arange(rows), truths] += signal
    return truths, softmax(logits)


def binary_with_ties(seed, rows):
    """A tenth of the rows are positive. Scores are rounded to 0.05: many are equal, some are 0.5."""
    generator = np.random.default_rng(seed)
    truths = (generator.random(rows) < 0.1).astype(int)
    scores = np.clip(generator.normal(0.3 + 0.3 * truths, 0.2), 0, 1)
    scores = (np.round(scores * 20) / 20).astype(np.float32)
    return truths, np.stack([1 - scores, scores], axis=1).astype(np.float32)


def never_predicted():
    truths, probabilities = random_case(seed=4, rows=120, classes=4)
    probabilities[:, 2] *= 0.01
    return truths, (probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)


def cases():
    yield "balanced binary", *random_case(seed=1, rows=200, classes=2)
    yield "imbalanced binary with ties", *binary_with_ties(seed=2, rows=300)
    yield "six classes", *random_case(seed=3, rows=400, classes=6, skew=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    yield "a class never predicted", *never_predicted()
    yield "a class missing from the truth", *random_case(seed=5, rows=80, classes=4, skew=[0.5, 0.3, 0.2, 0])
    truths = np.array([0, 1, 2, 1, 0, 2, 2])
    yield "perfect", truths, np.eye(3, dtype=np.float32)[truths]
    yield "all wrong", truths, np.eye(3, dtype=np.float32)[(truths + 1) % 3]
    yield "two rows", np.array([0, 1]), np.array([[0.75, 0.25], [0.5, 0.5]], dtype=np.float32)
    yield "one class only", np.array([1, 1, 1]), np.array([[0.4, 0.6], [0.7, 0.3], [0.1, 0.9]], dtype=np.float32)


def top_k_accuracy(truths, probabilities, k):
    classes = probabilities.shape[1]
    if classes == 2:  # k is 1; scikit-learn would break ties at the threshold the other way
        return oracle.accuracy_score(truths, probabilities.argmax(axis=1))
    # Among ties, scikit-learn prefers the last class and Sequent the first, so reverse the order.
    return oracle.top_k_accuracy_score(
        classes - 1 - truths, probabilities[:, ::-1], k=k, labels=np.arange(classes))


def ranking(truths, probabilities):
    """Returns ROC AUC and average precision, or None if a class has no rows."""
    classes = probabilities.shape[1]
    if len(np.unique(truths)) < classes:
        return None, None
    if classes == 2:
        scores = probabilities[:, 1]
        return oracle.roc_auc_score(truths, scores), oracle.average_precision_score(truths, scores)
    one_hot = np.eye(classes, dtype=int)[truths]
    return (oracle.roc_auc_score(truths, probabilities, multi_class="ovr", average="macro"),
            oracle.average_precision_score(one_hot, probabilities, average="macro"))


def expected(truths, probabilities):
    labels = np.arange(probabilities.shape[1])
    predicted = probabilities.argmax(axis=1)
    top_k = max(1, min(3, len(labels) - 1))

    def averages(average):
        return oracle.precision_recall_fscore_support(
            truths, predicted, labels=labels, average=average, zero_division=0)

    roc_auc, average_precision = ranking(truths, probabilities)
    precision, recall, f1, support = averages(None)
    values = {
        "count": len(truths),
        "loss": oracle.log_loss(truths, probabilities.astype(float), labels=labels, eps=LEAST_PROBABILITY),
        "accuracy": oracle.accuracy_score(truths, predicted),
        "top_k_accuracy": top_k_accuracy(truths, probabilities, top_k),
        "top_k": top_k,
        "roc_auc": roc_auc,
        "average_precision": average_precision,
        "balanced_accuracy": oracle.balanced_accuracy_score(truths, predicted),
        "matthews": oracle.matthews_corrcoef(truths, predicted),
        "per_class": {"precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
                      "support": support.tolist()},
        "confusion": oracle.confusion_matrix(truths, predicted, labels=labels).tolist(),
    }
    for average in ("macro", "micro", "weighted"):
        for name, value in zip(("precision", "recall", "f1"), averages(average)):
            values[f"{average}_{name}"] = value
    return values


def write_golden(name, golden):
    GOLDEN_FOLDER.mkdir(parents=True, exist_ok=True)
    with open(GOLDEN_FOLDER / name, "w", encoding="utf-8") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


def make_metrics():
    golden = {
        "made_by": f"scripts/make_goldens.py metrics, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "cases": [
            {"name": name, "truths": truths.tolist(), "probabilities": probabilities.tolist(),
             "expected": expected(truths, probabilities)}
            for name, truths, probabilities in cases()
        ],
    }
    write_golden("metrics.json", golden)


def regression_cases():
    generator = np.random.default_rng(11)
    truths = generator.normal(50, 12, size=(200, 1))
    yield "one target", truths, truths + generator.normal(0, 5, size=truths.shape)
    truths = np.round(generator.normal(size=(60, 3)) * 3) * np.array([1, 100, 0.01])
    yield "three targets with ties", truths, np.round(truths * 0.8, 1)
    truths = np.array([[3.0], [3.0], [3.0]])
    yield "a target that is always the same", truths, np.array([[2.0], [3.0], [4.5]])
    yield "worse than the mean", np.array([[1.0], [2.0]]), np.array([[5.0], [-7.0]])


def regression_values(truths, values):
    def constant(numbers):
        return bool((numbers == numbers[0]).all(axis=0).any())

    columns = range(truths.shape[1])
    undefined = constant(truths)
    no_correlation = undefined or constant(values)
    error = np.abs(values - truths)
    return {
        "count": len(truths),
        "mse": oracle.mean_squared_error(truths, values),
        "rmse": float(np.sqrt(oracle.mean_squared_error(truths, values))),
        "mae": oracle.mean_absolute_error(truths, values),
        "mape": None
        if (truths == 0).any()
        else oracle.mean_absolute_percentage_error(truths, values),
        "r2": None if undefined else oracle.r2_score(truths, values),
        "pearson": None if no_correlation else float(
            np.mean([stats.pearsonr(truths[:, i], values[:, i])[0] for i in columns])),
        "spearman": None if no_correlation else float(
            np.mean([stats.spearmanr(truths[:, i], values[:, i])[0] for i in columns])),
        "huber": float(np.where(error < 1, 0.5 * error**2, error - 0.5).mean()),
    }


def make_regression():
    as_float32 = [(name, truths.astype(np.float32), values.astype(np.float32))
                  for name, truths, values in regression_cases()]
    golden = {
        "made_by": f"scripts/make_goldens.py regression, scikit-learn {sklearn.__version__}, "
                   f"SciPy {scipy.__version__}, numpy {np.__version__}",
        "cases": [
            {"name": name, "truths": truths.tolist(), "values": values.tolist(),
             "expected": regression_values(truths.astype(float), values.astype(float))}
            for name, truths, values in as_float32
        ],
    }
    write_golden("regression.json", golden)


def multi_label_cases():
    def marks(generator, rows, shares):
        return (generator.random((rows, len(shares))) < np.array(shares)).astype(int)

    for seed, rows, shares in ((21, 150, [0.5, 0.2, 0.1, 0.7]), (22, 40, [0.3, 0.3]), (23, 30, [0.2, 0.0, 0.5])):
        generator = np.random.default_rng(seed)
        truths = marks(generator, rows, shares)
        scores = 1 / (1 + np.exp(-generator.normal(size=truths.shape) - 2 * truths + 1))
        scores = np.round(scores * 40) / 40 if seed == 22 else scores
        thresholds = generator.uniform(0.2, 0.8, size=len(shares)) if seed == 21 else np.full(len(shares), 0.5)
        yield f"{len(shares)} labels, {rows} rows", truths, scores.astype(np.float32), thresholds
    yield "nothing given, nothing there", np.zeros((3, 2), int), np.full((3, 2), 0.1, np.float32), np.full(2, 0.5)


def multi_label_values(truths, probabilities, thresholds):
    given = (probabilities >= thresholds).astype(int)
    clipped = np.clip(np.where(truths == 1, probabilities, 1 - probabilities.astype(float)), LEAST_PROBABILITY, None)
    values = {
        "count": len(truths),
        "loss": float(-np.log(clipped).mean()),
        "accuracy": oracle.accuracy_score(truths, given),
        "hamming_loss": oracle.hamming_loss(truths, given),
        "roc_auc": None,
        "average_precision": None,
    }
    for average in ("micro", "macro", "weighted", "samples"):
        for name, value in zip(("precision", "recall", "f1"), oracle.precision_recall_fscore_support(
                truths, given, average=average, zero_division=0)):
            values[f"{average}_{name}"] = value
    if ((truths.sum(axis=0) > 0) & (truths.sum(axis=0) < len(truths))).all():
        values["roc_auc"] = oracle.roc_auc_score(truths, probabilities, average="macro")
        values["average_precision"] = oracle.average_precision_score(truths, probabilities, average="macro")
    best = []
    for label in range(truths.shape[1]):
        candidates = sorted(set(probabilities[:, label].tolist()))
        best.append(max(oracle.f1_score(truths[:, label], probabilities[:, label] >= at, zero_division=0)
                        for at in candidates))
    values["best_f1"] = best
    return values


def make_multi_label():
    golden = {
        "made_by": f"scripts/make_goldens.py multi_label, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "cases": [
            {"name": name, "truths": truths.tolist(), "probabilities": probabilities.tolist(),
             "thresholds": thresholds.tolist(), "expected": multi_label_values(truths, probabilities, thresholds)}
            for name, truths, probabilities, thresholds in multi_label_cases()
        ],
    }
    write_golden("multi_label.json", golden)


def random_tags(generator, tags, length):
    """Mostly valid tag sequences, interspersed with every kind of invalid transition."""
    row = ["O"]
    for _ in range(length):
        before = row[-1]
        goes_on = before[0] in "BI" and generator.random() < 0.6
        candidates = [t for t in tags if t[0] in "IE" and t[2:] == before[2:]] if goes_on else tags
        row.append(str(generator.choice(candidates)))
    return row[1:]


def tagging_cases():
    generator = np.random.default_rng(17)
    for name, prefixes in (("BIO", "BI"), ("BIOES", "BIES"), ("IO", "I")):
        tags = ["O"] + [f"{prefix}-{kind}" for kind in ("LOC", "ORG", "PER") for prefix in prefixes]
        truths = [random_tags(generator, tags, generator.integers(1, 20)) for _ in range(60)]
        keep = 0.85
        predicted = [[tag if generator.random() < keep else str(generator.choice(tags)) for tag in row]
                     for row in truths]
        yield name, tags, truths, predicted
    tags = ["B-X", "I-X", "O"]
    yield "nothing predicted", tags, [["B-X", "I-X", "O"]], [["O", "O", "O"]]
    yield "nothing there", tags, [["O", "O"]], [["B-X", "O"]]


def make_tagging():
    import seqeval  # pylint: disable=import-outside-toplevel
    from seqeval import metrics as spans

    def values(truths, predicted):
        report = spans.classification_report(truths, predicted, output_dict=True, zero_division=0)
        types = {kind: {key: float(value) for key, value in row.items()}
                 for kind, row in report.items() if not kind.endswith(" avg")}
        return {
            "accuracy": spans.accuracy_score(truths, predicted),
            "precision": spans.precision_score(truths, predicted, zero_division=0),
            "recall": spans.recall_score(truths, predicted, zero_division=0),
            "f1": spans.f1_score(truths, predicted, zero_division=0),
            "macro_f1": spans.f1_score(truths, predicted, average="macro", zero_division=0),
            "per_type": types,
        }

    golden = {
        "made_by": f"scripts/make_goldens.py tagging, seqeval {getattr(seqeval, '__version__', '1.2.2')}",
        "cases": [
            {"name": name, "tags": sorted(tags), "truths": truths, "predicted": predicted,
             "expected": values(truths, predicted)}
            for name, tags, truths, predicted in tagging_cases()
        ],
    }
    write_golden("tagging.json", golden)


def sequence_cases():
    generator = np.random.default_rng(31)

    def rows(count, kinds, lengths, keep):
        wanted = [generator.integers(3, 3 + kinds, size=generator.integers(*lengths)).tolist() for _ in range(count)]
        written = []
        for row in wanted:
            copy = [token for token in row if generator.random() < keep or len(row) == 1]
            copy = [token if generator.random() < keep else int(generator.integers(3, 3 + kinds)) for token in copy]
            written.append(copy + row[:1] if generator.random() < 0.2 else copy)
        return written, wanted

    for name, case in (("long rows", rows(80, 12, (1, 25), 0.9)), ("short rows", rows(40, 5, (1, 5), 0.8)),
                       ("far away", rows(20, 200, (4, 12), 0.2))):
        yield name, *case
    yield "all right", [[3, 4, 5, 6, 7]], [[3, 4, 5, 6, 7]]
    yield "nothing right", [[3, 4, 5, 6, 7]], [[8, 9, 10, 11]]
    yield "too short for four", [[3, 4]], [[3, 4]]
    yield "an empty row", [[], [3, 4, 5, 6]], [[3], [3, 4, 5, 6]]


def make_sequences():
    import sacrebleu  # pylint: disable=import-outside-toplevel
    from rouge_score import rouge_scorer  # pylint: disable=import-outside-toplevel

    class Words:
        def tokenize(self, text):
            return text.split()

    def values(written, wanted):
        texts = [" ".join(map(str, row)) for row in written]
        truths = [" ".join(map(str, row)) for row in wanted]
        scorer = rouge_scorer.RougeScorer(["rougeL"], tokenizer=Words())
        scores = [scorer.score(truth, text)["rougeL"].fmeasure for truth, text in zip(truths, texts)]
        return {
            "bleu": sacrebleu.corpus_bleu(texts, [truths], tokenize="none", force=True).score,
            "rouge_l": float(np.mean(scores)),
            "exact_match": float(np.mean([a == b for a, b in zip(written, wanted)])),
        }

    golden = {
        "made_by": f"scripts/make_goldens.py sequences, sacrebleu {sacrebleu.__version__}, rouge-score",
        "cases": [
            {"name": name, "written": written, "wanted": wanted, "expected": values(written, wanted)}
            for name, written, wanted in sequence_cases()
        ],
    }
    write_golden("sequences.json", golden)


COMMANDS = {"sequences": make_sequences, "tagging": make_tagging, "metrics": make_metrics, "regression": make_regression,
            "multi_label": make_multi_label}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: make_goldens.py {'|'.join(COMMANDS)}")
    COMMANDS[sys.argv[1]]()
