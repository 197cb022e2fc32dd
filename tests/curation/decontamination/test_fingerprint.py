"""A benchmark without its text: what is stored of a hidden one."""

import pytest

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Fingerprint, Index, Unpackable
from tests.curation.samples import instruction, text

RECORDS = [
    (
        "0",
        {
            "id": "seven",
            "question": "Which confidential chemical reaction do catalysts of platinum accelerate most of all?",
        },
    ),
    ("1", {"question": "Why?", "context": "Zebras migrate southwards.", "answer": "Because of unexpected drought"}),
]
BENCHMARK = Benchmark.of("secret", RECORDS)


def test_no_word_of_the_text_is_in_the_bytes() -> None:
    data = Fingerprint.of(BENCHMARK).dump()
    assert b"seven" in data, "ids are kept"
    for item in BENCHMARK.items:
        for word in item.text.split():
            for form in {word, word.lower(), word.strip("?.").lower()} - {"of", "all?", "all", "do"}:
                assert form.encode() not in data
                assert form.encode("utf-32-le") not in data


def test_a_loaded_fingerprint_finds_what_the_benchmark_finds() -> None:
    batch = Batch(
        [instruction(RECORDS[0][1]["question"]), text("Catalysts made of platinum accelerate which chemical reaction?")]
    )
    ours, loaded = Index.of([BENCHMARK]), Index.load(Index.of([BENCHMARK]).dump())
    assert loaded.inspect(batch) == ours.inspect(batch)
    assert [found.item for found in loaded.check(batch)] == ["seven"]
    assert [found.item for found in loaded.suspects(batch)] == ["seven"]


def test_the_same_benchmark_gives_the_same_bytes() -> None:
    data = Fingerprint.of(BENCHMARK).dump()
    assert Fingerprint.of(Benchmark.of("secret", RECORDS)).dump() == data
    assert Fingerprint.load(data).dump() == data


def test_an_empty_benchmark_can_be_stored() -> None:
    assert Fingerprint.load(Fingerprint.of(Benchmark("empty", ())).dump()).ids == ()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", Fingerprint.of(BENCHMARK).dump()[:-9]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Unpackable):
        Fingerprint.load(data)
