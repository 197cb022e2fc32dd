"""What personal data the words still hold as they leave."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.curation.filters.pii import Pii
from app.curation.pii.detection import Found, find_all
from app.curation.pii.detector import kinds
from app.curation.pii.measures import measure_of
from app.curation.recipe import Recipe
from app.curation.releasing.composition import Composition
from app.messages import Message, say, say_many
from app.models import Level, Release
from app.services.gate import Check, Finding, Outcome
from app.services.gates import secrets
from app.services.release_page import Page, Said
from app.services.release_rows import Row

_KIND, _REFUSED = "kind:", "refused:"


class Privacy(Check):
    title = "Personal data"
    about = (
        "Every text once more after masking, tool calls included, for the kinds of personal data that the recipe looks "
        "for, or all kinds. What the recipe masks or drops may not be among them."
    )

    def __init__(self, session: Session, release: Release, composition: Composition) -> None:
        super().__init__(session, release, composition)
        self._filter = _filter(release)
        self._most = {one.rule.measure.name: one.bound for one in self._filter.limits()}

    def look(self, session: Session, rows: Page) -> Iterator[Finding]:
        by_place: dict[int, Counter[str]] = {}
        for said, found in self._found(rows):
            kept = [one.kind for one in self._filter.policy.counted(said, found) if one.kind != secrets.KIND]
            if kept:
                by_place.setdefault(said.place, Counter()).update(kept)
        findings = [self._finding(rows[place], held) for place, held in sorted(by_place.items())]
        yield from sorted(findings, key=lambda one: not one.blocks)

    def _found(self, rows: Page) -> list[tuple[Said, list[Found]]]:
        if not self._filter.further:
            return rows.personal_data
        return list(zip(rows.said, find_all(rows.said, self._filter.policy.detectors), strict=True))

    def _finding(self, row: Row, held: "Counter[str]") -> Finding:
        """Names kinds and numbers, never the words."""
        for kind, many in held.items():
            self.counts[_KIND + kind] += many
        refused = sorted(kind for kind, many in held.items() if self._refuses(row, kind, many))
        for kind in refused:
            self.counts[_REFUSED + kind] += 1
        self.counts["refused"] += bool(refused)
        told = ", ".join(f"{kinds()[kind]} ({many})" for kind, many in sorted(held.items()))
        if refused:
            return Finding(row, say("It holds, though the recipe masks or drops it: %(kinds)s.", kinds=told), blocks=True)
        return Finding(row, say("It holds: %(kinds)s.", kinds=told))

    def _refuses(self, row: Row, kind: str, many: int) -> bool:
        """Masked kinds may not be there at all, others as often as the recipe lets pass or a person has."""
        if self._filter.policy.action(kind) == "mask":
            return True
        return not row.is_overruled and many > self._most.get(measure_of(kind).name, many)

    @classmethod
    def outcome(cls, session: Session, release: Release, composition: Composition, counts: "Counter[str]") -> Outcome:
        facts = {"kinds": dict(sorted(_of(counts, _KIND).items()))}
        if refused := counts["refused"]:
            return Outcome(Level.BLOCK, _refused(refused, _of(counts, _REFUSED)), refused, facts)
        if rows := counts["found"]:
            told = ", ".join(f"{kinds()[kind]} {many:,}" for kind, many in facts["kinds"].items())
            words = say_many(
                "%(num)s row may hold personal data: %(kinds)s.",
                "%(num)s rows may hold personal data: %(kinds)s.",
                rows,
                kinds=told,
            )
            return Outcome(Level.WARN, words, rows, facts)
        return Outcome(Level.PASS, say("No row holds personal data of the kinds that are looked for."), 0, facts)


def _filter(release: Release) -> Pii:
    """The recipe's own settings as they were frozen; all kinds are looked for where it has none."""
    frozen = release.frozen.get("recipe")
    found = Recipe.model_validate(frozen["recipe"]).filters.get("pii") if frozen else None
    return found if isinstance(found, Pii) else Pii(max_personal_data=None, ignored=[])


def _of(counts: "Counter[str]", prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): many for name, many in counts.items() if name.startswith(prefix) and many}


def _refused(rows: int, held: dict[str, int]) -> Message:
    return say_many(
        "%(num)s row holds personal data of kinds that the recipe masks or drops: %(kinds)s.",
        "%(num)s rows hold personal data of kinds that the recipe masks or drops: %(kinds)s.",
        rows,
        kinds=", ".join(kinds()[kind] for kind in sorted(held)),
    )
