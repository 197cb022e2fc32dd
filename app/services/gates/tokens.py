"""No row is longer than the model's context."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.curation.releasing.token_counts import PER_MESSAGE, PER_ROW, Tokens, lengths, rounded
from app.curation.sample import Form, Json
from app.db import Json as Facts
from app.messages import Message, say, say_many
from app.models import Level, Release
from app.services import tokenizers
from app.services.errors import NotFound
from app.services.gate import Check, Finding, Outcome
from app.services.jobs import JobFailed
from app.services.release_page import Page
from app.services.release_rows import Row

_PERCENTILES = (50, 90, 99, 100)


class Length(Check):
    title = "Length"
    about = (
        "The tokens of every row, with the signs of a chat template, against the length that the model can read: a "
        "trainer cuts off or refuses what is longer."
    )

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        try:
            self._tokens = tokenizers.load(session, release.dataset_id, composition.gate.tokenizer)
        except NotFound as error:
            raise JobFailed("tokenizer_gone", error.message) from error

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        most = self.composition.gate.context_length
        for row, length in zip(rows, _longest(self._tokens, rows), strict=True):
            self.counts["tokens"] += length
            self.counts[f"of {rounded(length)}"] += 1
            if most is not None and length > most:
                yield Finding(row, say("It has %(length)s tokens; %(most)s fit.", length=length, most=most))

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        gate = composition.gate
        tokens = tokenizers.load(session, release.dataset_id, gate.tokenizer)
        facts = _facts(counts) | {
            "tokenizer": tokens.name,
            "tokenizer_sha256": tokenizers.sha256(session, release.dataset_id, gate.tokenizer),
            "is_estimate": tokens.is_estimate,
            "context_length": gate.context_length,
            "template_overhead": {"message": PER_MESSAGE, "row": PER_ROW},
            "over": counts["found"],
        }
        level = Level.BLOCK if counts["found"] else Level.PASS
        return Outcome(level, _words(gate.context_length, tokens, counts["found"], facts), counts["found"], facts)


def _longest(tokens: Tokens, rows: list[Row]) -> list[int]:
    """Of a row's words now and before an edit, where both leave, the longer."""
    found = lengths(tokens, [(row.form, row.content) for row in rows])
    before = [(place, row.example.original) for place, row in enumerate(rows) if row.example.original]
    samples: list[tuple[Form, Json]] = [(rows[place].form, original) for place, original in before if original]
    for (place, _), length in zip(before, lengths(tokens, samples), strict=True):
        found[place] = max(found[place], length)
    return found


def _words(most: int | None, tokens: Tokens, over: int, facts: Facts) -> Message:
    values = {"most": most or 0, "longest": facts["percentiles"]["100"], "total": facts["total"], "name": tokens.name}
    if tokens.is_estimate:
        return _estimated(most, over, values)
    if over:
        return say_many(
            "%(num)s row is longer than %(most)s tokens of %(name)s.",
            "%(num)s rows are longer than %(most)s tokens of %(name)s.",
            over,
            **values,
        )
    if most is not None:
        return say("Every row fits into %(most)s tokens of %(name)s; the longest has %(longest)s.", **values)
    return say("%(total)s tokens of %(name)s in all; the longest row has %(longest)s. No limit was given.", **values)


def _estimated(most: int | None, over: int, values: Facts) -> Message:
    if over:
        return say_many(
            "By an estimate (four bytes of text for a token), %(num)s row is longer than %(most)s tokens. "
            "Upload the model's tokenizer.json for a true count.",
            "By an estimate (four bytes of text for a token), %(num)s rows are longer than %(most)s tokens. "
            "Upload the model's tokenizer.json for a true count.",
            over,
            **values,
        )
    if most is not None:
        return say(
            "By an estimate (four bytes of text for a token), every row fits into %(most)s tokens; the longest has "
            "%(longest)s.",
            **values,
        )
    return say(
        "About %(total)s tokens in all, by an estimate (four bytes of text for a token). No limit was given.", **values
    )


def _facts(counts: "Counter[str]") -> Facts:
    """Total, percentiles, and rows by powers of two. Lengths above 1,024 are up to a thousandth too long."""
    lengths = sorted((int(name[3:]), rows) for name, rows in counts.items() if name.startswith("of "))
    rows = sum(many for _, many in lengths)
    histogram: Counter[int] = Counter()
    for length, many in lengths:
        histogram[1 << max(length - 1, 0).bit_length()] += many
    return {
        "total": counts["tokens"],
        "percentiles": {str(one): _percentile(lengths, rows, one) for one in _PERCENTILES},
        "histogram": [{"up_to": most, "rows": many} for most, many in sorted(histogram.items())],
    }


def _percentile(lengths: list[tuple[int, int]], rows: int, percent: int) -> int:
    """The length that so many per cent of the rows do not exceed."""
    seen = 0
    for length, many in lengths:
        seen += many
        if 100 * seen >= percent * rows:
            return length
    return 0
