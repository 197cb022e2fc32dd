"""Reading what was asked and said about samples: whose eyes it is for, what is open, and what waits for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, or_, select, text, true, tuple_
from sqlalchemy.orm import Session, aliased

from app.curation.sample import Form, Turn, turns
from app.messages import say
from app.models import Comment, Dataset, Decision, Review, Role, Sample, User
from app.services import datasets
from app.services.errors import NotFound

Whose = Literal["all", "mine", "for_me"]
PAGE = 20
MOST_BESIDE = 20
REGRET = timedelta(minutes=10)
"""How long one may take back what one has said."""

_WAITING = text("""
    SELECT count(DISTINCT root.id) FROM comments said
        JOIN comments root ON root.id = coalesce(said.parent_id, said.id)
    WHERE said.mentions @> ARRAY[CAST(:person AS bigint)] AND said.dataset_id = :dataset AND root.resolved_at IS NULL
        AND NOT EXISTS (SELECT FROM comments mine
            WHERE mine.parent_id = root.id AND mine.author_id = :person AND mine.id > said.id)
""")


@dataclass(frozen=True)
class Said:
    """One comment with its writer's name. `can_delete`: it is the reader's own, young, and nobody has answered it."""

    id: int
    author: str
    text: str
    at: datetime
    can_delete: bool


@dataclass(frozen=True)
class Thread:
    """A question or comment with its answers. `quote` is what it is about; empty for the whole sample."""

    id: int
    sample: Sample
    is_question: bool
    resolved_at: datetime | None
    resolved_by: str
    quote: str
    asked: list[str]
    said: list[Said]
    is_mine: bool

    @property
    def turns(self) -> list[Turn]:
        """The sample's words, for who has no page of its own."""
        return list(turns(Form(self.sample.form), self.sample.content))


@dataclass(frozen=True)
class Page:
    """Some threads, open questions first, then the newest; `next` is the key of the page after this one."""

    threads: list[Thread]
    next: str


@dataclass(frozen=True)
class Counts:
    """Of the threads that a person may see in a list: open questions, their own, and those that name them."""

    all: int
    open: int
    mine: int
    for_me: int


def waiting(session: Session, dataset_id: int, person_id: int) -> int:
    """Open threads that name this person since they last wrote in them."""
    return session.scalar(_WAITING, {"dataset": dataset_id, "person": person_id}) or 0


def beside(session: Session, dataset: Dataset, person: User, sample_id: int) -> list[Thread]:
    """What a person may read beside a sample: leads all of it, others what they take part in, and all after their vote."""
    return _read(session, person, _roots(session, dataset, person, beside=True).where(Comment.sample_id == sample_id))


def page(session: Session, dataset: Dataset, person: User, whose: Whose = "all", after: str = "") -> Page:
    """A list of threads for a person: of leads the whole dataset's, of others those they take part in."""
    rank = tuple_(_is_open(), Comment.id)
    query = _of(_roots(session, dataset, person), person, whose)
    flag, _, number = after.partition("-")
    if flag in ("0", "1") and number.isdecimal() and len(number) < 19:
        query = query.where(rank < tuple_(int(flag), int(number)))
    found = session.scalars(query.with_only_columns(Comment.id).order_by(rank.desc()).limit(PAGE + 1)).all()
    shown = _read(session, person, select(Comment).where(Comment.id.in_(found[:PAGE])))
    last = shown[-1] if len(found) > PAGE else None
    return Page(shown, f"{int(last.is_question and last.resolved_at is None)}-{last.id}" if last else "")


def counts(session: Session, dataset: Dataset, person: User) -> Counts:
    mine, for_me = Comment.author_id == person.id, _names(person)
    query = _roots(session, dataset, person).with_only_columns(
        func.count(), func.coalesce(func.sum(_is_open()), 0), func.count().filter(mine), func.count().filter(for_me)
    )
    return Counts(*session.execute(query).one())


def visible(session: Session, dataset: Dataset, person: User, comment_id: int) -> Comment:
    """The first comment of a thread that this person may read. NotFound."""
    query = _roots(session, dataset, person, beside=True).where(Comment.id == comment_id)
    found = session.scalar(query)
    if found is None:
        raise NotFound(say("There is no such question, or it is not addressed to you. Your text stays in the form."))
    return found


def is_lead(session: Session, dataset: Dataset, person: User) -> bool:
    """Whether a person sees all that was asked in a dataset."""
    return datasets.role_of(session, dataset.id, person) in (Role.LEAD, Role.ADMIN)


