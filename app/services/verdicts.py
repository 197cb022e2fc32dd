"""Verdicts: a row with all its reasons for every sample that a run drops, and none for a sample that it keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from app.curation.conflicts import RULE
from app.curation.verdict import Reason, judge
from app.db import AnyRow
from app.models import Run, RunBlock, Verdict
from app.services import columns, conflicting
from app.services.copying import copy_rows
from app.services.judging import COPY
from app.services.measured_set import MeasuredSet
from app.services.why import CONTAMINATED

_DECIDED = text("""
    SELECT b.id, b.samples, b.ids, r.failing, r.copies, r.conflicts FROM run_blocks r JOIN blocks b ON b.id = r.block_id
    WHERE r.run_id = :run AND b.id = ANY(:blocks) ORDER BY b.first_id
""").bindparams(bindparam("blocks", type_=ARRAY(BigInteger)))


@dataclass(frozen=True)
class Finding:
    """What a run found about one sample; a kept one has no failures and duplicates nothing."""

    failures: Sequence[Any] = ()
    duplicate_of: int | None = None
    similarity: float | None = None


def finding(session: Session, run: Run | None, sample_id: int) -> Finding | None:
    """What a run found about a sample; None where it has not seen it."""
    if run is None or sample_id > run.last_sample_id:
        return None
    row = session.get(Verdict, (run.id, sample_id))
    return Finding(row.failures, row.duplicate_of, row.similarity) if row else Finding()


def store(session: Session, run: Run, using: MeasuredSet, block_ids: Sequence[int]) -> None:
    """Write the verdicts of some of a run's blocks."""
    rows: list[tuple[Any, ...]] = []
    for block in session.execute(_DECIDED, {"run": run.id, "blocks": list(block_ids)}).all():
        rows += _rows(session, run.id, using, block)
    statement = "COPY verdicts (run_id, sample_id, reasons, failures, duplicate_of, similarity) FROM STDIN"
    copy_rows(session, statement, rows)


def forget_superseded(session: Session, run: Run) -> None:
    """Drop the verdicts and columns of runs that neither count nor will: a run keeps its counts."""
    published = select(func.max(Run.id)).where(Run.dataset_id == run.dataset_id, Run.published).scalar_subquery()
    old = select(Run.id).where(Run.dataset_id == run.dataset_id, Run.id < run.id, Run.id != func.coalesce(published, 0))
    session.execute(delete(Verdict).where(Verdict.run_id.in_(old)))
    session.execute(delete(RunBlock).where(RunBlock.run_id.in_(old)))


def _rows(session: Session, run_id: int, using: MeasuredSet, block: AnyRow) -> Iterator[tuple[Any, ...]]:
    """(run, sample, reasons, failures as JSON, survivor, similarity) of a block's dropped samples."""
    ids = np.frombuffer(block.ids, "<i8").tolist()
    copies = {place: (survivor, share) for place, survivor, share in np.frombuffer(block.copies, COPY).tolist()}
    failing = np.frombuffer(block.failing, np.uint8)
    broken = np.flatnonzero(failing).tolist()
    disputes = conflicting.by_place(block.conflicts)
    failed = judge(_measures(session, using, block), using.recipe.limits) if broken else {}
    for place in sorted({*broken, *copies}):
        reasons = [one.as_json() for one in failed.get(place, [])]
        if place in disputes:
            others = disputes[place]
            reasons.append(Reason(RULE.reason, RULE.measure.name, len(others), 0).as_json() | {"partners": others})
        survivor, share = copies.get(place, (None, None))
        names = [reason["rule"] for reason in reasons]
        # What a sample breaks beside its rules is that it holds a benchmark's item.
        names += [CONTAMINATED] * int(failing[place] > len(reasons)) + ["duplicate"] * (survivor is not None)
        yield run_id, ids[place], names, orjson.dumps(reasons).decode(), survivor, share


def _measures(session: Session, using: MeasuredSet, block: AnyRow) -> dict[str, Any]:
    names = sorted({limit.rule.measure.name for limit in using.recipe.limits})
    return columns.measures_of_block(session, using.set_id, block.id, block.samples, names)
