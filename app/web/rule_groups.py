"""Which rules stand together on the recipe's page, in the order in which a person looks for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.messages import say
from app.web.recipe_form import Part


@dataclass(frozen=True)
class Group:
    """Filters that look at the same side of a sample, by their keys."""

    title: str
    about: str
    filters: tuple[str, ...]


GROUPS = (
    Group(
        say("Questions and answers"),
        say("For samples in which somebody asks and somebody answers."),
        ("length", "truncation", "placeholder", "refusal", "request", "echo", "prompt_leak", "residue", "repetition"),
    ),
    Group(
        say("Web pages and documents"),
        say("Published rules for text gathered from the web. They are made for long plain text, not for answers."),
        ("gopher_quality", "gopher_repetition", "c4", "fineweb", "nemo_english"),
    ),
    Group(say("Privacy"), say("What says too much about a person."), ("pii",)),
    Group(say("Language"), say("What a sample is written in."), ("language", "mismatch")),
    Group(
        say("Quality and readability"),
        say("How well a sample is written, and whether it can be read at all."),
        ("quality", "readability", "encoding", "markup"),
    ),
)
OTHER = Group(say("Other rules"), say("Rules that were added to this installation."), ())


def in_order(parts: Sequence[Part]) -> list[tuple[Group, list[Part]]]:
    """The filters group by group; groups without a filter are left out."""
    known = {part.key: part for part in parts}
    named = [(group, [known.pop(key) for key in group.filters if key in known]) for group in GROUPS]
    return [(group, found) for group, found in [*named, (OTHER, list(known.values()))] if found]


def used(parts: Sequence[Part]) -> list[Part]:
    """The filters that the recipe uses, in the order of their groups."""
    return [part for _, found in in_order(parts) for part in found if part.matters]


def more(parts: Sequence[Part]) -> list[tuple[Group, list[Part]]]:
    """The filters that the recipe does not use, group by group; those that only measure are no choice."""
    return in_order([part for part in parts if part.fields and not part.matters])
