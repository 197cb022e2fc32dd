"""What of a message is new, what is quoted from the one before, and what is a signature."""

import re
from collections.abc import Iterator

from app.curation.documents.document import BlockKind

_SAYS = re.compile(
    r"^(?:On|Am|Le|El|Il|Op|Em|Den)\b.{4,200}\b"
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev)\b.{0,80}:\s*$",
    re.I,
)
_ORIGINAL = re.compile(
    r"^\s*(?:-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|"
    r"Weitergeleitete Nachricht)\s*-{2,}|_{20,})\s*$",
    re.I,
)
_FROM = re.compile(r"^\s*(?:\*?From:\*?|Von:|De\s?:)\s+\S")
_SENT = re.compile(r"^\s*(?:\*?(?:Sent|Date|To):\*?|Gesendet:|An:|Envoyé\s?:|À\s?:|Enviado:|Para:)\s+\S")
_SIGNATURE = re.compile(r"^-- ?$")
_DEVICE = re.compile(r"^(?:Sent from my |Get Outlook for |Von meinem .{2,30} gesendet|Envoyé de mon )", re.I)


def parts(text: str) -> Iterator[tuple[BlockKind, str]]:
    """PARAGRAPH for what the sender wrote, QUOTE, FURNITURE; whole lines, in order."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kinds = _kinds(lines)
    start = 0
    for place in range(1, len(lines) + 1):
        if place == len(lines) or kinds[place] is not kinds[start]:
            yield kinds[start], "\n".join(lines[start:place])
            start = place


def _kinds(lines: list[str]) -> list[BlockKind]:
    """Of each line. Empty lines go with what is before them."""
    kinds: list[BlockKind] = []
    signed = quoting = False
    for place, line in enumerate(lines):
        quoting = quoting or _starts_original(lines, place)
        signed = (signed or _SIGNATURE.match(line) is not None) and not line.startswith(">")
        if quoting or line.startswith(">") or _introduces(lines, place):
            kinds.append(BlockKind.QUOTE)
        elif signed or _DEVICE.match(line):
            kinds.append(BlockKind.FURNITURE)
        elif not line.strip() and kinds:
            kinds.append(kinds[-1])
        else:
            kinds.append(BlockKind.PARAGRAPH)
    return kinds


def _starts_original(lines: list[str], place: int) -> bool:
    """The head of a message that some programs put over what they quote to the end."""
    line = lines[place]
    if _ORIGINAL.match(line):
        return any(map(_FROM.match, lines[place + 1 : place + 5]))
    return bool(_FROM.match(line)) and sum(_SENT.match(one) is not None for one in lines[place + 1 : place + 5]) >= 2


def _introduces(lines: list[str], place: int) -> bool:
    """On Monday, A wrote: which may be broken over two lines, right before a quotation."""
    following = [line for line in lines[place + 1 : place + 5] if line.strip()][:2]
    if not any(line.startswith(">") for line in following):
        return False
    after = lines[place + 1] if place + 1 < len(lines) else ""
    before = lines[place - 1] if place else ""
    return any(map(_SAYS.match, (lines[place], f"{lines[place]} {after}", f"{before} {lines[place]}")))
