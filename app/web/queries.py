"""Which samples an address means: read from it, written into one, and said in words."""

from math import isfinite
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, QueryParams

from app.curation.measuring import all_measures
from app.messages import known, say
from app.models import Dataset, SampleState
from app.services import samples, strata, why
from app.services.samples import Search
from app.services.strata import Stratum
from app.web.languages import language

Given = QueryParams | FormData
"""What was sent, in an address or in a form."""


def search_of(given: Given) -> Search:
    """The filters of the list of samples; values that nothing can have are dropped, so that an old link still works."""
    known = {state.value for state in SampleState}
    return Search(
        samples.tidy(str(given.get("q", ""))),
        tuple(SampleState(value) for value in dict.fromkeys(given.getlist("state")) if value in known),
        tuple(dict.fromkeys(_plain(str(value))[:100] for value in given.getlist("why")[:50])),
        tuple(dict.fromkeys(int(value) for value in map(str, given.getlist("corpus")[:500]) if is_key(value))),
    )


def stratum_of(given: Given) -> Stratum:
    """The same, and what narrows it further. A bound that is no number is none."""
    name = str(given.get("measure", ""))
    measure = name if name in all_measures() else ""
    cluster = str(given.get("cluster", ""))
    return Stratum(
        search_of(given),
        measure,
        _number(given.get("least", "")) if measure else None,
        _number(given.get("most", "")) if measure else None,
        tuple(dict.fromkeys(_plain(str(value))[:20] for value in given.getlist("language")[:100])),
        int(cluster) if is_key(cluster) else None,
    )


def query_of(stratum: Stratum) -> dict[str, Any]:
    """What stands in an address that means the same."""
    search = stratum.search
    given = {
        "q": search.words,
        "state": [state.value for state in search.states],
        "why": list(search.reasons),
        "corpus": list(search.corpora),
        "measure": stratum.measure,
        "least": stratum.least,
        "most": stratum.most,
        "language": [one or "?" for one in stratum.languages],
        "cluster": stratum.cluster,
    }
    return {name: value for name, value in given.items() if value not in (None, "", [])}


def in_words(session: Session, dataset: Dataset, stratum: Stratum) -> list[tuple[str, str]]:
    """(what, which) of everything that was chosen; empty where all samples are meant."""
    search = stratum.search
    said = [
        (say("Words"), f"“{search.words}”" if search.words else ""),
        (say("Corpus"), ", ".join(strata.corpora(session, dataset, search.corpora)) if search.corpora else ""),
        (say("Kept in spite of"), ", ".join(why.title(reason) for reason in search.reasons)),
        (say("Language"), ", ".join(language(one) for one in stratum.languages)),
        (say("Near-duplicates"), say("one group") if stratum.cluster is not None else ""),
    ]
    if stratum.measure:
        said.append((known(all_measures()[stratum.measure].title), _range(stratum)))
    return [(name, words) for name, words in said if words]


def name_of(session: Session, dataset: Dataset, stratum: Stratum) -> str:
    """A name for people: what was chosen, in one line."""
    return "; ".join(f"{name}: {words}" for name, words in in_words(session, dataset, stratum)) or "All samples"


def is_key(value: str) -> bool:
    """Whether it can be a row's number."""
    return value.isascii() and value.isdecimal() and len(value) < 19


def _range(stratum: Stratum) -> str:
    least, most = stratum.least, stratum.most
    if least is not None and most is not None:
        return say("from %(least)s to %(most)s", least=least, most=most)
    if least is not None:
        return say("at least %(least)s", least=least)
    return say("at most %(most)s", most=most) if most is not None else say("known")


def _number(value: Any) -> float | None:
    try:
        found = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return found if isfinite(found) else None


def _plain(value: str) -> str:
    return "" if value == "?" else value.replace("\x00", " ")
