"""Where each place of the review queue stands: its lane, and its rank within the lane. Written for many at once."""

from collections.abc import Callable

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation import queueing
from app.curation.batch import Array
from app.curation.ordering import Ordering
from app.models import Dataset, RecipeVersion, Run
from app.services import blocks, columns, recipes, review_plan, routing
from app.services.contents import Ids
from app.services.copying import copy_rows, read_binary
from app.services.judging import Judged
from app.services.review_plan import Order, ReviewPlan, Stratum
from app.services.routing import Standing

FEW = 1_000
_PLACINGS = """
    CREATE TEMP TABLE IF NOT EXISTS placings (id bigint PRIMARY KEY, lane text, rank float8) ON COMMIT DELETE ROWS;
    DELETE FROM placings
"""
# What has a known answer is one expert's own: it is in nobody's lane.
_APPLY = """
    UPDATE slots SET lane = placings.lane,
        rank = CASE WHEN slots.purpose = 'review' AND slots.state <> 'done' THEN placings.rank ELSE slots.rank END
    FROM placings
    WHERE slots.dataset_id = :dataset AND slots.sample_id = placings.id AND slots.purpose <> 'gold' AND (
        slots.lane <> placings.lane
        OR slots.purpose = 'review' AND slots.state <> 'done' AND slots.rank <> placings.rank)
"""


def prepare(session: Session, run: Run, judged: Judged, changed: Ids) -> None:
    """After a run: say where samples that have just come into the queue belong; all where the order is another one.

    New places are made there at once: a million that are moved afterwards leave a million dead rows at the queue's head.
    """
    dataset = session.get_one(Dataset, run.dataset_id)
    before = _latest(session, run.dataset_id, run.id)
    is_new = before is None or before.set_id != run.set_id or _recipe_s(session, before) != _recipe_s(session, run)
    is_relative = review_plan.load(dataset).order is Order.COVERAGE_GAP
    _prepare(session, dataset, run, judged.layout, None if is_new or is_relative else changed)


def apply(session: Session, dataset: Dataset) -> None:
    """Put places that stand elsewhere where they belong."""
    session.execute(text(_APPLY), {"dataset": dataset.id})


def arrange(session: Session, dataset: Dataset, chosen: Ids | None = None) -> None:
    """Put all samples of the queue where the plan, the corpora and the batches want them now, or the chosen ones."""
    run = _latest(session, dataset.id)
    layout = blocks.layout(session, dataset.id, run.last_sample_id if run else 0)
    if review_plan.load(dataset).order is Order.COVERAGE_GAP and chosen is not None and len(chosen) > FEW:
        chosen = None  # a stratum's samples are ranked among each other; a few that come alone come first
    _prepare(session, dataset, run, layout, chosen)
    apply(session, dataset)


def ranked(session: Session, dataset: Dataset) -> tuple[Standing, Array]:
    """All samples that have been in the queue, and the rank of each as of now. Nothing is changed by it."""
    run = _latest(session, dataset.id)
    now = _standing(session, dataset, run, blocks.layout(session, dataset.id, run.last_sample_id if run else 0), None)
    return now, queueing.batched(_ranks(session, dataset, run, now), now.batch, len(now.batches))


def take_turn(session: Session, dataset: Dataset, *, is_waiting: bool = True) -> bool:
    """Until this transaction ends nobody else places samples: two at a time would each know only its own lanes."""
    name = {"name": f"queue {dataset.id}"}
    if not is_waiting:
        return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"), name))
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), name)
    return True


def _prepare(session: Session, dataset: Dataset, run: Run | None, layout: blocks.Layout, chosen: Ids | None) -> None:
    take_turn(session, dataset)
    session.execute(text(_PLACINGS))
    now = _standing(session, dataset, run, layout, chosen)
    if not len(now.ids):
        return
    names = routing.lanes_of(session, dataset, now, is_all=chosen is None)
    ranks = queueing.batched(_ranks(session, dataset, run, now), now.batch, len(now.batches))
    rows = zip(now.ids.tolist(), names, ranks.tolist(), strict=True)
    copy_rows(session, "COPY placings FROM STDIN", rows)
    session.execute(text("ANALYZE placings"))


def _standing(
    session: Session, dataset: Dataset, run: Run | None, layout: blocks.Layout, chosen: Ids | None
) -> Standing:
    found = read_binary(
        session,
        """
        SELECT id, corpus_id, state FROM samples WHERE dataset_id = %(dataset)s AND state <> 'candidate'
            AND (%(all)s OR id = ANY(%(chosen)s)) ORDER BY id
    """,
        {"dataset": dataset.id, "all": chosen is None, "chosen": [] if chosen is None else chosen.tolist()},
    )
    ids = np.array([row[0] for row in found], np.int64)
    places = np.searchsorted(layout.ids, ids)
    places[places == len(layout)] = 0
    is_known = layout.ids[places] == ids if len(layout) else np.zeros(len(ids), bool)

    def measure(name: str) -> Array:
        """NaN where a sample was not measured."""
        if run is None or run.set_id is None or not len(layout):
            return np.full(len(ids), np.nan)
        return np.where(is_known, columns.measure(session, layout, run.set_id, name)[places], np.nan)

    states = np.array([row[2] for row in found], dtype=str)
    return routing.standing(session, dataset, ids, np.array([row[1] for row in found], np.int64), states, measure)


