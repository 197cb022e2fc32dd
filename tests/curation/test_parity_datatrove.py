"""The web filters keep and drop what datatrove's own filters keep and drop, and cut words as spaCy does."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.batch import Batch
from app.curation.filter import filters
from app.curation.verdict import judge
from app.curation.webtexts import WebTexts
from tests.curation.samples import text
from tests.curation.web_samples import CASES, DISTINCT, EDGES, PROSE

pytest.importorskip("spacy")
peers = pytest.importorskip("datatrove.pipeline.filters")
from datatrove.data import Document  # noqa: E402
from datatrove.utils.text import split_into_sentences, split_into_words  # noqa: E402

SHARED = Path(__file__).parents[3] / "shared" / "data"
PEERS: dict[str, Callable[..., object]] = {
    "gopher_quality": peers.GopherQualityFilter,
    "gopher_repetition": peers.GopherRepetitionFilter,
    "c4": peers.C4QualityFilter,
    "fineweb": peers.FineWebQualityFilter,
}
REAL = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared test data at ../shared/data")
BY_NAME = pytest.mark.parametrize("key", PEERS)


def kept_here(key: str, texts: list[str], **fields: object) -> list[bool]:
    one = filters()[key].model_validate(fields)
    dropped = judge(one.measure(Batch(list(map(text, texts)))), one.limits())
    return [row not in dropped for row in range(len(texts))]


def kept_there(key: str, texts: list[str], **settings: object) -> list[bool]:
    peer = PEERS[key](**settings)
    return [peer.filter(Document(text=content, id="")) is True for content in texts]  # type: ignore[attr-defined]


def lines_with_citations() -> list[str]:
    """Lines that C4 edits before it looks at them."""
    line = "Salt is a mineral.{} It keeps meat fresh.{}"
    marks = ["", "[1]", "[]", " [12]", "[edit]", "[citation needed]", "[note]", "[1].", " [2] ) ", " [3]  x.", "[4]\t"]
    return [line.format(one, other) for one in marks for other in marks]


@BY_NAME
def test_the_verdict_on_every_sample_is_the_same(key: str) -> None:
    texts = [PROSE] + [side for case in CASES.values() for side in (case.breaks, case.passes)]
    assert kept_here(key, texts) == kept_there(key, texts)


@pytest.mark.parametrize("reason", [reason for reason, case in EDGES.items() if case.filter == "gopher_repetition"])
def test_repetition_ends_at_the_same_word(reason: str) -> None:
    case = EDGES[reason]
    texts = [case.breaks + "".join(word + case.end for word in DISTINCT[:count]) for count in range(0, 600, 3)]
    kept = kept_here("gopher_repetition", texts)
    assert kept == kept_there("gopher_repetition", texts)
    assert any(one != other for one, other in pairwise(kept))


@pytest.mark.parametrize("needs_end", [True, False])
def test_citations_are_cut_out_of_lines(needs_end: bool) -> None:
    for bound in range(1, 5):
        fields = {"lines_need_an_end_mark": needs_end, "min_sentences": bound}
        settings = {"filter_no_terminal_punct": needs_end, "min_num_sentences": bound}
        assert kept_here("c4", lines_with_citations(), **fields) == kept_there("c4", lines_with_citations(), **settings)


@REAL
@BY_NAME
def test_the_verdict_on_real_documents_is_the_same(key: str) -> None:
    texts = real_texts(280)
    kept = kept_here(key, texts)
    assert kept == kept_there(key, texts)
    assert 50 < sum(kept) < 275


@REAL
def test_real_documents_have_the_same_tokens() -> None:
    texts = real_texts(150)
    found = WebTexts(texts).tokens
    assert [found.of(row) for row in range(len(texts))] == [split_into_words(content) for content in texts]


def real_texts(count: int) -> list[str]:
    """Every so many of the documents of `benchmarks/real_documents.py`, those in Latin letters."""
    from benchmarks.real_documents import real_documents

    texts = [one.text for one in real_documents(SHARED)]
    texts = texts[:: len(texts) // count]
    return [content for content, judged in zip(texts, WebTexts(texts).judged, strict=True) if judged]


CHUNK = st.sampled_from(
    ["don't", "cannot", "He's", "Mr.", "U.S.", "e.g.", "(see", "Fig.", "3)", "10km", "5kg,", "$5", "US$7", "20%", "a.m.",
     "10a.m.", "https://example.org/a-b?c=d.", "me@example.org", "well-known", "and/or", "x=y", "foo.bar", "end.Start",
     "wait...", "...so", "—", "a—b", "3-4", "1,000.50", "“quoted”", "it’s", ":-)", "foo:)", "C++", "#tag", "[1]", "{a}",
     "**bold**", "`code`", "snake_case", "CamelCase", "né", "Straße.", "naïve,", "№5", "°C", "20°C.", "©2020", "a,b",
     "1+1", "a~b", "v.2", "«oui»", "I'm", "we'll've", "o'clock", "'tis", "rock'n'roll", "1st", "T.", "AT&T", "II.", "…"]
)  # fmt: skip
GAP = st.sampled_from([" ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0", "\r\n"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CHUNK, GAP), min_size=1, max_size=12))
def test_tokens_are_those_of_spacy(pieces: list[tuple[str, str]]) -> None:
    content = "".join(chunk + gap for chunk, gap in pieces)
    assert WebTexts([content]).tokens.of(0) == split_into_words(content)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Salt", "salt.", "salt!", "salt?!", '"', ")", "...", " ", "  ", "1.", "e.g."]), min_size=1
    )
)
def test_sentences_are_those_of_spacy(pieces: list[str]) -> None:
    line = f"It is good {' '.join(pieces)} now".strip()
    found = filters()["c4"].model_validate({"lines_need_an_end_mark": False}).measure(Batch([text(line)]))
    assert found["c4_sentences"] == [len(split_into_sentences(line))]