def has_voted(session: Session, person: User, sample_id: int) -> bool:
    """Whether nothing can steer this person any more: their answer on the sample stands."""
    return bool(session.scalar(select(exists(_votes(person).where(Review.sample_id == sample_id)))))


def open_question() -> ColumnElement[bool]:
    """Whether a sample has a question that nobody has resolved, which keeps it out of releases."""
    asked = aliased(Comment)
    is_open = (asked.is_question, asked.parent_id.is_(None), asked.resolved_at.is_(None))
    return exists().where(asked.sample_id == Sample.id, *is_open)


def _roots(session: Session, dataset: Dataset, person: User, *, beside: bool = False) -> Select[Comment]:
    """First comments that a person may read; `beside` a sample, an answer that stands opens all of them."""
    query = select(Comment).where(Comment.dataset_id == dataset.id, Comment.parent_id.is_(None))
    if is_lead(session, dataset, person):
        return query
    part = or_(Comment.author_id == person.id, _names(person), _wrote(person))
    return query.where(or_(part, Comment.sample_id.in_(_votes(person))) if beside else part)


def _votes(person: User) -> Select[int]:
    """Samples with an answer of theirs that counts: whose answer is only kept may be given the sample later on."""
    return select(Review.sample_id).where(
        Review.expert_id == person.id,
        Review.counted,
        Review.undone_at.is_(None),
        Review.superseded_at.is_(None),
        Review.decision != Decision.SKIP,
    )


def _names(person: User) -> ColumnElement[bool]:
    """Whether a thread names this person anywhere."""
    said = aliased(Comment)
    in_thread = or_(said.id == Comment.id, said.parent_id == Comment.id)
    return exists().where(in_thread, said.mentions.contains([person.id]))


def _wrote(person: User) -> ColumnElement[bool]:
    said = aliased(Comment)
    return exists().where(said.parent_id == Comment.id, said.author_id == person.id)


def _is_open() -> ColumnElement[int]:
    return cast(and_(Comment.is_question, Comment.resolved_at.is_(None)), Integer)


def _of(query: Select[Comment], person: User, whose: Whose) -> Select[Comment]:
    wanted = {"all": true(), "mine": Comment.author_id == person.id, "for_me": _names(person)}
    return query.where(wanted[whose])


def _read(session: Session, person: User, roots: Select[Comment]) -> list[Thread]:
    """Threads with all that was said in them: three queries, however many there are."""
    closer = aliased(User)
    rows = session.execute(
        roots.join(Sample, Sample.id == Comment.sample_id)
        .outerjoin(closer, closer.id == Comment.resolved_by)
        .add_columns(Sample, func.coalesce(closer.name, ""))
        .order_by(_is_open().desc(), Comment.id.desc())
        .limit(max(PAGE, MOST_BESIDE))
    ).all()
    if not rows:
        return []
    ids = [root.id for root, *_ in rows]
    said = session.execute(
        select(Comment, User.name)
        .join(User, User.id == Comment.author_id)
        .where(or_(Comment.id.in_(ids), Comment.parent_id.in_(ids)))
        .order_by(Comment.id)
    ).all()
    named = _names_of(session, (comment for comment, _ in said))
    return [_thread(person, root, sample, resolver, said, named) for root, sample, resolver in rows]


def _thread(
    person: User,
    root: Comment,
    sample: Sample,
    resolver: str,
    said: Sequence[tuple[Comment, str]],
    named: dict[int, str],
) -> Thread:
    mine = [(one, author) for one, author in said if root.id in (one.id, one.parent_id)]
    last = mine[-1][0].id
    return Thread(
        root.id,
        sample,
        root.is_question,
        root.resolved_at,
        resolver,
        _quote(sample, root),
        [named[one] for one in root.mentions if one in named],
        [
            Said(one.id, author, one.text, one.created_at, one.id == last and _can_delete(one, person))
            for one, author in mine
        ],
        root.author_id == person.id,
    )


def _can_delete(comment: Comment, person: User) -> bool:
    return comment.author_id == person.id and datetime.now(UTC) - comment.created_at < REGRET


def _names_of(session: Session, said: Iterable[Comment]) -> dict[int, str]:
    ids = {person for comment in said for person in comment.mentions}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all()) if ids else {}


def _quote(sample: Sample, comment: Comment) -> str:
    if comment.path is None or comment.start_at is None:
        return ""
    texts = {turn.path: turn.text for turn in turns(Form(sample.form), sample.content)}
    return texts.get(tuple(comment.path), "")[comment.start_at : comment.end_at]
