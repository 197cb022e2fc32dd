"""Rows of a release in their order, page by page: the words that leave, and what people made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy.orm import Session

from app.curation.exporter import Example, Exporter
from app.curation.recipe import Recipe
from app.curation.sample import Form, Json
from app.models import Dataset, Release
from app.services import pseudonyms, release_provenance
from app.services.copying import read_binary
from app.services.release_provenance import Origin
from app.services.working import Piece

PAGE = 2_000
"""Rows of one short transaction: no snapshot stays open while files are written."""

_SHAPE = """
    SELECT rr.position, s.id, s.corpus_id, s.form, coalesce(r.content, s.content)::text,
        CASE WHEN %(original)s AND r.id IS NOT NULL THEN s.content::text END, s.metadata::text, rr.approved, rr.weight,
        rr.answers::text, s.overruled_at IS NOT NULL,
        EXISTS (SELECT FROM suspects WHERE sample_id = s.id AND contaminated){origin}
    FROM release_rows rr JOIN samples s ON s.id = rr.sample_id LEFT JOIN revisions r ON r.id = rr.revision_id {join}
    WHERE rr.release_id = %(release)s AND rr.position >= %(first)s AND rr.position < %(last)s AND rr.left_out = ''
        AND (%(split)s = '' OR rr.split = %(split)s)
    ORDER BY rr.position
"""
_ROWS = _SHAPE.format(origin="", join="")
_ROWS_WITH_ORIGIN = _SHAPE.format(origin=f", {release_provenance.COLUMNS}", join=release_provenance.JOIN)


@dataclass(slots=True)
class Row:
    """A sample as it leaves. `records` are what the format makes of it, once its check has looked."""

    position: int
    sample_id: int
    corpus_id: int
    form: str
    content: Json
    original: Json | None
    metadata: Json
    approved: bool
    weight: float
    answers: Json
    is_overruled: bool = False
    is_judged: bool = False
    origin: Origin | None = None
    records: list[Json] = field(default_factory=list)

    @property
    def example(self) -> Example:
        return Example(
            Form(self.form), self.content, self.metadata, self.original, self.approved, self.answers, self.weight
        )


@dataclass(frozen=True)
class Part:
    """Positions from `first` up to `last` without it, of one split or of all."""

    first: int
    last: int
    split: str = ""


def pages(piece: Piece, release: Release, exporter: type[Exporter], part: Part) -> Iterator[Sequence[Row]]:
    """The rows that are not left out, personal data masked as the frozen recipe says."""
    with piece.reading() as session:
        masked = pseudonyms.masker(session, session.get_one(Dataset, release.dataset_id), _recipe(release))
    for first in range(part.first, part.last, PAGE):
        with piece.reading() as session:
            page = _page(session, release, exporter, Part(first, min(first + PAGE, part.last), part.split))
        for row in page:
            row.content = masked(row.form, row.content)
            row.original = masked(row.form, row.original) if row.original else None
        if page:
            yield page


def _recipe(release: Release) -> Recipe | None:
    """The one under which the samples of the release were chosen."""
    frozen = release.frozen["recipe"]
    return Recipe.model_validate(frozen["recipe"]) if frozen else None


def _page(session: Session, release: Release, exporter: type[Exporter], part: Part) -> list[Row]:
    values = {
        "release": release.id,
        "first": part.first,
        "last": part.last,
        "split": part.split,
        "original": exporter.reads_original,
    }
    if not release.composition.get("layout", {}).get("provenance"):
        return [_row(*found) for found in read_binary(session, _ROWS, values)]
    page = []
    for found in read_binary(session, _ROWS_WITH_ORIGIN, values):
        page.append(_row(*found[:_OWN]))
        page[-1].origin = release_provenance.origin(found[_OWN:])
    return page


_OWN = 12
"""Columns of a row itself; those of its origin follow."""


def _row(
    position: int,
    sample_id: int,
    corpus_id: int,
    form: str,
    content: str,
    original: str | None,
    metadata: str | None,
    approved: bool,
    weight: float,
    answers: str | None,
    is_overruled: bool,
    is_judged: bool,
) -> Row:
    return Row(
        position, sample_id, corpus_id, form, orjson.loads(content), orjson.loads(original) if original else None,
        orjson.loads(metadata) if metadata else {}, approved, weight, orjson.loads(answers) if answers else {},
        is_overruled, is_judged,
    )  # fmt: skip
