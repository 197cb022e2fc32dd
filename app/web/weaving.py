"""Marks inside formatted text: placed by letters and digits, which formatting neither loses nor moves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.services import spans
from app.web.marking import Marks, Placed, covered
from app.web.material import NUMBER

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
    threads = [_thread(text, placed) for placed in marks.placed(path)]
    if rendered.startswith('<div class="plain">') or any(one.first == one.last for one in threads):
        return marks.text(path, text)
    return Markup("").join(_pieces(str(rendered), threads))


def _thread(text: str, placed: Placed) -> _Thread:
    return _Thread(placed, *spans.letters(text, placed.mark.start, placed.mark.end))


def _pieces(rendered: str, threads: Sequence[_Thread]) -> Iterator[Markup]:
    at = 0
    for piece in _PIECE.split(rendered):
        if piece.startswith("<"):
            numbered = NUMBER.match(piece)
            at += len(numbered.group(1)) if numbered else 0
            yield Markup(piece)  # noqa: S704 - it comes from a text that was cleaned
        elif piece:
            yield from _words(piece, at, threads)
            at += sum(1 for sign in _SIGN.findall(piece) if _is_letter(sign))


def _words(piece: str, at: int, threads: Sequence[_Thread]) -> Iterator[Markup]:
    """One run of text between two tags, cut wherever another set of marks lies over it."""
    near = [one for one in threads if one.last > at]
    run = ""
    over: tuple[_Thread, ...] = ()
    for sign in _SIGN.findall(piece) if near else [piece]:
        now = tuple(one for one in near if _covers(one, at, sign)) if near else ()
        if now != over and run:
            yield _run(run, over)
            run = ""
        run, over = run + sign, now
        at += _is_letter(sign) if near else 0
    yield _run(run, over)


def _covers(thread: _Thread, at: int, sign: str) -> bool:
    """From the first letter to the last: signs and spaces only between letters."""
    return thread.first <= at < thread.last if _is_letter(sign) else thread.first < at < thread.last


def _run(run: str, over: Sequence[_Thread]) -> Markup:
    words = Markup(run)  # noqa: S704 - it comes from a text that was cleaned
    if not over or not run.strip():
        return words
    beginning = [one.placed for one in over if not one.is_begun]
    for one in over:
        one.is_begun = True
    return covered(words, len(over) > 1, beginning)


def _is_letter(sign: str) -> bool:
    return len(sign) == 1 and bool(_LETTER.match(sign))
