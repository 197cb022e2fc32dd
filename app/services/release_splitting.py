"""Which rows of a release train, which validate, which test: what hangs together is always on one side."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.curation.batch import Batch
from app.curation.exporter import exporters
from app.curation.releasing.belonging import ties
from app.curation.releasing.composition import Composition
from app.curation.releasing.keeping_apart import Facts, Kept, keep_apart
from app.curation.releasing.likeness import Likeness
from app.curation.releasing.splitting import NAMES, OUT, TEST, TRAIN, Shares
from app.curation.sample import content_hash
from app.models import Release, ReleaseFinding, ReleaseRow, ReleaseTally, Sample
from app.services import packing, release_criteria, release_selecting
from app.services.release_rows import Part, Row, end, rows
from app.services.working import Piece

CHECK, SHARD = "splits", -1
"""Where the report stands among the tallies of the gate's checks."""
TOO_CLOSE = "It belongs with a row of the frozen test split."

_SIDES = text("""
    UPDATE release_rows r SET split = given.split
    FROM unnest(CAST(:positions AS bigint[]), CAST(:splits AS text[])) AS given(position, split)
    WHERE r.release_id = :release AND r.position = given.position
""")
_OUT = text("""
    UPDATE release_rows SET left_out = :why WHERE release_id = :release AND position = ANY(:positions)
""")


def _numbers() -> "array[int]":
    return array("q")


@dataclass
class _Seen:
    """Numbers of all rows, as they come by; their words stay in the files of `Likeness`."""

    positions: "array[int]" = field(default_factory=_numbers)
    samples: "array[int]" = field(default_factory=_numbers)
    contents: "array[int]" = field(default_factory=lambda: array("Q"))
    corpora: "array[int]" = field(default_factory=_numbers)
    tied: "array[int]" = field(default_factory=_numbers)
    ties: "array[int]" = field(default_factory=_numbers)

    def add(self, page: Sequence[Row]) -> None:
        for row in page:
            for number in ties(row.example.form, row.content, row.example.metadata, row.corpus_id):
                self.tied.append(len(self.positions))
                self.ties.append(number)
            self.positions.append(row.position)
            self.samples.append(row.sample_id)
            self.corpora.append(row.corpus_id)
            self.contents.append(int.from_bytes(content_hash(row.example.form, row.content)[:8]))


def split(piece: Piece) -> None:
    """Give every row its side, and store how near validation and test come to training."""
    if piece.checkpoint:  # done by an attempt that ended before it could say so
        return
    with piece.reading() as session:
        release = session.get_one(Release, piece.params["release_id"])
        composition = Composition.model_validate(release.composition)
        last = end(session, release.id)
    if not composition.splits.are_asked:
        return
    with Likeness() as likeness:
        seen = _read(piece, release, composition, last, likeness)
        if not seen.positions:
            return
        with piece.reading() as session:
            facts = _facts(session, release, composition, seen)
            frozen = len(release_selecting.frozen_test(session, release.dataset_id, composition))
        splits = composition.splits
        kept = keep_apart(likeness, facts, Shares(splits.validation, splits.test), splits.seed, splits.threshold)
    with piece.step(piece.shard.total, {"split": True}) as session:
        _store(session, release.id, seen, kept, _report(kept, composition, seen, frozen))


def _read(piece: Piece, release: Release, composition: Composition, last: int, likeness: Likeness) -> _Seen:
    """The words that are released, edited and masked as they leave."""
    seen = _Seen()
    for page in rows(piece, release, exporters()[composition.format], Part(0, last)):
        likeness.add(Batch([row.example for row in page]).text_bytes)
        seen.add(page)
    return seen


def _facts(session: Session, release: Release, composition: Composition, seen: _Seen) -> Facts:
    samples = np.array(seen.samples, np.int64)
    frozen = None
    if composition.splits.frozen_from is not None:
        frozen = np.isin(samples, release_selecting.frozen_test(session, release.dataset_id, composition))
    return Facts(
        np.array(seen.contents, np.uint64),
        _strata(session, release, composition, seen),
        (np.array(seen.tied, np.int64), np.array(seen.ties, np.int64)),
        frozen,
    )


def _strata(session: Session, release: Release, composition: Composition, seen: _Seen) -> NDArray[np.uint64]:
    by = composition.splits.stratify_by
    if not by:
        return np.zeros(len(seen.positions), np.uint64)
    if by == release_criteria.CORPUS:
        return np.array(seen.corpora, np.uint64)
    found = release_criteria.Criteria(select(Sample).join(ReleaseRow, ReleaseRow.sample_id == Sample.id))
    kind = release_criteria.kinds(found, release.dataset_id, None, by).label("kind")
    query = found.query.where(ReleaseRow.release_id == release.id)
    rows = packing.columns(session, query.with_only_columns(Sample.id, kind, maintain_column_froms=True))
    places = np.searchsorted(rows["id"], np.array(seen.samples, np.int64))
    strata: NDArray[np.uint64] = rows["kind"][places].view(np.uint64)
    return strata


def _store(session: Session, release_id: int, seen: _Seen, kept: Kept, report: dict[str, Any]) -> None:
    positions = np.array(seen.positions, np.int64)
    given = np.flatnonzero((kept.codes != TRAIN) & (kept.codes != OUT))
    names = [NAMES[code] for code in kept.codes[given].tolist()]
    session.execute(_SIDES, {"release": release_id, "positions": positions[given].tolist(), "splits": names})
    if report["left_out"]:
        out = positions[kept.codes == OUT].tolist()
        session.execute(_OUT, {"release": release_id, "positions": out, "why": TOO_CLOSE})
    session.execute(insert(ReleaseTally).values(release_id=release_id, shard=SHARD, check=CHECK, facts=report))
    findings = [
        {"release_id": release_id, "check": CHECK, "position": seen.positions[row], "sample_id": seen.samples[row],
         "why": f"The nearest row for training shares {share:.0%} of all word sequences with it."}
        for row, _, share in kept.closest
    ]  # fmt: skip
    if findings:
        session.execute(insert(ReleaseFinding), findings)


def _report(kept: Kept, composition: Composition, seen: _Seen, frozen: int) -> dict[str, Any]:
    """Facts for the gate and the manifest. Rows are named by their positions and by a hash of their words."""
    counts = {name: int((kept.codes == code).sum()) for code, name in NAMES.items()}
    sizes = np.bincount(kept.groups[kept.codes != OUT], minlength=1)
    facts = {
        "splits": counts,
        "left_out": int((kept.codes == OUT).sum()),
        "threshold": composition.splits.threshold,
        "above": kept.above,
        "naive": kept.naive,
        "groups": int((sizes > 1).sum()),
        "largest_group": int(sizes.max()),
        "histogram": kept.histogram,
        "nearest": [
            {"row": _name(seen, row), "train": _name(seen, near), "similarity": round(share, 4)}
            for row, near, share in kept.closest
        ],
    }
    if composition.splits.frozen_from is not None:
        facts |= {"frozen_from": composition.splits.frozen_from, "frozen_gone": frozen - counts[NAMES[TEST]]}
    return facts


def _name(seen: _Seen, row: int) -> dict[str, Any]:
    words = blake2b(orjson.dumps(seen.contents[row]), digest_size=8).hexdigest()
    return {"position": seen.positions[row], "content": words}
