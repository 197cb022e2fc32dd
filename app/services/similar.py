"""Decided samples that are like another one: found by its rarer words, ranked by how many of those they share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.models import Corpus, Dataset, Decision, Review, Sample, SampleSearch
from app.services.affected import DECIDED

MOST = 3
LEAST_SHARE = 0.25
"""Of the weight of a sample's words, that another must share to be called similar."""
_READ = 200_000
"""Entries of the words' index that a search may be expected to look at: the rarest words are asked for until then."""
_MOST_WORDS = 24
_GROUPS = 3
"""A candidate holds a word of each group, which the index alone can tell: few samples are read, however many there are."""
_MOST_READ = 4_000
_RANKED = 40
_RARE = 0.0005
"""The share of samples in which a word stands that the statistics do not know, as none is that rare."""

_COMMON = text("""
    SELECT word, share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, share)
    WHERE schemaname = current_schema() AND tablename = 'sample_search' AND attname = 'search' AND word = ANY(:words)
""")
_SIZE = text("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'sample_search'::regclass")
# The words come first: else PostgreSQL may look for decided samples and read the words of each.
_FIND = text("""
    WITH near AS MATERIALIZED (
        SELECT sample_id, search, ts_rank(search, CAST(:query AS tsquery), 1) AS rank FROM sample_search
        WHERE dataset_id = :dataset AND search @@ CAST(:query AS tsquery) LIMIT :most)
    SELECT near.sample_id, tsvector_to_array(near.search) AS words FROM near JOIN samples ON samples.id = near.sample_id
    WHERE samples.state = ANY(:decided) AND samples.id <> :sample
    ORDER BY near.rank DESC, near.sample_id LIMIT :ranked
""")


@dataclass(frozen=True)
class Similar:
    """A decided sample, what was said of it, and the share of the weight of words that it shares."""

    sample: Sample
    corpus: str
    share: float
    answers: list[tuple[Decision, str, str]]


def decided_like(session: Session, dataset: Dataset, sample: Sample, limit: int = MOST) -> list[Similar]:
    """The most similar first; none where nothing decided is similar enough."""
    shares = _ranked(session, dataset, sample)[:limit]
    rows = session.execute(
        select(Sample, Corpus.name)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .where(Sample.id.in_([number for number, _ in shares]))
    )
    found = {one.id: (one, corpus) for one, corpus in rows}
    answers = _answers(session, list(found))
    return [Similar(*found[number], share, answers.get(number, [])) for number, share in shares if number in found]


def count(session: Session, dataset: Dataset, sample: Sample) -> int:
    """How many of them would be shown."""
    return len(_ranked(session, dataset, sample)[:MOST])


def _ranked(session: Session, dataset: Dataset, sample: Sample) -> list[tuple[int, float]]:
    """(sample, share), the most similar first."""
    words = _words(session, sample.id)
    if not words:
        return []
    common = {row.word: float(row.share) for row in session.execute(_COMMON, {"words": words})}
    weights = {word: -math.log(common.get(word, _RARE)) for word in words}
    rows = session.execute(
        _FIND,
        {
            "query": _query(_chosen(words, common, session.scalar(_SIZE) or 1)),
            "dataset": dataset.id,
            "sample": sample.id,
            "decided": [state.value for state in DECIDED],
            "most": _MOST_READ,
            "ranked": _RANKED,
        },
    )
    shares = ((row.sample_id, _share(weights, row.words)) for row in rows)
    return sorted(
        ((number, share) for number, share in shares if share >= LEAST_SHARE), key=lambda one: (-one[1], one[0])
    )


def _words(session: Session, sample_id: int) -> list[str]:
    """The sample's words that could tell it from others."""
    found = session.scalar(
        select(func.tsvector_to_array(SampleSearch.search)).where(SampleSearch.sample_id == sample_id)
    )
    return [word for word in found or [] if len(word) > 2]


def _chosen(words: Sequence[str], common: Mapping[str, float], samples: float) -> list[str]:
    """The rarest words, as many as may be asked for; among equally rare ones the longest."""
    ordered = sorted(words, key=lambda word: (common.get(word, _RARE), -len(word), word))
    chosen, read = ordered[:1], 0.0
    for word in ordered[1:_MOST_WORDS]:
        read += common.get(word, _RARE) * samples
        if read > _READ:
            break
        chosen.append(word)
    return chosen


def _query(words: Sequence[str]) -> str:
    """At least one word of each group, as PostgreSQL writes it; each group has rare and less rare ones."""
    groups = min(_GROUPS, max(1, len(words) // 4))
    return " & ".join("(" + " | ".join(map(_quoted, words[at::groups])) + ")" for at in range(groups))


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _share(weights: Mapping[str, float], others: Sequence[str]) -> float:
    """Of all weight, that of the words which the other has too."""
    theirs = set(others)
    shared = sum(weight for word, weight in weights.items() if word in theirs)
    return shared / (sum(weights.values()) or 1)


def _answers(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[Decision, str, str]]]:
    """(decision, reason, comment) of each, without names: what was decided counts, not by whom."""
    rows: Sequence[AnyRow] = session.execute(
        select(Review.sample_id, Review.decision, Review.reason, Review.comment)
        .where(Review.sample_id.in_(ids), Review.counted, Review.undone_at.is_(None), Review.decision != Decision.SKIP)
        .order_by(Review.id)
    ).all()
    answers: dict[int, list[tuple[Decision, str, str]]] = {}
    for sample_id, *said in rows:
        answers.setdefault(sample_id, []).append((said[0], said[1], said[2]))
    return answers
