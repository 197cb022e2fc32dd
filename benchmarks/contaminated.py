"""What decontamination finds in known contaminations and near misses, and what it suspects in clean data.

The sets are those of ../shared/data: real overlaps between training sets and benchmarks, GSM8K's training set against
its test set, HumanEval rephrased in three languages, web pages that hold questions, and corpora without contamination.

python -m benchmarks.contaminated [--data FOLDER]
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Decontamination, Index, likeliest
from app.curation.decontamination.findings import Findings
from app.curation.readers import read
from app.curation.sample import Form, Sample, Source
from benchmarks.corpus import DATA

PIECE = 1_600
EVERYTHING = Decontamination(min_similarity=0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=DATA)
    data = parser.parse_args().data
    humaneval = Index.of([Benchmark.read(data / "bench_humaneval" / "HumanEval.jsonl")])
    gsm8k = Index.of([Benchmark.read(data / "bench_gsm8k" / "test.jsonl")])
    natural(data)
    trained(data, gsm8k)
    rephrased(data, humaneval)
    on_the_web(data)
    clean(data, humaneval, gsm8k)


def natural(data: Path) -> None:
    """Every known overlap against its item: dropped, only suspected, or missed."""
    rows = lines(data / "contam_natural" / "overlaps.jsonl")
    outcome: dict[str, Counter[str]] = {}
    for row in rows:
        one = Index.of([Benchmark.of("b", [("item", {"question": row["bench_text"]})])])
        found = one.inspect(Batch([text(row["train_text"])]))
        said = "dropped" if found.contaminations else "suspected" if found.suspects else "missed"
        outcome.setdefault(row["benchmark"], Counter())[said] += 1
    print(f"{len(rows)} natural overlaps, by benchmark")
    for benchmark, counts in sorted(outcome.items()):
        print(f"  {benchmark:16} {dict(counts)}")


def trained(data: Path, gsm8k: Index) -> None:
    samples = list(samples_of(data / "bench_gsm8k" / "train.jsonl"))
    found = inspect(gsm8k, samples)
    items = sorted({one.item for one in found.contaminations})
    print(
        f"GSM8K train, {len(samples):,} samples: dropped {len(found.contaminations)} for test items {', '.join(items)}"
    )


def rephrased(data: Path, humaneval: Index) -> None:
    """The rank of the item that each rephrased one was made from; empty ones cannot be found and are left out."""
    pairs = [row for row in lines(data / "contam_humaneval_rephrased" / "pairs.jsonl") if row["rephrased"].strip()]
    found = inspect(humaneval, [text(row["rephrased"]) for row in pairs], EVERYTHING)
    ranked: dict[int, list[tuple[str, float]]] = {}
    for one in [*found.contaminations, *found.suspects]:
        score = 1.0 if one in found.contaminations else one.score
        ranked.setdefault(one.row, []).append((one.item, score))
    for language in ("python", "js", "c", ""):
        rows = [row for row, pair in enumerate(pairs) if language in ("", pair["language"])]
        first = [row for row in rows if ranked[row][0][0] == pairs[row]["task_id"]]
        third = [row for row in rows if pairs[row]["task_id"] in {item for item, _ in ranked[row][:3]}]
        shown = [row for row in first if ranked[row][0][1] >= Decontamination().min_similarity]
        shares = [len(some) / len(rows) for some in (first, third, shown)]
        print(
            f"HumanEval rephrased, {language or 'all':6} recall@1 {shares[0]:.3f}, @3 {shares[1]:.3f}, shown {shares[2]:.3f}"
        )


def on_the_web(data: Path) -> None:
    for name in ("ARC", "commonsense_qa"):
        rows = lines(data / "contam_web_matches" / f"{name}_matches.jsonl")
        one = Index.of([Benchmark.of("web", [(str(at), {"question": row["query"]}) for at, row in enumerate(rows)])])
        found = inspect(one, [text(row["match_string"]) for row in rows])
        sure = {hit.row for hit in found.contaminations if rows[int(hit.item)]["query"] == rows[hit.row]["query"]}
        maybe = {hit.row for hit in found.suspects if rows[int(hit.item)]["query"] == rows[hit.row]["query"]} - sure
        print(f"web pages, {name}: {len(rows)}, dropped {len(sure)}, suspected {len(maybe)}")


def clean(data: Path, humaneval: Index, gsm8k: Index) -> None:
    corpora = {
        "alpaca": list(samples_of(data / "alpaca" / "alpaca.jsonl")),
        "codealpaca": list(samples_of(data / "codealpaca" / "code_alpaca_2k.json")),
        "technical documents": [text(piece) for piece in pieces(data / "docs_tech")],
    }
    for name, samples in corpora.items():
        for benchmark, index in (("HumanEval", humaneval), ("GSM8K", gsm8k)):
            found = inspect(index, samples)
            suspects = {one.row for one in found.suspects}
            shown = len(likeliest(found.suspects))
            share = len(suspects) / len(samples)
            print(
                f"{name} against {benchmark}: {len(samples):,} samples, dropped {len(found.contaminations)}, "
                f"suspected {len(suspects):,} ({share:.1%}), of them shown to a person {shown:,}"
            )


def inspect(index: Index, samples: list[Sample], settings: Decontamination | None = None) -> Findings:
    return index.inspect(Batch(samples), settings or Decontamination())


def lines(path: Path) -> list[dict]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def samples_of(path: Path) -> Iterator[Sample]:
    return (one for one in read(path) if isinstance(one, Sample))


def pieces(folder: Path) -> Iterable[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "SOURCE.md":
            whole = path.read_text(errors="replace")
            yield from (whole[first : first + PIECE] for first in range(0, len(whole), PIECE))


def text(words: str) -> Sample:
    return Sample(Form.TEXT, {"text": words}, Source("", 0))


if __name__ == "__main__":
    main()
