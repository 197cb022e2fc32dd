"""Winnow and datatrove look for the questions of a benchmark in the same documents: CPU seconds, found, false hits.

Every 50th document holds a question of the benchmark in its middle. Documents come from `corpus.py`. Winnow is measured
from texts to findings: first its sequences of words alone (its table has those of 8 words, of which longer ones are
made), then with its paraphrases too. datatrove is measured with 13-grams and with the 12-grams that are its default.

python -m benchmarks.decontamination [DOCUMENTS] [--benchmark FILE] [--data FOLDER]
"""

import argparse
import random
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
from datatrove.utils.text import ngrams, simplify_text
from xxhash import xxh64_intdigest

from app.curation.batch import Batch
from app.curation.decontamination import Benchmark, Decontamination, Index
from app.curation.sample import Form, Sample, Source
from benchmarks.corpus import DATA, documents

BATCH, EVERY, REPEATS = 1024, 50, 5
"""Winnow takes a fraction of a second: the median of five runs stands beside one of datatrove."""


class Result(NamedTuple):
    """CPU seconds, and which documents were found."""

    name: str
    seconds: float
    found: set[int]


def planted(count: int, questions: list[str], data: Path) -> tuple[list[str], set[int]]:
    """The documents and the numbers of those that hold a question."""
    chance = random.Random(7)
    texts = list(islice(documents(data=data), count))
    places = set(range(0, count, EVERY))
    for place in places:
        words = texts[place].split(" ")
        at = chance.randrange(len(words))
        texts[place] = " ".join([*words[:at], chance.choice(questions), *words[at:]])
    return texts, places


def winnow(name: str, texts: list[str], index: Index, settings: Decontamination) -> Result:
    _search(texts[:BATCH], index, settings)  # compiled code is loaded once per process
    runs = [_timed(name, texts, lambda some: _search(some, index, settings)) for _ in range(REPEATS)]
    return sorted(runs, key=lambda run: run.seconds)[REPEATS // 2]


def _search(texts: list[str], index: Index, settings: Decontamination) -> set[int]:
    found = set()
    for first in range(0, len(texts), BATCH):
        some = [Sample(Form.TEXT, {"text": text}, Source("x", 0)) for text in texts[first : first + BATCH]]
        found |= {first + hit.row for hit in index.inspect(Batch(some), settings).contaminations}
    return found


def datatrove(n: int, texts: list[str], questions: Iterable[str]) -> Result:
    with TemporaryDirectory() as folder:
        config = NGramsDecontConfig(n_grams=n, find_query_ngrams=True)
        peer = NGramsDecontFilter(folder, config)
        peer.hash_func = lambda gram: xxh64_intdigest(gram.encode())  # xxhash 4 takes no strings, datatrove gives them
        hashes = {
            peer.hash_func(" ".join(gram))
            for question in questions
            for gram in ngrams(peer.tokenizer.word_tokenize(simplify_text(question, config.norm_config)), n)
        }
        np.array(list(hashes), config.hash_config.np_descr).tofile(Path(folder) / "questions.index.hashes")
        peer.filter(Document(text=texts[0], id=""))
        return _timed(f"datatrove, {n}-grams", texts, lambda some: _dropped(peer, some))


def _dropped(peer: NGramsDecontFilter, texts: list[str]) -> set[int]:
    return {row for row, text in enumerate(texts) if peer.filter(Document(text=text, id=str(row))) is not True}


def _timed(name: str, texts: list[str], search: Callable[[list[str]], set[int]]) -> Result:
    began = process_time()
    found = search(texts)
    return Result(name, process_time() - began, found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("documents", type=int, nargs="?", default=10_000)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--benchmark", type=Path)
    given = parser.parse_args()
    benchmark = Benchmark.read(given.benchmark or given.data / "bench_gsm8k" / "test.jsonl")
    questions = [item.question for item in benchmark.items]
    texts, places = planted(given.documents, questions, given.data)
    index = Index.of([benchmark])
    print(f"{len(texts):,} documents, {len(questions):,} questions, {len(places):,} planted")
    report(
        [
            winnow("winnow, words in a row", texts, index, Decontamination(exact=False, paraphrases=False)),
            winnow("winnow, and whole questions", texts, index, Decontamination(paraphrases=False)),
            winnow("winnow, and paraphrases", texts, index, Decontamination()),
            datatrove(13, texts, questions),
            datatrove(12, texts, questions),
        ],
        places,
    )


def report(results: list[Result], places: set[int]) -> None:
    slowest = next(result for result in results if result.name.startswith("datatrove"))
    print(f"{'':30} CPU s  documents/s   ratio  found  false")
    for name, seconds, found in results:
        rate = len(places) * EVERY / seconds
        ratio, hits, false = slowest.seconds / seconds, len(found & places), len(found - places)
        print(f"{name:30} {seconds:5.2f} {rate:12,.0f} {ratio:7.1f} {hits:6,} {false:6,}")


if __name__ == "__main__":
    main()
