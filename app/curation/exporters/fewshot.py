"""Few-shot prompt: eight approved examples that differ as much as possible, as text to put before a question.

An alternative to fine-tuning. Of up to 2,000 samples (those whose words have the smallest hashes: a fair draw that hangs on
nothing but the words) the first example is the one most like all others, and each further one the sample that is farthest
from those chosen (greedy max-min over Jaccard distances between sets of words). Long samples are passed over while
there are enough short ones. XML-like tags mark the parts, as model providers advise for examples in prompts.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import heappush, heapreplace
from typing import IO

import numpy as np
from numpy.typing import NDArray

from app.curation.conversation import one_round
from app.curation.exporter import Example, Exporter, Unsuitable
from app.curation.releasing.files import Writer
from app.curation.sample import Json

EXAMPLES = 8
CANDIDATES = 2_000
SHORT = 4_000
"""Characters, question and answer together."""
BITS = 4_096
"""A word sets one of so many bits; the distance is taken between those."""

_TAGS = re.compile(r"</?(?:examples?|input|output|system)>", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class FewShot(Exporter):
    title = "Few-shot prompt"
    suffix = "txt"
    in_one_file = True
    is_packed = True

    def rows(self, example: Example) -> Iterable[Json]:
        round = one_round(example.form, example.content)
        if not round.question.strip() or not round.response.strip():
            raise Unsuitable("The question or the answer is empty. Choose the text format, or correct the sample.")
        if _TAGS.search(f"{round.system} {round.question} {round.response}"):
            raise Unsuitable("The sample holds a tag that marks examples here. Choose a chat format.")
        return [{"system": round.system, "input": round.question, "output": round.response}]

    def faults(self, row: Json) -> Iterator[str]:
        if row.keys() != {"system", "input", "output"} or not all(isinstance(one, str) for one in row.values()):
            yield "An example must have the texts “system”, “input” and “output”."
            return
        for name in ("input", "output"):
            if not row[name].strip():
                yield f"“{name}” is empty."
        if _TAGS.search(" ".join(row.values())):
            yield "A text holds a tag that would end its example early."

    def writer(self, file: IO[bytes]) -> Writer:
        return Prompt(file)


class Prompt(Writer):
    """Holds the candidates, never all rows; writes the chosen ones when it is closed. The order of rows does not matter."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._held: list[tuple[tuple[bool, int], str, str, str]] = []

    def write(self, row: Json) -> None:
        texts = (row["system"], row["input"], row["output"])
        digest = blake2b("\0".join(texts).encode(), digest_size=8).digest()
        rank = (sum(map(len, texts)) > SHORT, int.from_bytes(digest))
        entry = ((not rank[0], -rank[1]), *texts)  # a heap's first is the least wanted
        if len(self._held) < CANDIDATES:
            heappush(self._held, entry)
        elif entry > self._held[0]:
            heapreplace(self._held, entry)

    def close(self) -> None:
        candidates = sorted(set(self._held), reverse=True)
        if short := [one for one in candidates if one[0][0]]:
            candidates = short if len(short) >= EXAMPLES else candidates
        chosen = far_apart([" ".join(one[2:]) for one in candidates], EXAMPLES)
        for number in chosen:
            self.file.write(_example(*candidates[number][1:]).encode())
        self.rows = len(chosen)


def far_apart(texts: list[str], most: int) -> list[int]:
    """The numbers of texts that differ most, the most typical first."""
    if not texts:
        return []
    bits = np.stack([_bits(text) for text in texts])
    first = int(np.argmax(bits @ bits.mean(axis=0) / np.sqrt(np.maximum(bits.sum(axis=1), 1))))
    chosen, nearest = [first], _distances(bits, first)
    while len(chosen) < min(most, len(texts)):
        nearest[chosen] = -1
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, _distances(bits, chosen[-1]))
    return chosen


def _bits(text: str) -> NDArray[np.float32]:
    found = np.zeros(BITS, np.float32)
    for word in set(_WORD.findall(text.casefold())):
        found[int.from_bytes(blake2b(word.encode(), digest_size=4).digest()) % BITS] = 1
    return found


def _distances(bits: NDArray[np.float32], row: int) -> NDArray[np.float32]:
    shared = bits @ bits[row]
    union = bits.sum(axis=1) + bits[row].sum() - shared
    distances: NDArray[np.float32] = 1 - shared / np.maximum(union, 1)
    return distances


def _example(system: str, asked: str, answered: str) -> str:
    told = f"<system>\n{system}\n</system>\n" if system else ""
    return f"<example>\n{told}<input>\n{asked}\n</input>\n<output>\n{answered}\n</output>\n</example>\n\n"
