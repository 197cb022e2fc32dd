"""The compared texts of many files on disk: written once, then read as one buffer wherever compiled code needs them."""

from array import array
from tempfile import TemporaryFile
from typing import Self

import numpy as np

from app.curation.sample import Source
from app.curation.texts import Texts


class Stash:
    """Memory grows by 24 bytes per text; the texts are in an unnamed file that vanishes with the process."""

    def __init__(self, directory: str) -> None:
        self._file = TemporaryFile(dir=directory)  # noqa: SIM115 - closed with the stash
        self._ends = array("q", [0])
        self._positions = array("q")
        self._owners = array("q")
        self.files: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._positions)

    def add(self, texts: Texts, sources: list[Source]) -> None:
        """Texts and where they stood, in the same order; records come file by file."""
        begin, end = int(texts.offsets[0]), int(texts.offsets[-1])
        self._file.write(texts.data[begin:end].tobytes())
        self._ends.frombytes((texts.offsets[1:] - begin + self._ends[-1]).astype(np.int64).tobytes())
        for source in sources:
            if not self.files or self.files[-1] != source.file:
                self.files.append(source.file)
            self._owners.append(len(self.files) - 1)
            self._positions.append(source.position)

    def texts(self) -> Texts:
        """All texts, read from disk as they are needed."""
        self._file.flush()
        data = np.memmap(self._file, np.uint8, "r") if self._ends[-1] else np.empty(0, np.uint8)
        return Texts(data, np.frombuffer(self._ends, np.int64))

    def owners(self) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """The number of each text's file in `files`."""
        return np.array(self._owners, np.int64)

    def id(self, row: int) -> str:
        """The sample's id: ``FILE:POSITION``."""
        return f"{self.files[self._owners[row]]}:{self._positions[row]}"
