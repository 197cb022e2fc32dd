"""Near-duplicates by Winnow and by its peers, each from a list of texts to the set of documents to drop.

All use sequences of five words, about 128 hashes and a threshold of 0.8. Winnow also returns its verified pairs.
"""

import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from app.curation.near import Clusters

Dropped: TypeAlias = set[int]
Pair: TypeAlias = tuple[int, int]
THRESHOLD, WORDS, PERMUTATIONS = 0.8, 5, 128
_WORD = re.compile(r"\w+(?:'\w+)*")


def winnow(texts: list[str]) -> "Clusters":
    """Verified pairs, clusters by the leader rule."""
    from app.curation.near import near_duplicates

    return near_duplicates(texts, THRESHOLD)


def plain(found: "Clusters | Dropped") -> tuple[Dropped, set[Pair]]:
    """What a tool found as sets: rows to drop, and pairs where it tells them."""
    if isinstance(found, set):
        return found, set()
    return set(found.dropped.tolist()), set(map(tuple, found.all_pairs().tolist()))


def shingles_in_python(texts: list[str]) -> Dropped:
    """Nothing but the sets of sequences, which every peer needs before it can begin."""
    for text in texts:
        _shingles(text)
    return set()


def datasketch_bulk(texts: list[str]) -> Dropped:
    """Its fastest documented way: xxhash, bulk signatures, its own choice of bands; what matches nothing stays."""
    from datasketch import MinHash, MinHashLSH
    from xxhash import xxh3_64_intdigest

    def hashed(value: bytes) -> int:
        return xxh3_64_intdigest(value) & 0xFFFFFFFF

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    sets = (_encoded(text) for text in texts)
    dropped = set()
    for row, one in enumerate(MinHash.generator(sets, num_perm=PERMUTATIONS, hashfunc=hashed)):
        if index.query(one):
            dropped.add(row)
        else:
            index.insert(row, one, check_duplication=False)
    return dropped


def rensa_streaming(texts: list[str]) -> Dropped:
    """As its README shows it: candidates by its index, checked by the similarity of sketches."""
    from rensa import RMinHashDeduplicator

    one = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=PERMUTATIONS, use_lsh=True)
    kept = one.add_pairs((str(row), list(_shingles(text))) for row, text in enumerate(texts))
    return {row for row, is_kept in enumerate(kept) if not is_kept}


def datatrove_minhash(texts: list[str]) -> Dropped:
    """Its local pipeline with its defaults: signatures, buckets, clusters. One document of each cluster stays."""
    from datatrove.data import Document
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from xxhash import xxh64_intdigest

    config = MinhashConfig()
    documents = (Document(text=text, id=str(row)) for row, text in enumerate(texts))
    with TemporaryDirectory() as folder:
        sketches, buckets, removed = (str(Path(folder, name)) for name in ("sketches", "buckets", "removed"))
        signing = MinhashDedupSignature(sketches, config=config)
        signing._hash_func = lambda gram: xxh64_intdigest(gram.encode())  # xxhash 4 takes no strings, datatrove gives them
        signing.run(documents)
        for rank in range(config.num_buckets):
            MinhashDedupBuckets(sketches, buckets, config=config).run(rank=rank, world_size=config.num_buckets)
        MinhashDedupCluster(buckets, removed, config=config).run()
        raw = Path(removed, "000000.remove").read_bytes()
    return {row for (row,) in struct.iter_unpack("<I", raw)}


def exact_yardstick(texts: list[str]) -> Dropped:
    """25 bands of 5 numbers by datasketch, then the exact Jaccard of every candidate pair in Python: all pairs, as here.

    What stays resembles nothing that stays.
    """
    from datasketch import MinHash, MinHashLSH
    from xxhash import xxh3_64_intdigest

    index = MinHashLSH(num_perm=125, params=(25, 5))
    sets: list[set[str]] = []
    dropped = set()
    blank = MinHash(num_perm=125, hashfunc=lambda value: xxh3_64_intdigest(value) & 0xFFFFFFFF)
    for row, text in enumerate(texts):
        found, sketch = _shingles(text), blank.copy()
        sketch.update_batch([value.encode() for value in found])
        alike = [other for other in index.query(sketch) if _jaccard(found, sets[other]) >= THRESHOLD]
        if any(other not in dropped for other in alike):
            dropped.add(row)
        index.insert(row, sketch, check_duplication=False)
        sets.append(found)
    return dropped


PEERS: dict[str, Callable[[list[str]], Dropped]] = {
    "python sets": shingles_in_python,
    "rensa": rensa_streaming,
    "datasketch": datasketch_bulk,
    "yardstick": exact_yardstick,
    "datatrove": datatrove_minhash,
}


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return {" ".join(words[at : at + WORDS]) for at in range(max(1, len(words) - WORDS + 1))}


def _encoded(text: str) -> list[bytes]:
    return [value.encode() for value in _shingles(text)]


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def documents_of(lines: Iterator[bytes]) -> list[str]:
    """The texts of {"text": ...} lines."""
    import orjson

    return [orjson.loads(line)["text"] for line in lines]
