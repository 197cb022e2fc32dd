"""Comments and questions about samples: asking, answering, resolving. Nothing is changed, only added to."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.curation.sample import Form, turns
from app.messages import say
from app.models import Comment, Dataset, Sample, User
from app.services import mentions, samples, spans, threads
from app.services.errors import Conflict, Forbidden, Invalid, NotFound

LONGEST = 4_000


@dataclass(frozen=True)
class Span:
    """Words that a comment is about: in which turn, counted from 0, after how many letters, and how many letters."""

    turn: int
    before: int
    letters: int


def ask(
    session: Session,
    dataset: Dataset,
    by: User,
    sample_id: int,
    text: str,
    *,
    is_question: bool = True,
    to: str = "",
    span: Span | None = None,
    key: str | None = None,
) -> Comment:
    """Begin a thread about a sample. The same press twice is one comment. Invalid, NotFound."""
    stored = _stored(session, by, key)
    if stored is not None:
        return stored
    sample, _ = samples.get(session, dataset.id, sample_id)
    path, start, end = _placed(sample, span) if span else (None, None, None)
    return _said(
        session,
        Comment(
            dataset_id=dataset.id,
            sample_id=sample.id,
            author_id=by.id,
            path=path,
            start_at=start,
            end_at=end,
            text=_words(text),
            is_question=is_question,
            mentions=mentions.of(session, dataset, by, to, text),
            key=key,
        ),
    )


def answer(
    session: Session, dataset: Dataset, by: User, comment_id: int, text: str, *, to: str = "", key: str | None = None
) -> Comment:
    """Add to a thread; who asked is told. NotFound for a thread that this person may not see."""
    stored = _stored(session, by, key)
    if stored is not None:
        return stored
    root = threads.visible(session, dataset, by, comment_id)
    named = {*mentions.of(session, dataset, by, to, text), root.author_id} - {by.id}
    made = Comment(
        dataset_id=dataset.id,
        sample_id=root.sample_id,
        author_id=by.id,
        parent_id=root.id,
        text=_words(text),
        mentions=sorted(named),
        key=key,
    )
    return _said(session, made)


def resolve(session: Session, dataset: Dataset, by: User, comment_id: int) -> None:
    """Close a thread. Who asked may, and a lead. Forbidden, NotFound."""
    root = _own_or_lead(session, dataset, by, comment_id)
    if root.resolved_at is None:
        root.resolved_at, root.resolved_by = func.now(), by.id
        session.flush()


def reopen(session: Session, dataset: Dataset, by: User, comment_id: int) -> None:
    """Open a thread again. Forbidden, NotFound."""
    root = _own_or_lead(session, dataset, by, comment_id)
    root.resolved_at = root.resolved_by = None
    session.flush()


def delete(session: Session, dataset: Dataset, by: User, comment_id: int) -> Comment:
    """Take back one's own words, for ten minutes and while nobody has answered them; they are returned once more.

    Conflict, NotFound.
    """
    said = session.scalar(
        select(Comment).where(Comment.id == comment_id, Comment.dataset_id == dataset.id, Comment.author_id == by.id)
    )
    if said is None:
        raise NotFound(say("This comment is not yours, or it is gone already. Load the page again."))
    if session.scalar(select(func.now() - Comment.created_at > threads.REGRET).where(Comment.id == said.id)):
        raise Conflict(
            say("A comment can be deleted for ten minutes. This one is older, so it stays; answer it instead.")
        )
    if session.scalar(select(exists().where(Comment.parent_id == said.id))):
        raise Conflict(say("Somebody has answered this, so it stays. Write another answer below it instead."))
    session.delete(said)
    session.flush()
    return said


def _said(session: Session, comment: Comment) -> Comment:
    session.add(comment)
    session.flush()
    session.refresh(comment)
    return comment


def _stored(session: Session, by: User, key: str | None) -> Comment | None:
    """What the same press has said before."""
    stored = session.scalar(select(Comment).where(Comment.key == key)) if key else None
    if stored is not None and stored.author_id != by.id:
        raise Invalid(say("This page was sent twice by two people. Load it again; your draft is kept."))
    return stored


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(say("Write what you want to ask or say, then send it again."), "text")
    if len(words) > LONGEST:
        raise Invalid(say("Use %(number)s characters or fewer.", number=LONGEST), "text")
    return words


def _placed(sample: Sample, span: Span) -> tuple[list[str | int], int, int]:
    """The characters of the original that a selection meant. Invalid where it has no such words."""
    found = list(turns(Form(sample.form), sample.content))
    place = spans.place(found[span.turn].text, span.before, span.letters) if span.turn < len(found) else None
    if place is None:
        raise Invalid(
            say("The words you selected were not found in the sample. Select them again, or ask about all of it.")
        )
    return list(found[span.turn].path), *place


def _own_or_lead(session: Session, dataset: Dataset, by: User, comment_id: int) -> Comment:
    root = threads.visible(session, dataset, by, comment_id)
    if root.author_id != by.id and not threads.is_lead(session, dataset, by):
        raise Forbidden(say("Only who asked this, or a lead, can close or open it. Write an answer instead."))
    return root
