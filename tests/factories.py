"""Rows for tests, each a plain call with sensible defaults; everything is flushed, nothing committed."""

from collections.abc import Sequence
from itertools import count as counter
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.curation.documents.document import Place
from app.curation.sample import Form, content_hash
from app.models import (
    Corpus,
    CorpusState,
    Dataset,
    DatasetForm,
    Decision,
    Document,
    Membership,
    Passage,
    Purpose,
    Review,
    Role,
    Sample,
    SampleSearch,
    SampleSource,
    SampleState,
    Slot,
    SlotState,
    User,
)
from app.services import passwords

PASSWORD = "a long quiet river"
_numbers = counter(1)
_hash: list[str] = []


def make_user(
    session: Session, name: str = "", *, email: str = "", is_admin: bool = False, specialty: str = ""
) -> User:
    """A person who can sign in with PASSWORD."""
    number = next(_numbers)
    if not _hash:
        _hash.append(passwords.hashed(PASSWORD))  # hashing is slow on purpose: once is enough for all of them
    user = User(
        name=name or f"Person {number}",
        email=email or f"person{number}@clinic.example",
        password_hash=_hash[0],
        is_admin=is_admin,
        specialty=specialty,
    )
    return _added(session, user)


def make_dataset(
    session: Session,
    name: str = "",
    *,
    form: DatasetForm = DatasetForm.INSTRUCTION,
    purpose: Purpose = Purpose.TASK,
    **values: Any,
) -> Dataset:
    """A dataset without members."""
    return _added(session, Dataset(name=name or f"Dataset {next(_numbers)}", form=form, purpose=purpose, **values))


def join(session: Session, dataset: Dataset, user: User, role: Role = Role.EXPERT) -> Membership:
    """Make a person a member."""
    return _added(session, Membership(dataset_id=dataset.id, user_id=user.id, role=role))


def make_corpus(
    session: Session, dataset: Dataset, name: str = "", *, state: CorpusState = CorpusState.READY, **values: Any
) -> Corpus:
    """A corpus that was read to its end; its counts are those of the samples given to make_samples."""
    number = next(_numbers)
    values = {"file_name": f"corpus{number}.jsonl", "sha256": f"{number:064x}", "size": 1_000, **values}
    return _added(session, Corpus(dataset_id=dataset.id, name=name or f"Corpus {number}", state=state, **values))


def make_samples(
    session: Session,
    corpus: Corpus,
    contents: int | Sequence[dict[str, Any]] = 1,
    *,
    form: Form = Form.INSTRUCTION,
    state: SampleState = SampleState.CANDIDATE,
) -> list[Sample]:
    """Samples of a corpus, counted in it: so many different ones, or those with the given contents."""
    given = [_content(form, next(_numbers)) for _ in range(contents)] if isinstance(contents, int) else contents
    first = corpus.lines
    samples = [_sample(corpus, first + index, form, content, state) for index, content in enumerate(given)]
    session.add_all(samples)
    corpus.lines += len(samples)
    corpus.accepted += len(samples)
    session.flush()
    for sample in samples:
        session.refresh(sample)
        words = func.to_tsvector("simple", f"{sample.question} {sample.answer}")
        session.add(SampleSearch(sample_id=sample.id, dataset_id=sample.dataset_id, search=words))
    session.flush()
    return samples


def make_slot(
    session: Session, sample: Sample, number: int = 1, *, state: SlotState = SlotState.OPEN, expert: User | None = None
) -> Slot:
    """One of the reviews that are asked for a sample."""
    slot = Slot(
        dataset_id=sample.dataset_id,
        sample_id=sample.id,
        number=number,
        state=state,
        expert_id=expert.id if expert else None,
        leased_until=func.now() + func.make_interval(0, 0, 0, 0, 0, 20) if state is SlotState.LEASED else None,
    )
    return _added(session, slot)


def make_review(
    session: Session,
    sample: Sample,
    expert: User,
    decision: Decision = Decision.APPROVE,
    *,
    number: int = 1,
    **values: Any,
) -> Review:
    """An expert's answer, in a slot of its own that it fills."""
    slot = make_slot(session, sample, number, state=SlotState.DONE, expert=expert)
    review = Review(
        dataset_id=sample.dataset_id,
        sample_id=sample.id,
        slot_id=slot.id,
        expert_id=expert.id,
        decision=decision,
        idempotency_key=f"key-{next(_numbers)}",
        **values,
    )
    return _added(session, review)


def make_document(session: Session, corpus: Corpus, name: str = "", **values: Any) -> Document:
    """One file of a corpus; without pages unless they are given."""
    number = next(_numbers)
    values = {"format": "plain_text", "sha256": f"{number:064x}", "size": 1_000, **values}
    made = Document(
        dataset_id=corpus.dataset_id, corpus_id=corpus.id, number=number, name=name or f"document{number}.txt", **values
    )
    return _added(session, made)


def make_passages(
    session: Session, document: Document, texts: Sequence[str], *, places: Sequence[Sequence[Place]] = (), **values: Any
) -> list[Passage]:
    """Passages of a document in order; `places` are those of each, where it has pages."""
    found, start = [], 0
    for number, text in enumerate(texts):
        lies = list(places[number]) if places else []
        pages = [place.page for place in lies]
        passage = Passage(
            dataset_id=document.dataset_id,
            document_id=document.id,
            number=number,
            text=text,
            text_hash=content_hash(Form.TEXT, {"text": text}),
            start=start,
            end=start + len(text),
            heading=values.get("heading", []),
            first_page=min(pages, default=None),
            last_page=max(pages, default=None),
            places=[list(place) for place in lies],
        )
        found.append(_added(session, passage))
        start += len(text) + 2
    return found


def make_source(session: Session, sample: Sample, passage: Passage, **values: Any) -> SampleSource:
    """That a sample comes from a passage."""
    return _added(session, SampleSource(sample_id=sample.id, passage_id=passage.id, **values))


def _sample(corpus: Corpus, number: int, form: Form, content: dict[str, Any], state: SampleState) -> Sample:
    question, answer = _question_and_answer(form, content)
    return Sample(
        dataset_id=corpus.dataset_id,
        corpus_id=corpus.id,
        number=number,
        file=corpus.file_name,
        position=number,
        line=number + 1,
        form=form,
        content=content,
        meta={},
        content_hash=content_hash(form, content),
        question=question,
        answer=answer,
        state=state,
    )


def _content(form: Form, number: int) -> dict[str, Any]:
    question, answer = (
        f"What is step {number} of the plan?",
        f"Step {number} is to wash your hands and count to {number}.",
    )
    match form:
        case Form.CHAT:
            return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}
        case Form.INSTRUCTION:
            return {"prompt": question, "response": answer}
        case Form.TEXT:
            return {"text": f"{question} {answer}"}


def _question_and_answer(form: Form, content: dict[str, Any]) -> tuple[str, str]:
    match form:
        case Form.CHAT:
            return content["messages"][0]["content"], content["messages"][-1]["content"]
        case Form.INSTRUCTION:
            return content["prompt"], content["response"]
        case Form.TEXT:
            return content["text"], ""


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    session.refresh(row)
    return row
