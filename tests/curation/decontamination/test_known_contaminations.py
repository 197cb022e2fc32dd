"""Real contaminations and real near misses, where the shared data is at hand."""

from pathlib import Path

import orjson
import pytest

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Decontamination, Index
from app.curation.readers import read
from app.curation.sample import Sample
from tests.curation.samples import text

NEAR_MISSES = {"ARC-Easy_test", "humaneval", "koala_eval", "mmlu_test", "wizardlm_eval"}
"""Of the known overlaps, those with these are quotations, lists and commonplaces."""
WORDS_ALONE = Decontamination(paraphrases=False)


def lines(path: Path) -> list[dict]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def humaneval(shared: Path) -> Index:
    return Index.of([Benchmark.read(shared / "bench_humaneval" / "HumanEval.jsonl")])


def test_every_natural_overlap_is_reported_and_no_near_miss_counts(shared: Path) -> None:
    known = lines(shared / "contam_natural" / "overlaps.jsonl")
    names = sorted({row["benchmark"] for row in known})
    items = {name: {str(row["item"]): row["bench_text"] for row in known if row["benchmark"] == name} for name in names}
    ours = Index.of(
        [Benchmark.of(name, [(id, {"question": words}) for id, words in items[name].items()]) for name in names]
    )
    for row in known:
        found = ours.inspect(Batch([text(row["train_text"])]))
        contaminated = {(one.benchmark, one.item) for one in found.contaminations}
        suspected = {one.benchmark for one in found.suspects}
        if row["benchmark"] in NEAR_MISSES:
            assert contaminated == set()
            assert row["benchmark"] in suspected
        else:
            assert (row["benchmark"], str(row["item"])) in contaminated


def test_of_gsm8k_three_items_are_found_in_its_own_training_set(shared: Path) -> None:
    ours = Index.of([Benchmark.read(shared / "bench_gsm8k" / "test.jsonl")])
    samples = [one for one in read(shared / "bench_gsm8k" / "train.jsonl") if isinstance(one, Sample)]
    found = ours.check(Batch(samples))
    assert {one.item for one in found} == {"632", "602", "581"}
    assert {one.row for one in found} == {20, 406, 1314, 5162}


def test_rephrased_code_is_a_suspect_of_the_item_it_was_made_from(shared: Path, humaneval: Index) -> None:
    pairs = [row for row in lines(shared / "contam_humaneval_rephrased" / "pairs.jsonl") if row["rephrased"].strip()]
    found = humaneval.inspect(Batch([text(row["rephrased"]) for row in pairs]), Decontamination(min_similarity=0))
    first = {one.row: one.item for one in reversed(found.suspects)} | {
        one.row: one.item for one in found.contaminations
    }
    right = sum(first.get(row) == pair["task_id"] for row, pair in enumerate(pairs))
    assert right / len(pairs) >= 0.9


def test_web_pages_that_hold_a_question_are_found(shared: Path) -> None:
    rows = [row for path in sorted((shared / "contam_web_matches").glob("*_matches.jsonl")) for row in lines(path)]
    rows = [row for row in rows if row["score"] >= 0.95]
    ours = Index.of([Benchmark.of("web", [(str(at), {"question": row["query"]}) for at, row in enumerate(rows)])])
    found = ours.inspect(Batch([text(row["match_string"]) for row in rows]))
    reported = {(one.row, int(one.item)) for one in [*found.contaminations, *found.suspects]}
    assert sum((row, row) in reported for row in range(len(rows))) / len(rows) >= 0.95


def test_technical_documents_and_instructions_are_clean(shared: Path, humaneval: Index) -> None:
    folder = shared / "docs_tech" / "peps"
    documents = [text(path.read_text(errors="replace")) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert humaneval.check(Batch(documents)) == []
    code = [one for one in read(shared / "codealpaca" / "code_alpaca_2k.json") if isinstance(one, Sample)]
    assert humaneval.check(Batch(code)) == []
