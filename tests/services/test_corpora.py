"""Corpora: what a file is found to be when it comes in, and an account of every line of it."""

from functools import partial

import pytest

from app import db
from app.curation.sample import Form
from app.models import Corpus, CorpusState, JobState
from app.services import corpora
from app.services.errors import Conflict, Invalid
from tests.services.engine import (
    add,
    check_sums,
    corpus,
    hurry,
    import_job,
    jsonl,
    make_dataset,
    read,
    rows,
    together,
    work_off,
)

PAIRS = jsonl([{"prompt": f"Why {number}?", "response": "Because."} for number in range(9)])
UNKNOWN = b"Frage;Antwort\nWarum?;Darum.\nWer?;Er.\n".replace(b";", b",")


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


def start_import(corpus_id: int) -> int:
    with db.transaction() as session:
        return corpora.start_import(session, session.get_one(Corpus, corpus_id)).id


def test_a_file_that_is_understood_is_read_at_once(wakes: list[int]) -> None:
    corpus_id = add(make_dataset(), PAIRS)
    assert corpus(corpus_id).state is CorpusState.IMPORTING
    assert wakes == [import_job(corpus_id).id]


def test_a_file_with_unknown_columns_waits_for_a_person() -> None:
    corpus_id = add(make_dataset(), UNKNOWN, "fragen.csv")
    waiting = corpus(corpus_id)
    assert (waiting.state, waiting.shape) == (CorpusState.UNMAPPED, None)
    assert corpora.rows(waiting).rows[0] == {"Frage": "Warum?", "Antwort": "Darum."}

    with pytest.raises(Invalid), db.transaction() as session:
        corpora.map_columns(session, session.get_one(Corpus, corpus_id), Form.INSTRUCTION, {"prompt": "Frage"})
    with db.transaction() as session:
        job = corpora.map_columns(
            session, session.get_one(Corpus, corpus_id), Form.INSTRUCTION, {"prompt": "Frage", "response": "Antwort"}
        )
    assert work_off(job.id).state is JobState.SUCCEEDED
    assert corpus(corpus_id).state is CorpusState.READY
    assert rows("SELECT question, answer FROM samples ORDER BY id") == [("Warum?", "Darum."), ("Wer?", "Er.")]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.jsonl"), (b"\x00\x01\x02" * 40, "a.parquet"), (b"MZ...", "a.exe"), (b"PK\x03\x04", "a.zip")],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(make_dataset(), content, name)
    assert refused.value.message.endswith((".", "!"))
    assert rows("SELECT count(*) FROM corpora") == [(0,)]


def test_the_same_file_twice_is_refused_by_name() -> None:
    dataset_id = make_dataset()
    read(dataset_id, PAIRS, "first.jsonl")
    with pytest.raises(Conflict, match=r"first\.jsonl"):
        add(dataset_id, PAIRS, "second.jsonl")
    add(make_dataset(), PAIRS, "second.jsonl")  # another dataset may have it


def test_a_corpus_is_read_by_one_import_at_a_time() -> None:
    dataset_id = make_dataset()
    corpus_id = read(dataset_id, PAIRS).id

    def begin() -> bool:
        try:
            start_import(corpus_id)
        except Conflict:
            return False
        return True

    assert sorted(together(*[begin] * 4)) == [False, False, False, True]
    work_off(import_job(corpus_id).id)
    again = corpus(corpus_id)
    check_sums(again)
    assert (again.lines, again.state) == (9, CorpusState.READY)  # read to its end before: nothing to add


def test_a_dataset_knows_whether_a_file_is_being_read() -> None:
    dataset_id = make_dataset()
    importing = partial(_importing, dataset_id)
    assert not importing()
    corpus_id = add(dataset_id, PAIRS)
    assert importing()
    work_off(import_job(corpus_id).id)
    assert not importing()


def _importing(dataset_id: int) -> bool:
    with db.transaction() as session:
        return corpora.importing(session, dataset_id)


def test_refused_lines_and_copies_are_listed_in_order_page_by_page() -> None:
    content = PAIRS + b"{\n" * 3 + b'{"prompt": "no answer"}\n' + b"{\n" + PAIRS
    one = read(make_dataset(), content)
    with db.transaction() as session:
        first = corpora.refused(session, one.id, limit=3)
        rest = corpora.refused(session, one.id, after=first[-1].id)
        assert [line.line for line in [*first, *rest]] == [10, 11, 12, 13, 14]
        by_code = corpora.refused_by_code(session, one.id)
        assert [row.lines for row in by_code] == [4, 1]
        assert by_code[0].first_id == first[0].id
        copied = corpora.copies(session, one.id, limit=4)
        assert [line.line for line in copied] == [15, 16, 17, 18]
        assert [line.line for line in corpora.copies(session, one.id, after=copied[-1].id)] == [19, 20, 21, 22, 23]


def test_corpora_are_listed_oldest_first() -> None:
    dataset_id = make_dataset()
    names = [
        read(dataset_id, PAIRS + jsonl([{"prompt": str(number), "response": "x"}]), f"{number}.jsonl").name
        for number in range(3)
    ]
    with db.transaction() as session:
        assert [one.name for one in corpora.of(session, dataset_id)] == names
