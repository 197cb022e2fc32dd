"""One change to a rubric at a time: a question more, less, changed, moved, or a whole set to start from."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from app.curation.rubric import Question, loaded
from app.curation.rubric_starts import STARTS
from app.messages import say
from app.models import Dataset, Rubric, User
from app.services import rubrics
from app.services.errors import Invalid, NotFound

Change = Callable[[list[Question]], list[Question]]


def add(session: Session, dataset: Dataset, by: User, question: Question, based_on: int) -> Rubric | None:
    return _apply(session, dataset, by, based_on, lambda asked: [*asked, question])


def change(session: Session, dataset: Dataset, by: User, question: Question, based_on: int) -> Rubric | None:
    """Put a question in the place of the one with its key. NotFound."""

    def changed(asked: list[Question]) -> list[Question]:
        find(asked, question.key)
        return [question if one.key == question.key else one for one in asked]

    return _apply(session, dataset, by, based_on, changed)


def remove(session: Session, dataset: Dataset, by: User, key: str, based_on: int) -> Rubric | None:
    """Ask a question no more; its answers stay. NotFound, and Invalid while another question waits for it."""

    def removed(asked: list[Question]) -> list[Question]:
        waiting = [one.title for one in asked if one.when == find(asked, key).key]
        if waiting:
            raise Invalid(f"“{waiting[0]}” is only asked after this question. Change that one first, then remove this.")
        return [one for one in asked if one.key != key]

    return _apply(session, dataset, by, based_on, removed)


def move(session: Session, dataset: Dataset, by: User, key: str, by_places: int, based_on: int) -> Rubric | None:
    """Up (-1) or down (1); at the end nothing happens. NotFound."""

    def moved(asked: list[Question]) -> list[Question]:
        question = find(asked, key)
        rest, place = [one for one in asked if one.key != key], asked.index(question) + by_places
        return [*rest[: max(place, 0)], question, *rest[max(place, 0) :]]

    return _apply(session, dataset, by, based_on, moved)


def start(session: Session, dataset: Dataset, by: User, name: str, based_on: int) -> Rubric | None:
    """Add the questions of a ready-made rubric. NotFound."""
    ready = STARTS.get(name)
    if ready is None:
        raise NotFound(say("There is no such set of questions. Choose one from the list."))

    def begun(asked: list[Question]) -> list[Question]:
        keys = {one["key"]: rubrics.new_key(session, dataset, one["key"]) for one in ready.questions}
        renamed = [
            one | {"key": keys[one["key"]], "when": keys.get(one.get("when", ""), "")} for one in ready.questions
        ]
        return [*asked, *loaded(renamed)]

    return _apply(session, dataset, by, based_on, begun)


def find(asked: Sequence[Question], key: str) -> Question:
    """The question with this key. NotFound."""
    found = next((one for one in asked if one.key == key), None)
    if found is None:
        raise NotFound(say("This question is not asked any more. Somebody may have removed it; load the page again."))
    return found


def _apply(session: Session, dataset: Dataset, by: User, based_on: int, change: Change) -> Rubric | None:
    asked = list(rubrics.questions(rubrics.current(session, dataset)))
    return rubrics.save(session, dataset, by, change(asked), based_on)
