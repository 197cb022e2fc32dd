"""Documents and passages as rows, written in the same step as the samples that come from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from app.curation.documents.document import Document as Read
from app.curation.documents.document import Passage as Cut
from app.curation.sample import Form, content_hash
from app.models import Corpus, Document
from app.services.copying import copy_rows

Row = tuple[Any, ...]

_STAGED = """
    CREATE TEMP TABLE IF NOT EXISTS staged_passages (line bigint, document text, number bigint, text text,
        text_hash bytea, start bigint, "end" bigint, heading json, first_page bigint, last_page bigint, places json,
        tokens bigint, flag text, language text)
    ON COMMIT DELETE ROWS
"""
# Several exchanges may stand in one passage, and come in one step or in two.
_INSERT = """
    INSERT INTO passages (dataset_id, document_id, number, text, text_hash, start, "end", heading, first_page, last_page,
        places, tokens, flag, language)
    SELECT DISTINCT ON (d.number, s.number) d.dataset_id, d.id, s.number, s.text, s.text_hash, s.start, s."end", s.heading,
        s.first_page, s.last_page, s.places, s.tokens, s.flag, s.language
    FROM staged_passages s JOIN documents d ON d.corpus_id = :corpus AND d.name = s.document
    ORDER BY d.number, s.number, s.line
    ON CONFLICT (document_id, number) DO NOTHING
"""
_LINK = """
    INSERT INTO sample_sources (sample_id, passage_id)
    SELECT x.id, p.id FROM staged_passages s
    JOIN samples x ON x.corpus_id = :corpus AND x.number = s.line
    JOIN documents d ON d.corpus_id = :corpus AND d.name = s.document
    JOIN passages p ON p.document_id = d.id AND p.number = s.number
"""
# Where a document does not say its language, most of its passages do.
_END = """
    UPDATE documents SET items = :items, language = CASE WHEN language <> '' THEN language ELSE coalesce((
        SELECT p.language FROM passages p WHERE p.document_id = documents.id AND p.language <> ''
        GROUP BY p.language ORDER BY count(*) DESC, p.language LIMIT 1), '') END
    WHERE corpus_id = :corpus AND name = :name
"""


def row(line: int, passage: Cut) -> Row:
    """A passage as it is staged; `line` is the running number of the item in the corpus."""
    return (
        line,
        passage.document.name,
        passage.number,
        passage.text,
        text_hash(passage.text),
        passage.start,
        passage.end,
        orjson.dumps(list(passage.heading)).decode().replace("\\u0000", "\N{REPLACEMENT CHARACTER}"),
        passage.first_page,
        passage.last_page,
        orjson.dumps([list(place) for place in passage.places]).decode(),
        passage.tokens,
        passage.flag.value if passage.flag else None,
        passage.language,
    )


def text_hash(text: str) -> bytes:
    """That of the text sample with the same words."""
    return content_hash(Form.TEXT, {"text": text})


def finished(session: Session, corpus_id: int) -> dict[str, int]:
    """The documents of a corpus that were read to their end, with the number of their items."""
    rows = session.execute(
        select(Document.name, Document.items).where(Document.corpus_id == corpus_id, Document.items.is_not(None))
    )
    return {name: items for name, items in rows if items is not None}


def store(session: Session, corpus: Corpus, documents: Mapping[str, Read], rows: Sequence[Row]) -> None:
    """Add the documents that are not there yet, and the passages."""
    if documents:
        _add(session, corpus, documents)
    if rows:
        session.execute(text(_STAGED))
        copy_rows(session, "COPY staged_passages FROM STDIN", rows)
        session.execute(text(_INSERT), {"corpus": corpus.id})


def link(session: Session, corpus: Corpus) -> None:
    """Say of the samples of this step from which passage they come; exact copies have no sample of their own."""
    session.execute(text(_LINK), {"corpus": corpus.id})


def end(session: Session, corpus: Corpus, ended: Mapping[str, int]) -> None:
    """Documents that were read to their end need not be read again."""
    for name, items in ended.items():
        session.execute(text(_END), {"corpus": corpus.id, "name": name, "items": items})


def _add(session: Session, corpus: Corpus, documents: Mapping[str, Read]) -> None:
    mine = Document.corpus_id == corpus.id
    there = set(session.scalars(select(Document.name).where(mine, Document.name.in_(documents))))
    number = session.scalar(select(func.coalesce(func.max(Document.number) + 1, 0)).where(mine)) or 0
    missing = [one for name, one in documents.items() if name not in there]
    if missing:
        session.execute(
            insert(Document), [_values(one, corpus) | {"number": number + n} for n, one in enumerate(missing)]
        )
    for name in there:
        session.execute(update(Document).where(mine, Document.name == name).values(_facts(documents[name])))


def _values(one: Read, corpus: Corpus) -> dict[str, Any]:
    return _facts(one) | {
        "dataset_id": corpus.dataset_id,
        "corpus_id": corpus.id,
        "name": one.name,
        "format": one.format,
        "sha256": one.sha256,
        "size": one.size,
    }


def _facts(one: Read) -> dict[str, Any]:
    facts = one.facts
    meta = orjson.dumps(facts.metadata, default=str).replace(b"\\u0000", "\N{REPLACEMENT CHARACTER}".encode())
    return {
        "title": facts.title.replace("\x00", " ")[:1_000],
        "language": facts.language.replace("\x00", "")[:35],
        "pages": facts.pages,
        "meta": orjson.loads(meta),
    }
