"""Documents of about 1.6 kB with many near-duplicates, of any number, always the same for a seed.

Every document is put together from passages of real technical, medical and legal texts; then some are copied with small
and large edits (words replaced, left out and put in, blocks moved, template headers), so that pairs of every
similarity occur, about one of 0.8 or more per document. Some follow a template: they share half of their text with
hundreds of others without being copies, as manuals and licences do.

python benchmarks/corpus.py SIZE FILE.jsonl [--seed N] [--data FOLDER]
"""

import argparse
import random
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

DATA = Path(__file__).parents[2] / "shared" / "data"
PASSAGE, PASSAGES = 400, 4
"""Characters of a passage and passages of a document, about."""
NEW, EQUAL = 0.5, 0.08
"""Shares of documents that copy no other, and of copies that change at most blanks and capitals."""
TEMPLATED, FAMILY = 0.13, 300
"""Share of documents that follow a template, and how many follow the same one. Nobody copies them."""
REMEMBERED = 1024
"""A document can be copied until so many others have come."""
MOST_EDITS = 24


def documents(seed: int = 1, data: Path = DATA) -> Iterator[str]:
    """Endless; one document after another, a few thousand of them in memory."""
    chance = random.Random(seed)
    source = Source(passages(data), chance)
    recent: list[list[str]] = []
    while True:
        if chance.random() < TEMPLATED:
            yield source.framed(source.filled_in())
            continue
        words = source.copy(_parent(recent, chance)) if recent and chance.random() > NEW else source.fresh()
        if len(recent) < REMEMBERED:
            recent.append(words)
        else:
            recent[chance.randrange(REMEMBERED)] = words
        yield source.framed(words)


def _parent(recent: list[list[str]], chance: random.Random) -> list[str]:
    """Some documents are copied far more often than others, as templates are."""
    return recent[int(len(recent) * chance.random() ** 4)]


class Source:
    """Passages, a vocabulary and headers to make documents of."""

    def __init__(self, passages: list[list[str]], chance: random.Random) -> None:
        self.passages = passages
        self.chance = chance
        self.vocabulary = [word for passage in passages[:: max(1, len(passages) // 4000)] for word in passage]
        self.template: list[str] = []
        self.following = FAMILY
        self.headers = ["".join(chance.choice(passages)[:30]) + "\n\n" for _ in range(40)]

    def fresh(self) -> list[str]:
        """A document of its own: passages of several sources, one word in twenty replaced."""
        words = self._passages(self.chance.choice((PASSAGES - 1, PASSAGES, PASSAGES, PASSAGES + 1)))
        for _ in range(len(words) // 20):
            words[self.chance.randrange(len(words))] = self.word()
        return words

    def filled_in(self) -> list[str]:
        """A template with a passage of its own: like its family, and no copy of any of them."""
        if self.following == FAMILY:
            self.template, self.following = self._passages(PASSAGES - 1), 0
        self.following += 1
        at = self.chance.choice((0, len(self.template) // 2, len(self.template)))
        return [*self.template[:at], *self._passages(1), *self.template[at:]]

    def _passages(self, count: int) -> list[str]:
        return [word for _ in range(count) for word in self.chance.choice(self.passages)]

    def copy(self, words: list[str]) -> list[str]:
        """The document with a few or many edits, or none."""
        copied = list(words)
        if self.chance.random() >= EQUAL:
            for _ in range(1 + int(MOST_EDITS * self.chance.random() ** 2)):
                self._edit(copied)
        return copied

    def framed(self, words: list[str]) -> str:
        """The text; one in eight under a header that others share, some in other capitals."""
        text = "".join(words).rstrip()
        drawn = self.chance.random()
        if drawn < 0.125:
            return self.chance.choice(self.headers) + text
        return text.upper() if drawn > 0.99 else text

    def word(self) -> str:
        return self.chance.choice(self.vocabulary)

    def _edit(self, words: list[str]) -> None:
        at, kind = self.chance.randrange(len(words)), self.chance.random()
        if kind < 0.6:
            words[at] = self.word()
        elif kind < 0.75 and len(words) > 100:
            del words[at : at + self.chance.randint(1, 3)]
        elif kind < 0.95:
            words[at:at] = [self.word() for _ in range(self.chance.randint(1, 4))]
        else:
            block = words[at : at + 40]
            del words[at : at + 40]
            there = self.chance.randrange(len(words) + 1)
            words[there:there] = block


def passages(data: Path) -> list[list[str]]:
    """The words of all source texts in passages, each word with the blanks behind it."""
    found = []
    for text in _texts(data):
        words = re.findall(r"\S+\s*", text)
        per_passage = max(1, round(PASSAGE * len(words) / max(1, len(text))))
        found += [words[first : first + per_passage] for first in range(0, len(words) - per_passage, per_passage)]
    return found


def _texts(data: Path) -> Iterator[str]:
    for folder in ("docs_tech", "docs_contracts", "docs_medquad"):
        for path in sorted((data / folder).rglob("*")):
            if path.suffix == ".xml":
                answers = ElementTree.parse(path).getroot().iter("Answer")
                yield "\n\n".join(answer.text or "" for answer in answers)
            elif path.is_file() and path.name != "SOURCE.md":
                yield path.read_text("utf-8", "replace")


def write(path: Path, size: int, seed: int = 1, data: Path = DATA) -> None:
    """One {"text": ...} per line."""
    with path.open("wb") as file:
        for text in islice(documents(seed, data), size):
            file.write(orjson.dumps({"text": text}, option=orjson.OPT_APPEND_NEWLINE))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("size", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=DATA)
    chosen = parser.parse_args()
    write(chosen.file, chosen.size, chosen.seed, chosen.data)


if __name__ == "__main__":
    main()
