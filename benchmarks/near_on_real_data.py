"""What lexical similarity says of texts that people judged: revisions of answers, paraphrased news, repeated questions.

python benchmarks/near_on_real_data.py [--data FOLDER]

Word sequences see copying and light editing, not meaning: the curves say where the limit is.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.curation.shingles import Shingling
from app.curation.texts import Texts
from benchmarks.corpus import DATA

LEVELS = ("cut", "light", "heavy", "non")
SIZES = (1, 2, 3, 5)
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def similarities(pairs: Sequence[tuple[str, str]], size: int) -> NDArray[np.float64]:
    """Jaccard of each pair of texts by sequences of `size` words."""
    texts = Texts.of([text for pair in pairs for text in pair])
    return Shingling(size).sets(texts).jaccard(np.arange(len(texts)).reshape(-1, 2))


def plagiarism(data: Path) -> None:
    """Mean similarity to the original of the task, by how the answer was made."""
    rows = _rows(data / "neardup_plagiarism" / "documents.jsonl")
    originals = {row["task"]: row["text"] for row in rows if row["category"] == "orig"}
    print("Plagiarised answers: mean similarity to the original (all levels should fall from left to right)")
    for size in SIZES:
        means = []
        for level in LEVELS:
            pairs = [(row["text"], originals[row["task"]]) for row in rows if row["category"] == level]
            means.append(similarities(pairs, size).mean())
        ordered = "ordered" if means == sorted(means, reverse=True) else "NOT ordered"
        shown = "  ".join(f"{level} {mean:.3f}" for level, mean in zip(LEVELS, means, strict=True))
        print(f"  {size} words: {shown}  {ordered}")


def curves(title: str, pairs: Sequence[tuple[str, str]], same: Iterable[bool]) -> None:
    """Precision and recall of "similar enough is the same" at several thresholds."""
    truth = np.fromiter(same, np.bool_, len(pairs))
    print(f"{title}: {len(pairs):,} pairs, {truth.mean():.2f} of them the same")
    for size in SIZES[:3]:
        found = similarities(pairs, size)
        print(f"  {size} words, AUC {_auc(found, truth):.3f}")
        for threshold in THRESHOLDS:
            chosen = found >= threshold
            right = int((chosen & truth).sum())
            precision = f"{right / chosen.sum():.3f}" if chosen.any() else "  -  "
            print(f"    {threshold:.1f}: precision {precision} recall {right / truth.sum():.3f}")


def _auc(found: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Chance that a pair that is the same is more similar than one that is not; ties count half."""
    better = found[truth][:, None] - found[~truth][None, :]
    return float((better > 0).mean() + (better == 0).mean() / 2)


def _rows(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    plagiarism(data)
    news = _rows(data / "neardup_msrp" / "pairs.jsonl")
    curves("News sentences (MSRP)", [(row["sent1"], row["sent2"]) for row in news], (row["paraphrase"] for row in news))
    asked = _rows(data / "neardup_medical_rqe" / "pairs.jsonl")
    curves("Medical questions (RQE)", [(row["chq"], row["faq"]) for row in asked], (row["entails"] for row in asked))


if __name__ == "__main__":
    main()
