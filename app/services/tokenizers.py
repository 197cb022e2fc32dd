"""What a dataset's releases can be counted with: uploaded tokenizer.json files, packaged encodings, an estimate."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.curation.releasing import token_counts
from app.curation.releasing.composition import Gate
from app.curation.releasing.token_counts import NotReadable, Tokens, Uploaded
from app.messages import say
from app.models import Dataset, Tokenizer
from app.services import blobs
from app.services.blobs import Stored
from app.services.errors import Invalid, NotFound

LARGEST = 100_000_000
LONGEST_NAME = 80


def add(session: Session, dataset: Dataset, name: str, stored: Stored, by: int | None = None) -> Tokenizer:
    """Take in a tokenizer.json that was written to a blob; one of the same name is replaced. Invalid."""
    name = name.strip().removesuffix(".json").strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(say("Give the tokenizer a name of at most %(number)s characters.", number=LONGEST_NAME), "name")
    if name in (*token_counts.PACKAGED, token_counts.ESTIMATE):
        raise Invalid(say("“%(name)s” is the name of a built-in encoding. Choose another.", name=name), "name")
    if stored.size > LARGEST:
        raise Invalid(say("This file is larger than any tokenizer.json. Choose the tokenizer.json itself."), "file")
    try:
        vocabulary = Uploaded(name, stored.path.read_bytes()).vocabulary
    except NotReadable as error:
        raise Invalid(str(error), "file") from error
    mine = (Tokenizer.dataset_id == dataset.id, Tokenizer.name == name)
    found = session.scalar(select(Tokenizer).where(*mine)) or Tokenizer(dataset_id=dataset.id, name=name)
    found.sha256, found.size, found.vocabulary, found.created_by = stored.sha256, stored.size, vocabulary, by
    session.add(found)
    session.flush()
    return found


def remove(session: Session, dataset: Dataset, name: str) -> None:
    """Take it out of the choice. NotFound. Its file stays: releases under way may still be counting with it."""
    mine = (Tokenizer.dataset_id == dataset.id, Tokenizer.name == name)
    if not session.execute(delete(Tokenizer).where(*mine).returning(Tokenizer.id)).first():
        raise NotFound(say("There is no tokenizer of this name any more. Load the page anew."))


def of(session: Session, dataset_id: int) -> Sequence[Tokenizer]:
    """Those that were uploaded for a dataset, by name."""
    return session.scalars(select(Tokenizer).where(Tokenizer.dataset_id == dataset_id).order_by(Tokenizer.name)).all()


def names(session: Session, dataset_id: int) -> list[str]:
    """All that a composition may name: uploaded ones, packaged encodings where they are installed, the estimate."""
    default = token_counts.packaged()
    built_in = [] if default.is_estimate else [*token_counts.PACKAGED]
    return [*(one.name for one in of(session, dataset_id)), *built_in, token_counts.ESTIMATE]


def check(session: Session, dataset_id: int, gate: Gate) -> None:
    """Invalid where a composition names a tokenizer that is not there."""
    if gate.tokenizer and gate.tokenizer not in names(session, dataset_id):
        raise Invalid(
            say("There is no tokenizer “%(name)s” here. Upload its tokenizer.json, or choose another.", name=gate.tokenizer),
            "tokenizer",
        )


def load(session: Session, dataset_id: int, name: str) -> Tokens:
    """The tokenizer that a composition names. NotFound where it was taken away meanwhile."""
    mine = (Tokenizer.dataset_id == dataset_id, Tokenizer.name == name)
    uploaded = session.scalar(select(Tokenizer).where(*mine)) if name else None
    if uploaded is not None:
        return _uploaded(uploaded.name, uploaded.sha256)
    try:
        return token_counts.packaged(name)
    except (LookupError, NotReadable) as error:
        raise NotFound(say("The tokenizer “%(name)s” is not here any more. Compose again with another.", name=name)) from error


def sha256(session: Session, dataset_id: int, name: str) -> str:
    """Of the file that stands behind a name; empty for what is built in."""
    mine = (Tokenizer.dataset_id == dataset_id, Tokenizer.name == name)
    return session.scalar(select(Tokenizer.sha256).where(*mine)) or ""


@lru_cache(4)
def _uploaded(name: str, sha256: str) -> Tokens:
    return Uploaded(name, blobs.path(sha256).read_bytes())
