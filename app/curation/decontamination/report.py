"""What was found in a corpus, benchmark by benchmark, and which suspects a person should see."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from app.curation.decontamination.findings import Contamination, Suspect
from app.curation.decontamination.fingerprint import Fingerprint
from app.curation.decontamination.settings import Decontamination
from app.curation.sample import Json

Found = TypeVar("Found", Contamination, Suspect)
_DEFAULT = Decontamination()


@dataclass
class BenchmarkReport:
    """`hit` items of `items` stand in the corpus; `tiers` counts the findings, `suspected` items with suspects alone."""

    benchmark: str
    items: int
    hit: int = 0
    samples: int = 0
    suspected: int = 0
    share: float = 0.0
    contaminated: bool = False
    tiers: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> Json:
        return asdict(self)


def report(
    prints: Iterable[Fingerprint],
    contaminations: Iterable[Contamination],
    suspects: Iterable[Suspect] = (),
    settings: Decontamination = _DEFAULT,
) -> list[BenchmarkReport]:
    """One line per benchmark; it is contaminated when more than `max_items` of its items are hit (Tülu 3: 2 %).

    Rows of findings must be numbered through over all batches.
    """
    sure, doubtful = _by_benchmark(contaminations), _by_benchmark(suspects)
    return [_line(one, sure[one.name], doubtful[one.name], settings) for one in prints]


def likeliest(suspects: Iterable[Suspect], settings: Decontamination = _DEFAULT) -> list[Suspect]:
    """The suspects for a person, likeliest first: at most `most_suspects` of one item, as some items are like anything."""
    taken: Counter[tuple[str, str]] = Counter()
    found = []
    for suspect in sorted(suspects, key=lambda one: (-one.score, one.row, one.benchmark, one.item)):
        taken[suspect.benchmark, suspect.item] += 1
        if taken[suspect.benchmark, suspect.item] <= settings.most_suspects:
            found.append(suspect)
    return found


def _by_benchmark(findings: Iterable[Found]) -> defaultdict[str, list[Found]]:
    found: defaultdict[str, list[Found]] = defaultdict(list)
    for one in findings:
        found[one.benchmark].append(one)
    return found


def _line(
    one: Fingerprint, sure: list[Contamination], doubtful: list[Suspect], settings: Decontamination
) -> BenchmarkReport:
    hit = {found.item for found in sure}
    share = len(hit) / len(one.ids) if one.ids else 0.0
    return BenchmarkReport(
        one.name,
        len(one.ids),
        len(hit),
        len({found.row for found in sure}),
        len({found.item for found in doubtful} - hit),
        share,
        share > settings.max_items,
        dict(Counter(found.tier for found in sure)),
    )