def _ranks(session: Session, dataset: Dataset, run: Run | None, now: Standing) -> Array:
    plan = review_plan.load(dataset)
    by_order: dict[Order, Callable[[], Array]] = {
        Order.QUALITY: lambda: queueing.highest_first(now.measure("quality_score")),
        Order.CORPUS: lambda: np.unique(now.corpora, return_inverse=True)[1].astype(np.float64),
        Order.MODEL_JUDGE: lambda: _by_judge(session, dataset, now),
        Order.RANDOM: lambda: queueing.shuffled(now.ids, plan.seed),
        Order.COVERAGE_GAP: lambda: queueing.evenly(
            _strata(session, dataset, plan, now), now.states == "approved", now.states == "queued"
        ),
        Order.UNCERTAINTY: lambda: _uncertainty(session, dataset, run, now),
        Order.RECIPE: lambda: _by_recipe(session, run, now),
    }
    return by_order[plan.order]()


def _strata(session: Session, dataset: Dataset, plan: ReviewPlan, now: Standing) -> queueing.Numbers:
    if plan.coverage_by is Stratum.LANGUAGE:
        return now.language + 1
    if plan.coverage_by is Stratum.CORPUS or not plan.label_field:
        return np.unique(now.corpora, return_inverse=True)[1]
    found = session.execute(
        text("SELECT id, metadata ->> :field AS label FROM samples WHERE dataset_id = :dataset"),
        {"field": plan.label_field, "dataset": dataset.id},
    )
    labels = {row.id: row.label or "" for row in found}
    return np.unique(np.array([labels[one] for one in now.ids.tolist()]), return_inverse=True)[1]


def _uncertainty(session: Session, dataset: Dataset, run: Run | None, now: Standing) -> Array:
    """Samples that experts see differently so far, then those closest to a limit of the recipe."""
    limits = recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id)).limits if run else []
    ranks = queueing.closeness(((limit, now.measure(limit.rule.measure.name)) for limit in limits), len(now.ids))
    disputed = session.execute(
        text("""
        SELECT r.sample_id, count(DISTINCT r.decision) AS views FROM reviews r JOIN samples s ON s.id = r.sample_id
        WHERE r.dataset_id = :dataset AND s.state = 'queued' AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
        GROUP BY r.sample_id HAVING count(DISTINCT r.decision) > 1
    """),
        {"dataset": dataset.id},
    ).all()
    views = np.zeros(len(now.ids))
    number = {row.sample_id: row.views for row in disputed}
    rows, known = routing.rows_of(now.ids, number)
    views[rows] = [number[sample_id] for sample_id in known]
    return np.where(views > 0, -views, ranks)


def _by_judge(session: Session, dataset: Dataset, now: Standing) -> Array:
    """The lowest score first, as a share of its scale; what no model has judged comes last."""
    found = session.execute(
        text("""
        SELECT DISTINCT ON (s.sample_id) s.sample_id, (s.score - v.lowest) / (v.highest - v.lowest) AS share
        FROM judge_scores s JOIN judge_versions v ON v.id = s.version_id JOIN judges j ON j.id = v.judge_id
        WHERE j.dataset_id = :dataset AND j.kind = 'score' AND s.state = 'judged' ORDER BY s.sample_id, s.version_id DESC
    """),
        {"dataset": dataset.id},
    ).all()
    shares = {row.sample_id: row.share for row in found}
    ranks = np.full(len(now.ids), queueing.LAST)
    rows, known = routing.rows_of(now.ids, shares)
    ranks[rows] = [shares[sample_id] for sample_id in known]
    return ranks


def _by_recipe(session: Session, run: Run | None, now: Standing) -> Array:
    ordering = _recipe_s(session, run) if run else None
    return ordering.ranks(now.measure(ordering.measure)) if ordering and ordering.measure else np.zeros(len(now.ids))


def _recipe_s(session: Session, run: Run) -> Ordering:
    return recipes.loaded(session.get_one(RecipeVersion, run.recipe_version_id)).order


def _latest(session: Session, dataset_id: int, before: int | None = None) -> Run | None:
    query = select(Run).where(Run.dataset_id == dataset_id, Run.published)
    if before is not None:
        query = query.where(Run.id < before)
    return session.scalars(query.order_by(Run.id.desc()).limit(1)).first()
