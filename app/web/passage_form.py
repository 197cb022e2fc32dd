"""What an upload says about documents: what becomes of their passages, and how large these are."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.curation.readers import Chunking
from app.messages import say
from app.models import Corpus, Making
from app.services import corpora
from app.services.errors import Invalid
from app.web.queries import is_key


@dataclass(frozen=True)
class Asked:
    """`previous` is the corpus that the upload holds newer versions of."""

    making: Making
    chunking: Chunking
    previous: Corpus | None


def asked(session: Session, dataset_id: int, fields: Mapping[str, str]) -> Asked:
    """From the fields of the form; what is not filled in is as by default. Invalid, NotFound."""
    given = fields.get("previous", "")
    previous = corpora.previous(session, dataset_id, int(given) if is_key(given) else None)
    return Asked(_making(fields, previous), _chunking(fields, previous), previous)


def _making(fields: Mapping[str, str], previous: Corpus | None) -> Making:
    if fields.get("making") in list(Making):
        return Making(fields["making"])
    return previous.making if previous else Making.TEXT


def _chunking(fields: Mapping[str, str], previous: Corpus | None) -> Chunking:
    """A newer version is cut as the earlier one was: what is unchanged is then recognised to the letter."""
    whole = {name: fields[name].strip() for name in ("size", "overlap") if fields.get(name, "").strip()}
    if not whole and previous and previous.chunking:
        return Chunking(**previous.chunking)
    try:
        values = {name: int(value) for name, value in whole.items()}
        size = values.get("size", Chunking().size)
        return Chunking(**values, smallest=min(Chunking().smallest, size // 2))
    except ValueError as error:
        raise Invalid(
            say(
                "A passage holds 20 to 20,000 tokens, and two of them share half of that at most. "
                "Correct the numbers and upload the file again."
            )
        ) from error
