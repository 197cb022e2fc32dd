"""What a team is told about each benchmark."""

from app.curation.decontamination import (
    Benchmark,
    Contamination,
    Decontamination,
    Fingerprint,
    Suspect,
    likeliest,
    report,
)
from app.curation.decontamination.pieces import Span

SPAN = Span(("text",), 0, 1)
PRINTS = [
    Fingerprint.of(Benchmark.of(name, [(str(at), {"text": f"item {at}"}) for at in range(100)])) for name in ("a", "b")
]


def sure(row: int, item: str, benchmark: str = "a") -> Contamination:
    return Contamination(row, benchmark, item, "contained", 1.0, SPAN)


def doubtful(row: int, item: str, score: float = 0.3) -> Suspect:
    return Suspect(row, "a", item, "paraphrase", score, SPAN)


def test_items_are_counted_once_and_samples_once() -> None:
    one, other = report(PRINTS, [sure(0, "1"), sure(0, "2"), sure(5, "2")], [doubtful(1, "2"), doubtful(1, "3")])
    assert (one.items, one.hit, one.samples, one.suspected, one.share) == (100, 2, 2, 1, 0.02)
    assert one.tiers == {"contained": 3}
    assert (other.hit, other.contaminated) == (0, False)


def test_more_than_two_percent_make_a_benchmark_contaminated() -> None:
    found = [sure(0, str(item)) for item in range(3)]
    assert [line.contaminated for line in report(PRINTS, found[:2])] == [False, False]
    assert [line.contaminated for line in report(PRINTS, found)] == [True, False]
    assert not report(PRINTS, found, (), Decontamination(max_items=0.05))[0].contaminated


def test_an_empty_benchmark_is_clean() -> None:
    assert not report([Fingerprint.of(Benchmark("empty", ()))], [])[0].contaminated


def test_a_person_sees_the_likeliest_suspects_of_each_item() -> None:
    found = likeliest(
        [doubtful(0, "1", 0.3), doubtful(1, "1", 0.5), doubtful(2, "1", 0.4), doubtful(3, "2", 0.25)],
        Decontamination(most_suspects=2),
    )
    assert [(one.row, one.item) for one in found] == [(1, "1"), (2, "1"), (3, "2")]


def test_findings_are_json_with_benchmark_item_tier_score_and_span() -> None:
    assert sure(3, "7").as_json() == {
        "benchmark": "a",
        "item": "7",
        "tier": "contained",
        "score": 1.0,
        "span": {"path": ["text"], "start": 0, "end": 1},
    }
