"""The instruction recipe on real flawed data: how well it tells good from bad, how often it is wrong, and what it costs.

python benchmarks/instruction.py [FOLDER]    (default: ../shared/data; sets that are not there are left out)

Prints, per set with known labels, the AUC of the quality score and of every measure (1: good samples have more of it,
0: bad ones have, 0.5: nothing), and precision and recall of the recipe's drops; per set without labels, the share
dropped and by which rules; at the end CPU time per document and filter.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy.stats import rankdata

from app.curation.batch import Batch
from app.curation.filter import Filter, filters
from app.curation.measuring import measure
from app.curation.readers import read
from app.curation.recipe import Recipe, load_recipe
from app.curation.sample import Form, Sample, Source
from app.curation.verdict import judge

BATCH = 1024
DOCUMENTS, CHARACTERS, QUESTION = 2000, 1600, 300
Good = NDArray[np.bool_]
Labelled = tuple[list[Sample], Good]


def main(folder: Path) -> None:
    recipe = load_recipe("instruction")
    used = recipe.filters | {key: filters()[key]() for key in ("quality", "readability")}
    labelled = {name: build(folder) for name, build in LABELLED.items() if (folder / name.split(":")[0]).exists()}
    _print_separation(labelled, used)
    for name, (samples, good) in labelled.items():
        _print_drops(name, samples, good, recipe)
    for name in UNLABELLED:
        if (folder / name).exists():
            samples = [one for one in read(folder / name, name) if isinstance(one, Sample)]
            _print_drops(name, samples, np.ones(len(samples), np.bool_), recipe)
    _print_cost(folder, used)


def _alpaca_cleaned_diff(folder: Path) -> Labelled:
    """Bad: what human curators removed or whose prompt they rewrote. Good: what they left unchanged."""
    rows = [row for row in _rows(folder / "alpaca_cleaned_diff/diff.jsonl") if row["label"] != "output_replaced"]
    good = [row["label"] in {"unchanged", "prompt_edited_minor"} for row in rows]
    return [_alpaca(row["original"]) for row in rows], np.array(good)


def _alpaca_rated(label: str) -> Callable[[Path], Labelled]:
    """Good: what a language model rated 4.5 of 5 or more."""

    def build(folder: Path) -> Labelled:
        rated = {row["alpaca_id"]: row[label] for row in _rows(folder / "alpaca/selection_labels.jsonl")}
        rows = list(_rows(folder / "alpaca/alpaca.jsonl"))
        return [_alpaca(row) for row in rows], np.array([rated.get(row["alpaca_id"], False) for row in rows])

    return build


def _coachlm(folder: Path) -> Labelled:
    """Good: an expert's revision. Bad: what it revises."""
    rows = [row for row in _rows(folder / "coachlm_expert_revisions/revisions.jsonl") if row["raw"] != row["revised"]]
    samples = [_alpaca(row[side]) for side in ("raw", "revised") for row in rows]
    return samples, np.repeat([False, True], len(rows))


def _medical(folder: Path) -> Labelled:
    """Good: judged incomplete or excellent. Bad: incorrect or related."""
    rows = list(_rows(folder / "judged_medical_answers/judged.jsonl"))
    samples = []
    for row in rows:
        question = "\n".join(filter(None, (row["question"].get("subject"), row["question"].get("message"))))
        samples.append(_asked(question, row["answer"].partition("Answer:")[2].strip() or row["answer"]))
    return samples, np.array([row["judgement"] >= 3 for row in rows])


def _tulu(folder: Path) -> Labelled:
    """Good: acceptable to the expert who read it."""
    rows = _rows(folder / "expert_judgements_tulu/annotations.jsonl")
    pairs = [
        (_asked(row["prompt"], row[f"completion_{side}"]), row[f"completion_{side}_is_acceptable"] == "yes")
        for row in rows
        for side in "ab"
        if row[f"completion_{side}_is_acceptable"] in {"yes", "no"}
    ]
    return [sample for sample, _ in pairs], np.array([good for _, good in pairs])


LABELLED: dict[str, Callable[[Path], Labelled]] = {
    "alpaca_cleaned_diff": _alpaca_cleaned_diff,
    "alpaca:claude": _alpaca_rated("claude_rating_ge_4_5"),
    "alpaca:helpfulness": _alpaca_rated("helpfulness_rating_ge_4_5"),
    "coachlm_expert_revisions": _coachlm,
    "judged_medical_answers": _medical,
    "expert_judgements_tulu": _tulu,
}
UNLABELLED = (
    "dolly_alpagasus/dolly_3k.jsonl",
    "codealpaca/code_alpaca_2k.json",
    "sft_formats/alpaca_en_demo.json",
    "sft_formats/alpaca_zh_demo.json",
    "sft_formats/dpo_en_demo.json",
    "sft_formats/fastchat_dummy_conversation.json",
    "sft_formats/glaive_toolcall_en_demo.json",
    "sft_formats/reason_tool_use_demo_50.jsonl",
    "sft_formats/v1_sft_demo.jsonl",
)


