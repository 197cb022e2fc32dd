"""The moment of a release: which words go in, and what the dataset looked like."""

from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.models import Release, ReleaseRow, Sample, SampleState
from app.services import release_answers, release_facts, release_provenance, release_selecting
from app.services.working import Piece


def freeze(piece: Piece) -> None:
    """Write down which words the release holds, and what the dataset looks like at that moment."""
    if piece.checkpoint:  # frozen by an attempt that ended before it could say so
        return
    release_id = piece.params["release_id"]
    with piece.reading() as session:
        release = session.get_one(Release, release_id)
    with piece.step(piece.shard.total, {"frozen": True}) as session:
        composition = Composition.model_validate(release.composition)
        asked = release_selecting.asked(session, release.dataset_id, composition)
        counts, corpora = freeze_rows(session, release, composition)
        release_selecting.narrow(session, release_id, composition)
        facts = release_facts.of(session, release, counts, corpora, asked)
        if exporters()[composition.format].reads_answers:
            release_answers.freeze(session, release)
        if composition.layout.provenance:
            release_provenance.freeze(session, release)
        session.execute(update(Release).where(Release.id == release_id).values(frozen=facts))


def freeze_rows(session: Session, release: Release, composition: Composition) -> tuple[dict[str, int], list[Any]]:
    """Choose the rows, count the samples by state, and list the corpora: in one statement and so at one moment."""
    chosen = release_selecting.chosen(session, release.dataset_id, composition).with_only_columns(
        literal(release.id),
        Sample.id,
        Sample.revision_id,
        Sample.state == SampleState.APPROVED,
        func.row_number().over(order_by=(Sample.corpus_id, Sample.number)) - 1,
        maintain_column_froms=True,
    )
    names = ["release_id", "sample_id", "revision_id", "approved", "position"]
    frozen = insert(ReleaseRow).from_select(names, chosen).cte("frozen")
    corpora = release_facts.corpora(release.dataset_id)
    states = select(Sample.state, func.count(), corpora).where(Sample.dataset_id == release.dataset_id)
    found = session.execute(states.group_by(Sample.state).add_cte(frozen)).all()
    counts = {state.value: number for state, number, _ in sorted(found, key=lambda row: row[0].value)}
    return counts, found[0][2] if found else []
