"""Examples in guidelines: real samples with what they teach. A version pins which it shows, so every change is a version."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.sample import Form, Turn, turns
from app.messages import say, say_many
from app.models import Dataset, ExampleVerdict, Guideline, GuidelineExample, Revision, Sample, User
from app.services import guidelines, samples
from app.services.errors import Invalid

MOST = 30


@dataclass(frozen=True)
class Shown:
    """An example with the words of its sample, as they counted when it was chosen."""

    id: int
    sample_id: int
    verdict: ExampleVerdict
    note: str
    turns: list[Turn]


def shown(session: Session, guideline: Guideline | None) -> list[Shown]:
    """The examples of a version, in its order."""
    if guideline is None or not guideline.examples:
        return []
    rows = session.execute(
        select(GuidelineExample, Sample.form, func.coalesce(Revision.content, Sample.content))
        .join(Sample, Sample.id == GuidelineExample.sample_id)
        .outerjoin(Revision, Revision.id == GuidelineExample.revision_id)
        .where(GuidelineExample.id.in_(guideline.examples))
    )
    found = {
        one.id: Shown(one.id, one.sample_id, one.verdict, one.note, list(turns(Form(form), content)))
        for one, form, content in rows
    }
    return [found[number] for number in guideline.examples if number in found]


def add(
    session: Session, dataset: Dataset, by: User, sample_id: int, verdict: ExampleVerdict, note: str
) -> GuidelineExample:
    """Show a sample from the next version on, which this makes. NotFound, Invalid where it is shown already."""
    sample, _ = samples.get(session, dataset.id, sample_id)
    newest = guidelines.locked(session, dataset)
    before = newest.examples if newest else []
    if len(before) >= MOST:
        raise Invalid(f"The guidelines show {MOST} examples already; nobody reads more. Take one away first.")
    known = select(GuidelineExample.id).where(GuidelineExample.id.in_(before), GuidelineExample.sample_id == sample.id)
    if session.scalar(known):
        raise Invalid(say("This sample is an example already. To change its note, take it away first and add it again."))
    example = GuidelineExample(
        dataset_id=dataset.id,
        sample_id=sample.id,
        revision_id=sample.revision_id,
        verdict=verdict,
        note=note.strip(),
        author_id=by.id,
    )
    session.add(example)
    session.flush()
    guidelines.add(session, dataset, by, newest, examples=[*before, example.id])
    return example


def arrange(session: Session, dataset: Dataset, by: User, order: Sequence[int]) -> Guideline | None:
    """Show these, in this order, from a new version on; what is not named is taken away. Invalid for unknown ones."""
    newest = guidelines.locked(session, dataset)
    before = newest.examples if newest else []
    if not set(order) <= set(before) or len(set(order)) < len(order):
        raise Invalid(say("Somebody changed the examples in the meantime. Nothing was changed; look at them again."))
    if list(order) == before:
        return newest
    return guidelines.add(session, dataset, by, newest, examples=order)


def what_changed(before: Guideline | None, after: Guideline) -> str:
    """In few words what a version changed: the text, the examples, or both."""
    earlier = before.examples if before else []
    added, gone = len(set(after.examples) - set(earlier)), len(set(earlier) - set(after.examples))
    is_moved = not added and not gone and after.examples != earlier
    changes = [
        say("text") if after.text != (before.text if before else "") else "",
        say_many("an example added", "%(num)s examples added", added) if added else "",
        say_many("an example taken away", "%(num)s examples taken away", gone) if gone else "",
        say("examples in another order") if is_moved else "",
    ]
    told = [change for change in changes if change]
    return reduce(lambda one, more: say("%(one)s, %(more)s", one=one, more=more), told) if told else ""
