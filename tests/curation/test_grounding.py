"""Grounding: what stands in the passage is found whatever its form, what does not is not, and every place is a place."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.documents.document import Document, Passage
from app.curation.filters.grounding import Grounding
from app.curation.grounding import claims, missing_numbers, same_stem, spans
from app.curation.sample import Form
from app.curation.units import units, values
from tests.curation.samples import chat, instruction, text

PASSAGE = (
    "Dr. Smith treated 47 patients with aspirin in 2015. Their mean age was 61.4 years (SD 12.3), e.g. 58 in women. "
    "Mortality fell from 12.5 % to 8 %. Two of them stopped early. Revenue was $1,616.00 million."
)
SHARED = Path(__file__).parents[3] / "shared" / "data"


def covered(answer: str, passage: str = PASSAGE, question: str = "") -> list[float]:
    return [claim.coverage for claim in claims(answer, passage, question)]


@pytest.mark.parametrize(
    "answer",
    [
        "Mortality fell from 12.5% to 8%.",
        "The mean age was 61 years.",
        "The revenue was 1616 million.",
        "2 stopped early.",
        "He was treating patients with aspirin.",
    ],
)
def test_what_the_passage_says_is_covered(answer: str) -> None:
    assert covered(answer) == [1.0]
    assert missing_numbers(answer, PASSAGE) == []


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Mortality fell to 9 %.", ["9"]),
        ("The mean age was 61.5 years.", ["61.5"]),
        ("The revenue was 1,617 million.", ["1,617"]),
        ("1. They were 47.\n2. They were 48.", ["48"]),
    ],
)
def test_an_invented_number_is_missing(answer: str, missing: list[str]) -> None:
    assert missing_numbers(answer, PASSAGE) == missing


def test_coverage_by_hand() -> None:
    # mortality 1, fell 1, 30 weighs 2, percent 1: two of five, together in one sentence.
    (claim,) = claims("Mortality fell by 30 percent.", PASSAGE)
    assert claim.coverage == pytest.approx(2 / 5)
    assert claim.best_span is not None
    assert PASSAGE[slice(*claim.best_span)] == "Mortality fell from 12.5 % to 8 %."
    assert claim.missing == ("30",)


def test_words_that_are_scattered_count_half() -> None:
    scattered = (
        "Salt is white. " + "Nothing here. " * 5 + "Pepper is black. " + "Nothing here. " * 5 + "Sugar is sweet."
    )
    # salt, pepper and sugar stand far apart: each is somewhere (1), only one of the three together with itself (1/3)
    assert covered("Salt, pepper, sugar.".lower(), scattered) == [pytest.approx((1 + 1 / 3) / 2)]


def test_words_of_the_question_prove_nothing() -> None:
    question = "Does aspirin help patients?"
    assert covered("Aspirin helps patients sleep deeply.", PASSAGE, question) == [0.0]
    assert covered("Aspirin helps patients sleep deeply.", PASSAGE)[0] > 0


def test_what_says_nothing_is_no_claim() -> None:
    assert claims("Yes. It is so.\n\n- No.", PASSAGE) == []
    assert claims("", PASSAGE) == claims("...", "") == []


def test_nothing_is_covered_by_nothing() -> None:
    (claim,) = claims("Mortality fell from 12.5 % to 8 %.", "")
    assert claim.coverage == 0
    assert claim.best_span is None


@pytest.mark.parametrize(
    ("passage", "said", "unsaid"),
    [
        (
            "Die Patienten wurden mit Aspirin behandelt; die Sterblichkeit sank.",
            "Behandlung der Patienten mit Aspirin.",
            "Operation der Kinder ohne Narkose.",
        ),
        ("Пациенты получали аспирин, смертность снизилась.", "Пациентам давали аспирин.", "Дети болели гриппом зимой."),
        ("患者接受了阿司匹林治疗，死亡率下降。", "死亡率下降。", "孩子们喜欢在公园里玩耍。"),
        ("환자들은 아스피린으로 치료를 받았다.", "환자들의 치료는 아스피린.", "아이들이 공원에서 놀았다."),
        ("عولج المرضى بالأسبرين وانخفضت الوفيات.", "انخفضت الوفيات عند المرضى.", "يلعب الأطفال في الحديقة الكبيرة."),
    ],
)
def test_other_languages(passage: str, said: str, unsaid: str) -> None:
    assert np.mean(covered(said, passage)) > 0.6
    assert np.mean(covered(unsaid, passage)) < 0.2


@pytest.mark.parametrize(
    ("one", "other"), [("diagnosed", "diagnosis"), ("treat", "treatment"), ("body", "bodies"), ("치료를", "치료는")]
)
def test_inflected_words_are_the_same(one: str, other: str) -> None:
    assert same_stem(one, other)
    assert same_stem(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("hypertension", "hypotension"), ("increase", "decrease"), ("cat", "category"), ("salt", "sand")]
)
def test_other_words_are_not(one: str, other: str) -> None:
    assert not same_stem(one, other)


@pytest.mark.parametrize(
    ("digits", "meant"),
    [
        ("1,616.00", {"1616"}),
        ("1.234", {"1234", "1.234"}),
        ("12,5", {"12.5"}),
        ("1'000'000", {"1000000"}),
        ("٣٤٫٥", {"34.5"}),
        ("1.2.3", {"1", "2", "3"}),
    ],
)
def test_what_digits_can_mean(digits: str, meant: set[str]) -> None:
    assert values(digits) == set(map(Decimal, meant))


def test_abbreviations_end_no_sentence() -> None:
    said = "Dr. Smith came, e.g. by train. He left."
    assert [said[slice(*span)] for span in spans(said)] == ["Dr. Smith came, e.g. by train.", "He left."]
    listed = "1. First thing\n2) Second thing\n- Third"
    assert [listed[slice(*span)] for span in spans(listed)] == ["First thing", "Second thing", "Third"]


TEXTS = st.text() | st.lists(
    st.sampled_from([*PASSAGE.split(), "盐是", "1.", "\n", "Dr.", "8,5", "٣", "a.", "المرضى"]), max_size=30
).map(" ".join)


@given(answer=TEXTS, passage=TEXTS, question=TEXTS)
def test_every_place_is_a_place(answer: str, passage: str, question: str) -> None:
    end = 0
    for claim in claims(answer, passage, question):
        assert end <= claim.start < claim.end <= len(answer)
        assert answer[claim.start : claim.end] == claim.text == claim.text.strip()
        assert 0 <= claim.coverage <= 1
        assert (claim.best_span is None) == (claim.coverage == 0)
        if claim.best_span:
            assert 0 <= claim.best_span[0] < claim.best_span[1] <= len(passage)
        end = claim.end


@given(passage=TEXTS)
def test_a_passage_covers_its_own_sentences(passage: str) -> None:
    assert all(coverage == 1 for coverage in covered(passage, passage) if len(spans(passage)) == 1)
    assert missing_numbers(passage, passage) == []


@given(answer=TEXTS, passage=TEXTS, more=TEXTS)
def test_more_passage_never_misses_more_numbers(answer: str, passage: str, more: str) -> None:
    longer = missing_numbers(answer, f"{passage}\n\n{more}")
    assert set(longer) <= set(missing_numbers(answer, passage))


@given(said=TEXTS)
def test_units_are_told_once(said: str) -> None:
    found = [unit.word for unit in units(said)]
    assert len(found) == len(set(found))


def test_nothing_is_measured_without_a_passage() -> None:
    samples = [instruction("Who?", "Dr. Smith treated 47 patients."), text(PASSAGE)]
    found = Grounding().measure(Batch(samples, [None, PASSAGE]))
    assert all(np.isnan(measured).all() for measured in found.values())


def test_a_sample_from_a_document_brings_its_passage() -> None:
    @dataclass
    class Read:
        form: Form
        content: dict[str, str]
        passage: Passage | None

    document = Document("a.md", "markdown", "", 0)
    content = {"prompt": "What fell?", "response": "Mortality fell from 12.5 % to 8 %."}
    passage = Passage(document, 0, PASSAGE, 0, len(PASSAGE))
    samples = [Read(Form.INSTRUCTION, content, passage), Read(Form.INSTRUCTION, content, None)]
    np.testing.assert_array_equal(Grounding().measure(Batch(samples))["grounding"], [1, np.nan])


def test_every_turn_of_the_assistant_is_measured() -> None:
    sample = chat("What fell?", "Mortality fell from 12.5 % to 8 %.", "Who?", "Pepper grows on vines in 1999.")
    found = Grounding().measure(Batch([sample], [PASSAGE]))
    assert {name: measured[0] for name, measured in found.items()} == {
        "grounding": 0.5,
        "grounding_of_weakest_sentence": 0.0,
        "unsupported_sentences": 0.5,
        "unsupported_numbers": 1,
    }


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared corpora")
def test_an_answer_is_told_from_one_beside_another_passage() -> None:
    import random

    from benchmarks.grounding import auc, medquad, scores  # the full measurement is there

    cases = list(medquad(SHARED, random.Random(1), near=True))[:400:10]
    own = [float(np.mean(scores(case, case.own))) for case in cases]
    other = [float(np.mean(scores(case, case.other))) for case in cases]
    assert auc(own, other) > 0.97