def _print_separation(labelled: dict[str, Labelled], used: dict[str, Filter]) -> None:
    found = {name: _measured(samples, used) for name, (samples, _) in labelled.items()}
    print("AUC".ljust(38), *(name[:14].rjust(15) for name in labelled))
    names = [name for one in used.values() for name, what in one.measures().items() if what.kind != "label"]
    for name in sorted(names, key=lambda name: name != "quality_score"):
        scores = [_auc(good, found[key][name]) for key, (_, good) in labelled.items()]
        if any(abs(score - 0.5) >= 0.01 for score in scores):
            print(name.ljust(38), *(f"{score:15.3f}" for score in scores))


def _print_drops(name: str, samples: list[Sample], good: Good, recipe: Recipe) -> None:
    reasons = {}
    for first in range(0, len(samples), BATCH):
        found = judge(measure(Batch(samples[first : first + BATCH]), recipe.filters), recipe.limits)
        reasons |= {first + row: some for row, some in found.items()}
    dropped = np.isin(np.arange(len(samples)), list(reasons))
    rules = Counter(reason.rule for some in reasons.values() for reason in some)
    print(
        f"\n{name}: {dropped.sum()} of {len(samples)} dropped, {(dropped & good).sum()} of {good.sum()} good ones",
        end="",
    )
    if dropped.any() and not good.all():
        print(f"; precision {(dropped & ~good).sum() / dropped.sum():.2f}, recall {dropped[~good].mean():.2f}", end="")
    print("\n   ", ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))


def _print_cost(folder: Path, used: dict[str, Filter]) -> None:
    """Each filter on the same batches, in the order in which shared views are made: the first that asks pays for them."""
    text = "".join(path.read_text("utf-8", "replace") for path in sorted((folder / "docs_tech").rglob("*.*")))
    pieces = [text[at : at + CHARACTERS] for at in range(0, DOCUMENTS * CHARACTERS, CHARACTERS)]
    for title, samples in (
        ("plain texts", [Sample(Form.TEXT, {"text": piece}, Source("a", 0)) for piece in pieces]),
        ("questions and answers", [_asked(piece[:QUESTION], piece[QUESTION:]) for piece in pieces]),
    ):
        rounds = [_times(samples, used) for _ in range(4)]
        best = {key: min(times[key] for times in rounds) / len(samples) * 1e6 for key in used}
        print(f"\nCPU µs per document of {CHARACTERS} characters, {title}: {sum(best.values()):.1f}")
        print("   ", ", ".join(f"{key} {spent:.1f}" for key, spent in best.items()))


def _times(samples: list[Sample], used: dict[str, Filter]) -> dict[str, float]:
    batches = [Batch(samples[first : first + BATCH]) for first in range(0, len(samples), BATCH)]
    spent = {}
    for key, one in used.items():
        began = time.process_time()
        for batch in batches:
            one.measured(batch)
        spent[key] = time.process_time() - began
    return spent


def _measured(samples: list[Sample], used: dict[str, Filter]) -> dict[str, NDArray[np.float64]]:
    parts = [measure(Batch(samples[first : first + BATCH]), used) for first in range(0, len(samples), BATCH)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _auc(good: Good, values: NDArray[np.float64]) -> float:
    """How often a good sample has more than a bad one; ties count half, samples without a value are left out."""
    known = ~np.isnan(values)
    ranks, of_good = rankdata(values[known]), good[known]
    many = int(of_good.sum())
    if not 0 < many < len(ranks):
        return 0.5
    return float((ranks[of_good].sum() - many * (many + 1) / 2) / (many * (len(ranks) - many)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    return map(orjson.loads, path.read_bytes().splitlines())


def _alpaca(row: dict[str, str]) -> Sample:
    return _asked(row["instruction"], row["output"], row.get("input", ""))


def _asked(question: str, answer: str, context: str = "") -> Sample:
    content = {"prompt": question, "response": answer} | ({"context": context} if context else {})
    return Sample(Form.INSTRUCTION, content, Source("a", 0))


def _arguments(arguments: Sequence[str]) -> Path:
    return Path(arguments[0]) if arguments else Path(__file__).parents[2] / "shared/data"


if __name__ == "__main__":
    main(_arguments(sys.argv[1:]))
