"""Rows of a release in their order, page by page: the words that leave, and what people made of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.exporter import Example, Exporter
from app.curation.recipe import Recipe
from app.curation.sample import Form, Json
from app.models import Dataset, Release, ReleaseRow
from app.services import pseudonyms, release_provenance, release_sources
from app.services.copying import read_binary
from app.services.release_provenance import Origin
from app.services.working import Piece

PAGE = 4_000
"""Rows of one short transaction: no snapshot stays open while files are written."""

_FROM = """
    FROM release_rows rr JOIN samples s ON s.id = rr.sample_id LEFT JOIN revisions r ON r.id = rr.revision_id {join}
    WHERE rr.release_id = %(release)s AND rr.position >= %(first)s AND rr.position < %(last)s AND rr.left_out = ''
        AND (%(split)s = '' OR rr.split = %(split)s)
    ORDER BY rr.position
"""
_WORDS = f"""
    SELECT s.form, coalesce(r.content, s.content)::text, CASE WHEN %(original)s AND r.id IS NOT NULL
        THEN s.content::text END, nullif(s.metadata::text, '{{}}'), rr.approved, rr.weight, rr.answers::text, CASE WHEN
        %(source)s THEN ({release_sources.ONE}) END
"""
_PLACE = """, rr.position, s.id, s.corpus_id, s.overruled_at IS NOT NULL,
    EXISTS (SELECT FROM suspects WHERE sample_id = s.id AND contaminated)
"""
_CHECKED = _WORDS + _PLACE + _FROM.format(join="")
_WRITTEN = _WORDS + _FROM.format(join="")
_WRITTEN_WITH_ORIGIN = f"{_WORDS}, {release_provenance.COLUMNS} {_FROM.format(join=release_provenance.JOIN)}"
_FORMS = {form.value: form for form in Form}


@dataclass(slots=True)
class Row:
    """A sample as it leaves, and where it stands. `records` are what the format makes of it, once that was tried."""

    example: Example
    position: int
    sample_id: int
    corpus_id: int
    is_overruled: bool = False
    is_judged: bool = False
    records: list[Json] = field(default_factory=list)

    @property
    def form(self) -> Form:
        return self.example.form

    @property
    def content(self) -> Json:
        return self.example.content


@dataclass(frozen=True)
class Part:
    """Positions from `first` up to `last` without it, of one split or of all."""

    first: int
    last: int
    split: str = ""


def rows(piece: Piece, release: Release, exporter: type[Exporter], part: Part) -> Iterator[list[Row]]:
    """Pages of the rows that are not left out, personal data masked as the frozen recipe says: for checks."""
    masked = _masker(piece, release)
    has_sources = _are_sources_read(piece, release, exporter)
    for page in _pages(piece, release, exporter, part, _CHECKED, has_sources):
        yield [Row(_example(masked, *found[:8]), *found[8:]) for found in page]


def examples(
    piece: Piece, release: Release, exporter: type[Exporter], part: Part
) -> Iterator[list[tuple[Example, Origin | None]]]:
    """The same without their places, and with their origin where the layout asks for it: for writing, where every
    microsecond counts a million times."""
    masked = _masker(piece, release)
    has_sources = _are_sources_read(piece, release, exporter)
    if release.composition.get("layout", {}).get("provenance"):
        for page in _pages(piece, release, exporter, part, _WRITTEN_WITH_ORIGIN, has_sources):
            yield [(_example(masked, *found[:8]), release_provenance.origin(found[8:], has_sources)) for found in page]
    else:
        for page in _pages(piece, release, exporter, part, _WRITTEN, has_sources):
            yield [(_example(masked, *found), None) for found in page]


def remaining(session: Session, release_id: int) -> int:
    """How many rows were chosen and not left out."""
    mine = (ReleaseRow.release_id == release_id, ReleaseRow.left_out == "")
    return session.scalar(select(func.count()).where(*mine)) or 0


def _are_sources_read(piece: Piece, release: Release, exporter: type[Exporter]) -> bool:
    with piece.reading() as session:
        return release_sources.are_read(session, release, exporter)


def _masker(piece: Piece, release: Release) -> pseudonyms.Masker | None:
    frozen = release.frozen["recipe"]
    recipe = Recipe.model_validate(frozen["recipe"]) if frozen else None
    if recipe is None or recipe.masks is None:
        return None
    with piece.reading() as session:
        return pseudonyms.masker(session, session.get_one(Dataset, release.dataset_id), recipe)


def _pages(
    piece: Piece, release: Release, exporter: type[Exporter], part: Part, statement: str, has_sources: bool
) -> Iterator[list[tuple[Any, ...]]]:
    """Tuples as the statement selects them; while one page is worked on, the database already reads the next."""

    def read(first: int) -> list[tuple[Any, ...]]:
        values = {"release": release.id, "first": first, "last": min(first + PAGE, part.last), "split": part.split}
        with piece.reading() as session:
            return read_binary(session, statement, {**values, "original": exporter.reads_original, "source": has_sources})

    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(read, part.first)
        for first in range(part.first, part.last, PAGE):
            page = following.result()
            if first + PAGE < part.last:
                following = ahead.submit(read, first + PAGE)
            if page:
                yield page


def _example(
    masked: pseudonyms.Masker | None,
    form: str,
    content: str,
    original: str | None,
    metadata: str | None,
    approved: bool,
    weight: float,
    answers: str | None,
    source: str | None,
) -> Example:
    words = orjson.loads(content)
    before = orjson.loads(original) if original else None
    if masked:
        words, before = masked(form, words), masked(form, before) if before else None
    return Example(
        _FORMS[form], words, orjson.loads(metadata) if metadata else {}, before, approved,
        orjson.loads(answers) if answers else {}, weight, release_sources.read(source, masked) if source else None,
    )  # fmt: skip


def end(session: Session, release_id: int) -> int:
    """The position behind the last row."""
    last = session.scalar(select(func.max(ReleaseRow.position)).where(ReleaseRow.release_id == release_id))
    return 0 if last is None else last + 1
