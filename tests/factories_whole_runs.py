"""A whole run in a test's own transaction, for tests of pages that show what it found: nothing is left out."""

from sqlalchemy.orm import Session

from app.curation.edges import edges
from app.curation.measuring import measure
from app.models import Dataset, Run
from app.services import blocks, columns, judging, pairs, publishing, recipes, tallies, verdicts
from app.services.contents import chosen_samples, next_samples
from app.services.measured_set import MeasuredSet
from tests.factories_runs import make_run


def whole_run(session: Session, dataset: Dataset) -> Run:
    """Apply the newest recipe to all samples of a dataset, which nobody has run before, and publish."""
    run = make_run(session, dataset)
    run.published = False
    using = MeasuredSet.of(session, recipes.of_run(session, run))
    found = next_samples(session, dataset.id, 0, 2**62)
    run.set_id, run.last_sample_id = using.set_id, int(found.ids[-1])
    block = blocks.add(session, dataset.id, found.ids, found.corpora)
    columns.store_measures(session, using.set_id, block, measure(found.batch, using.filters))
    layout = blocks.layout(session, dataset.id, run.last_sample_id)
    for one in using.recipe.comparisons.values():
        columns.store_signatures(session, one, block, one.signatures(found.batch))
        near = edges(
            one,
            columns.signatures(session, layout, one),
            lambda rows: chosen_samples(session, dataset.id, layout.ids[list(rows)]),
        )
        pairs.store(session, dataset.id, one, layout, 0, near)
    judged = judging.judge(session, run, using)
    judging.store(session, run, judged)
    run.counts, run.details = tallies.counts(judged), tallies.details(session, run, using, judged)
    session.flush()
    verdicts.store(session, run, using, layout.block_ids)
    publishing.publish(session, run)
    session.flush()
    return run
