"""A release's folder as it is downloaded: files by split, and what stands beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.curation.exporter import Example, exporters
from app.curation.releasing.files import Compressed


def released(folder: Path, key: str, splits: Mapping[str, Sequence[Example]], *, compress: bool = False) -> Path:
    """The folder with one file for each split."""
    exporter = exporters()[key]()
    files: dict[str, list[str]] = {}
    for split, examples in splits.items():
        name = f"data/{split}-00000-of-00001.{exporter.suffix}" + (".zst" if compress else "")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as plain:
            _write(key, Compressed(plain) if compress else plain, examples)
        files[split] = [name]
    for name, content in exporter.beside(files).items():
        (folder / name).write_bytes(content)
    return folder


def _write(key: str, file: object, examples: Sequence[Example]) -> None:
    exporter = exporters()[key]()
    with exporter.writer(file) as writer:  # type: ignore[arg-type]
        for example in examples:
            for row in exporter.rows(example):
                assert list(exporter.faults(row)) == []
                writer.write(row)
    if isinstance(file, Compressed):
        file.close()
