"""Languages: what a text is written in, and when nothing is said about it."""

import math

import numpy as np
import pytest

from app.curation.batch import Batch
from app.curation.bounds import Measure
from app.curation.filters.language import Language
from app.curation.languages import LANGUAGES, excerpt, identify
from tests.curation.samples import instruction, text


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Salt is a mineral that people have used for a long time.", "en"),
        ("Das Salz ist ein Mineral, das die Menschen schon lange nutzen.", "de"),
        ("盐是一种矿物质,人们用它来保存食物。", "zh"),
        ("الملح معدن يستخدمه الناس منذ زمن طويل.", "ar"),
        ("नमक एक खनिज है जिसे लोग लंबे समय से इस्तेमाल करते हैं।", "hi"),
        ("```\nint main() { return 0; }\n```\nLe sel est un minéral que les gens utilisent depuis longtemps.", "fr"),
    ],
)
def test_a_language_is_known_by_its_first_words(words: str, language: str) -> None:
    found = identify(words)
    assert LANGUAGES[int(found.label)] == language
    assert 0.5 <= found.confidence <= 1


@pytest.mark.parametrize("words", ["", "Yes.", "1234567890 " * 20, "+-*/" * 40])
def test_too_little_text_has_no_language(words: str) -> None:
    assert math.isnan(identify(words).label)


def test_an_excerpt_holds_letters_only() -> None:
    assert excerpt("Salt (NaCl), 5 g\tपानी में!") == "Salt NaCl g पानी में"


def test_the_order_of_languages_is_stored_and_must_not_change() -> None:
    assert len(LANGUAGES) == 176
    assert list(LANGUAGES) == sorted(LANGUAGES)


def test_the_label_of_a_short_answer_is_that_of_its_question() -> None:
    batch = Batch([instruction("What is the capital of the country of France?", "Paris."), text("Ja.")])
    found = Language().measure(batch)
    assert LANGUAGES[int(found["language"][0])] == "en"
    assert np.isnan(found["language"][1])
    assert np.isnan(found["prompt_language"][1])


def test_a_label_reads_as_its_language() -> None:
    label: Measure = Language.measures()["language"]
    assert label.words(float(LANGUAGES.index("de"))) == "de"
