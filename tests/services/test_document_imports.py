"""Documents into a dataset: every passage has its row, every sample its passage, whatever happens while they are read."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app import db
from app.curation.documents.format import format_of
from app.curation.readers import Chunking
from app.models import Corpus, CorpusState, Document, Job, JobState, Making, Passage
from app.services import blobs, corpora, imports, jobs, working
from tests.services.engine import (
    check_sums,
    corpus,
    forsake,
    hurry,
    import_job,
    make_dataset,
    rows,
    work_off,
)

SMALL = Chunking(size=40, smallest=5)


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


def prose(name: str, paragraphs: int = 6) -> str:
    words = ["salt", "sugar", "sand", "soot", "stone", "straw"]
    return "\n\n".join(
        f"In {name} the {words[one % 6]} of sea number {one} dries in the sun for {one + 2} days. Then mill {one} of {name} "
        f"grinds it, and what is left is sold by the pound on market {one * 7}."
        for one in range(paragraphs)
    )


CONTENTS = "\n".join(f"{one}. Drying of salt ........ {one * 3}" for one in range(1, 9))
MEMBERS = {
    "north.txt": prose("the north"),
    "rows.jsonl": '{"prompt": "What?", "response": "That."}\nnonsense\n',
    "contents.txt": CONTENTS,
    "empty.txt": "",
    "south/south.txt": prose("the south", 4),
    "again.txt": prose("the north"),
}


def zipped(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def take(dataset_id: int, content: bytes, file_name: str, **values: Any) -> int:
    with blobs.incoming() as file:
        file.write(content)
        stored = file.keep()
    with db.transaction() as session:
        values = {"chunking": SMALL} | values
        return corpora.add(session, dataset_id, stored, file_name=file_name, **values).id


def taken(dataset_id: int, content: bytes, file_name: str, **values: Any) -> Corpus:
    corpus_id = take(dataset_id, content, file_name, **values)
    assert work_off(import_job(corpus_id).id).state is JobState.SUCCEEDED
    return corpus(corpus_id)


def everything(corpus_id: int) -> list[list[tuple[Any, ...]]]:
    """All that an import of documents writes, without the numbers that the database gives out."""
    return [
        rows(
            """SELECT number, name, format, title, language, pages, sha256, size, items FROM documents
               WHERE corpus_id = :corpus ORDER BY number""",
            corpus=corpus_id,
        ),
        rows(
            """SELECT d.number, p.number, p.text, p.text_hash, p.start, p."end", p.heading::text, p.places::text,
                   p.tokens, p.flag, p.language, o.text
               FROM passages p JOIN documents d ON d.id = p.document_id LEFT JOIN passages o ON o.id = p.duplicate_of
               WHERE d.corpus_id = :corpus ORDER BY 1, 2""",
            corpus=corpus_id,
        ),
        rows(
            """SELECT s.number, d.number, p.number FROM sample_sources x JOIN samples s ON s.id = x.sample_id
               JOIN passages p ON p.id = x.passage_id JOIN documents d ON d.id = p.document_id
               WHERE s.corpus_id = :corpus ORDER BY 1""",
            corpus=corpus_id,
        ),
        rows(
            "SELECT number, file, position, form, content::text FROM samples WHERE corpus_id = :corpus ORDER BY number",
            corpus=corpus_id,
        ),
        rows("SELECT file, position, code FROM refused_lines WHERE corpus_id = :corpus ORDER BY id", corpus=corpus_id),
        rows("SELECT lines, accepted, refused, copies, passages FROM corpora WHERE id = :corpus", corpus=corpus_id),
    ]


def test_every_item_is_answered_for() -> None:
    one = taken(make_dataset(), zipped(MEMBERS), "salt.zip")
    check_sums(one)
    assert one.state is CorpusState.READY
    with db.transaction() as session:
        documents = session.scalars(
            select(Document).where(Document.corpus_id == one.id).order_by(Document.number)
        ).all()
        assert [(d.name, d.format) for d in documents] == [
            (name, "plain_text") for name in ("north.txt", "contents.txt", "south/south.txt", "again.txt")
        ]
        assert all(blobs.path(d.sha256).read_text() == MEMBERS[d.name] for d in documents)
        assert sum(d.items or 0 for d in documents) + 3 == one.lines  # two lines of records, one empty file
        flagged = session.scalars(select(Passage).where(Passage.flag.is_not(None))).all()
        assert {p.flag for p in flagged} == {"contents"}
    assert one.passages == len(flagged) > 0
    again = rows(
        "SELECT duplicate_of FROM passages p JOIN documents d ON d.id = document_id WHERE d.name = 'again.txt'"
    )
    assert all(original is not None for (original,) in again)
    assert one.copies == len(again)


def test_every_sample_knows_its_passage() -> None:
    one = taken(make_dataset(), zipped(MEMBERS), "salt.zip")
    found = rows(
        """SELECT s.content->>'text', p.text FROM samples s JOIN sample_sources x ON x.sample_id = s.id
           JOIN passages p ON p.id = x.passage_id WHERE s.corpus_id = :corpus AND s.form = 'text'""",
        corpus=one.id,
    )
    assert len(found) == one.accepted - 1
    assert all(text == passage for text, passage in found)


def test_only_passages() -> None:
    one = taken(make_dataset(), prose("the north").encode(), "north.txt", making=Making.PASSAGES)
    check_sums(one)
    assert (one.accepted, one.passages) == (0, one.lines)
    assert one.lines > 3
    assert rows("SELECT count(*) FROM passages") == [(one.lines,)]


def test_a_document_that_cannot_be_read_is_refused_with_its_reason() -> None:
    one = taken(make_dataset(), b" \n\n ", "blank.txt")
    check_sums(one)
    assert rows("SELECT file, code FROM refused_lines") == [("blank.txt", "empty")]
    assert rows("SELECT name, items FROM documents") == [("blank.txt", 1)]


@pytest.mark.parametrize("killed_after", [1, 2, 4])
def test_an_import_that_was_killed_goes_on_to_the_same_rows(killed_after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LINES_PER_STEP", 4)
    whole = taken(make_dataset(), zipped(MEMBERS), "salt.zip")
    corpus_id = take(make_dataset(), zipped(MEMBERS), "salt.zip")
    stored: list[Any] = []
    store = imports.store

    def dying(*values: Any) -> None:
        if len(stored) == killed_after:
            raise KeyboardInterrupt
        store(*values)
        stored.append(values)

    monkeypatch.setattr(imports, "store", dying)
    with pytest.raises(KeyboardInterrupt):
        working.work(db.session_factory(), import_job(corpus_id).id, "one that dies")
    monkeypatch.setattr(imports, "store", store)
    forsake(import_job(corpus_id).id)
    begun: list[str] = []
    monkeypatch.setattr(imports, "_keeping", lambda one: lambda document, file: begun.append(document.name))
    finished = {
        name for (name,) in rows("SELECT name FROM documents WHERE corpus_id = :c AND items IS NOT NULL", c=corpus_id)
    }
    assert work_off(import_job(corpus_id).id).state is JobState.SUCCEEDED
    assert everything(corpus_id) == everything(whole.id)
    assert not finished.intersection(begun)


def test_a_stopped_import_ends_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LINES_PER_STEP", 1)
    corpus_id = take(make_dataset(), prose("the north", 50).encode(), "north.txt")
    job_id = import_job(corpus_id).id
    batches = imports._batches

    def stopping(*values: Any) -> Iterator[Any]:
        for number, lines in enumerate(batches(*values)):
            if number == 2:
                with db.transaction() as session:
                    jobs.cancel(session, session.get_one(Job, job_id))
            yield lines

    monkeypatch.setattr(imports, "_batches", stopping)
    assert work_off(job_id).state is JobState.CANCELLED
    one = corpus(corpus_id)
    check_sums(one)
    assert one.lines == 2
    monkeypatch.setattr(imports, "_batches", batches)
    with db.transaction() as session:
        corpora.start_import(session, session.get_one(Corpus, corpus_id))
    assert work_off(import_job(corpus_id).id).state is JobState.SUCCEEDED
    check_sums(corpus(corpus_id))


def test_near_copies_across_documents_point_to_the_first() -> None:
    dataset_id = make_dataset()
    text = prose("the north", 1)
    taken(dataset_id, text.encode(), "one.txt")
    taken(dataset_id, (text + " One more word.").encode(), "two.txt")
    taken(dataset_id, prose("the south", 3).encode(), "three.txt")
    found = rows(
        """SELECT d.name, o.name FROM passages p JOIN documents d ON d.id = p.document_id
           LEFT JOIN passages q ON q.id = p.duplicate_of LEFT JOIN documents o ON o.id = q.document_id ORDER BY p.id"""
    )
    assert found[:2] == [("one.txt", None), ("two.txt", "one.txt")]
    assert {original for name, original in found if name == "three.txt"} == {None}


def test_what_stands_in_every_document_is_boilerplate() -> None:
    notice = "This leaflet is for general use. It takes the place of no visit to a doctor, and nobody answers for it."
    dataset_id = make_dataset()
    members = {f"{one}.txt": f"{prose(f'the {one}th land', 3)}\n\n{notice}" for one in range(5)}
    taken(dataset_id, zipped(members), "leaflets.zip", chunking=Chunking(size=45, smallest=0), making=Making.PASSAGES)
    found = rows("SELECT text, count(*) FROM passages WHERE flag = 'boilerplate' GROUP BY text")
    assert found == [(notice, 5)]
    # Documents that are the same from end to end are copies of one another, not notices.
    taken(make_dataset(), zipped({f"{one}.txt": prose("the north") for one in range(5)}), "same.zip")
    assert len(rows("SELECT 1 FROM passages WHERE flag = 'boilerplate'")) == 5


MARKDOWN = pytest.mark.skipif(format_of("a.md", b"# Salt\n\nIt dries.") is None, reason="nothing reads Markdown")


@MARKDOWN
def test_an_edited_set_of_markdown_lists_exactly_its_dependent_samples() -> None:
    pages = {
        f"docs/{name}.md": f"# {name.title()}\n\n"
        + "\n\n".join(f"## Part {one}\n\n{prose(f'{name} {one}', 2)}" for one in range(4))
        for name in ("salt", "sugar", "sand")
    }
    dataset_id = make_dataset()
    first = taken(dataset_id, zipped(pages), "docs.zip")
    edited = pages | {
        "docs/salt.md": pages["docs/salt.md"].replace("mill 1 of salt 2", "the old mill of salt 2"),
        "docs/sand.md": pages["docs/sand.md"].replace("# Sand\n", "# Sand\n\nA paragraph that was not there.\n"),
    }
    edited["docs/sugar.md"] = edited["docs/sugar.md"].replace("## Part 3", "## Part three")
    taken(dataset_id, zipped(edited), "docs.zip", previous=first)
    holding = rows(
        "SELECT p.text FROM passages p JOIN documents d ON d.id = p.document_id WHERE d.corpus_id = :corpus",
        corpus=first.id,
    )
    # The words that were edited, the heading that has another name, and what a new paragraph now stands in the midst of.
    edits = ("mill 1 of salt 2", "Part 3\n\nIn sugar", "Sand\n\nPart 0")
    expected = [words for (words,) in holding if any(edit in words for edit in edits)]
    assert len(expected) >= len(edits)
    assert sorted(stale(dataset_id)) == sorted(expected)


def stale(dataset_id: int) -> list[str]:
    return [
        text
        for (text,) in rows(
            """SELECT p.text FROM sample_sources x JOIN passages p ON p.id = x.passage_id
               WHERE p.dataset_id = :dataset AND x.stale_at IS NOT NULL ORDER BY p.id""",
            dataset=dataset_id,
        )
    ]


def test_a_new_version_marks_exactly_the_samples_whose_words_are_gone() -> None:
    dataset_id = make_dataset()
    first = taken(dataset_id, zipped({"v1/a.txt": prose("the north"), "v1/b.txt": prose("the south")}), "v1.zip")
    # One word changed, a paragraph added in front, so that all that follows is cut in other places.
    edited = prose("the north").replace("number 3 dries", "number 3 boils")
    members = {"v2/a.txt": f"A new beginning, short.\n\n{edited}", "v2/b.txt": prose("the south")}
    second = taken(dataset_id, zipped(members), "v2.zip", previous=first)
    gone = stale(dataset_id)
    assert gone
    assert all("number 3 dries" in text for text in gone)
    replaced = rows(
        """SELECT d.name, n.name, n.corpus_id FROM documents d JOIN documents n ON n.id = d.replaced_by ORDER BY d.id"""
    )
    assert replaced == [("v1/a.txt", "v2/a.txt", second.id), ("v1/b.txt", "v2/b.txt", second.id)]
    # The second version's passages are the first's copies no more: the first one does not count any longer.
    assert rows("SELECT count(*) FROM passages WHERE duplicate_of IS NOT NULL") == [(0,)]
    third = prose("the south").replace("number 1 dries", "number 1 boils")
    taken(dataset_id, zipped({"v3/b.txt": third, "v3/c.txt": "More."}), "v3.zip", previous=second)
    later = [text for text in stale(dataset_id) if text not in gone]
    assert later
    assert all("number 1 dries" in text and "the south" in text for text in later)


def test_a_single_document_is_replaced_whatever_its_name() -> None:
    dataset_id = make_dataset()
    first = taken(dataset_id, prose("the north").encode(), "guideline 2019.txt")
    taken(
        dataset_id, prose("the north").replace("number 2", "number 22").encode(), "guideline 2021.txt", previous=first
    )
    assert all("number 2 dries" in text for text in stale(dataset_id))
    assert stale(dataset_id)
