"""Marks inside formatted text: placed by letters and digits, which formatting neither loses nor moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from app.services import spans
from app.web.marking import Cover, Marks, Placed, numbered
from app.web.material import NUMBER
from app.web.rendering import GLOBALS

# A mark for unseen characters holds words that are not the sample's; a tag and an entity hold no letter that is shown.
_PIECE = re.compile(r'(<span class="unseen">[^<]*</span>|<[^>]*>)')
_SIGN = re.compile(r"&[#\w]+;|.", re.DOTALL)
_LETTER = re.compile(r"[^\W_]")


@dataclass
class _Thread:
    """A mark by its first letter and the one after its last; `is_begun` once its number has been written."""

    placed: Placed
    first: int
    last: int
    is_begun: bool = False


def woven(marks: Marks, path: tuple[str | int, ...], text: str, rendered: Markup) -> Markup:
    """The formatted text of a turn with its marks; as plain text where a mark holds no letter that could place it."""
    found = laid_over(text, rendered, marks.placed(path), numbered)
    return marks.text(path, text) if found is None else found


def laid_over(text: str, rendered: Markup, placed: Sequence[Placed], cover: Cover) -> Markup | None:
    """The formatted text with each run of marked words under its cover; None where some hold no letter."""
    threads = [_thread(text, one) for one in placed]
    if rendered.startswith('<div class="plain">') or any(one.first == one.last for one in threads):
        return None
    return Markup("").join(_pieces(str(rendered), threads, cover))


def _thread(text: str, placed: Placed) -> _Thread:
    return _Thread(placed, *spans.letters(text, placed.mark.start, placed.mark.end))


def _pieces(rendered: str, threads: Sequence[_Thread], cover: Cover) -> Iterator[Markup]:
    at = 0
    for piece in _PIECE.split(rendered):
        if piece.startswith("<"):
            numbered = NUMBER.match(piece)
            at += len(numbered.group(1)) if numbered else 0
            yield Markup(piece)  # noqa: S704 - it comes from a text that was cleaned
        elif piece:
            yield from _words(piece, at, threads, cover)
            at += sum(1 for sign in _SIGN.findall(piece) if _is_letter(sign))


def _words(piece: str, at: int, threads: Sequence[_Thread], cover: Cover) -> Iterator[Markup]:
    """One run of text between two tags, cut wherever a mark begins or ends."""
    near = [one for one in threads if one.last > at]
    signs = _SIGN.findall(piece) if near else []
    letters = [place for place, sign in enumerate(signs) if _is_letter(sign)]
    laid = [(one, *_stretch(one, at, letters, len(signs))) for one in near if one.first < at + len(letters)]
    # One that began before and ends later lies over a run without letters too.
    laid += [(one, 0, len(signs)) for one in near if not letters and one.first < at]
    if not laid:
        yield Markup(piece)  # noqa: S704 - it comes from a text that was cleaned
        return
    cuts = sorted({0, len(signs), *(place for _, *ends in laid for place in ends)})
    for first, last in pairwise(cuts):
        over = [one for one, start, end in laid if start <= first and last <= end]
        yield _run("".join(signs[first:last]), over, cover)


def _stretch(thread: _Thread, at: int, letters: Sequence[int], signs: int) -> tuple[int, int]:
    """Where a mark lies in a run of text: from its first letter to its last; signs and spaces only between letters."""
    start = letters[thread.first - at] if thread.first >= at else 0
    last = thread.last - at
    return start, letters[last - 1] + 1 if last <= len(letters) else signs


def _run(run: str, over: Sequence[_Thread], cover: Cover) -> Markup:
    words = Markup(run)  # noqa: S704 - it comes from a text that was cleaned
    if not over or not run.strip():
        return words
    beginning = [one.placed for one in over if not one.is_begun]
    for one in over:
        one.is_begun = True
    return cover(words, [one.placed for one in over], beginning)


def _is_letter(sign: str) -> bool:
    return len(sign) == 1 and bool(_LETTER.match(sign))


GLOBALS.update(marks_of=Marks, woven=woven)
