"""Open elements of a document as they fill, and how what they hold becomes one text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.curation.documents.markup.roles import Role

_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
BREAK = "\u2028"


@dataclass(slots=True)
class Part:
    """A finished piece of an element: running text (INLINE) or a block of its own."""

    role: Role
    text: str
    cells: tuple[str, ...] = ()
    mark: str = ""
    level: int = 0


@dataclass(slots=True)
class Frame:
    """An open element. `titled` once it holds a heading: headings within its children stand a level deeper."""

    name: str
    role: Role
    attributes: dict[str, str]
    language: str = ""
    parts: list[Part] = field(default_factory=list)
    titled: bool = False
    container: bool = False

    def say(self, text: str | None) -> None:
        """Running text directly in the element."""
        if text:
            self.parts.append(Part(Role.INLINE, text))

    def speaks(self) -> bool:
        """Whether words stand directly in it, so that its elements are parts of a sentence."""
        return any(part.role is Role.INLINE and part.text.strip() for part in self.parts)


def squeezed(text: str) -> str:
    """Blanks as one; line breaks of verse stay."""
    lines = (_SPACE.sub(" ", line).strip() for line in text.split(BREAK))
    return "\n".join(lines).strip("\n")


def running(parts: Iterable[Part]) -> str:
    """Everything as one running text; blocks in it stand apart by a blank."""
    return squeezed("".join(part.text if part.role is Role.INLINE else f" {part.text} " for part in parts))


def lines(parts: Iterable[Part]) -> list[str]:
    """Blocks on lines of their own, running text between them too."""
    found: list[str] = []
    run: list[Part] = []
    for part in parts:
        if part.role is Role.INLINE:
            run.append(part)
            continue
        found += [running(run), part.text]
        run = []
    return [line for line in [*found, running(run)] if line.strip()]


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else "" for line in text.split("\n"))
