"""Labels as a table (CSV): one line for each sample, one column for each question, safe to open in a spreadsheet.

RFC 4180 in UTF-8, every cell quoted. What a spreadsheet would run as a formula gets a ' in front (OWASP, "CSV Injection").
Answers that are more than one word or number are written as JSON.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import orjson

from app.curation.exporter import Example, Exporter
from app.curation.exporters import _labelled
from app.curation.releasing.files import Writer
from app.curation.sample import Form, Json

FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a cell must not begin with: OWASP's list."""


class LabelsCSV(Exporter):
    title = "Labels as a table (CSV)"
    suffix = "csv"
    reads_original = True
    reads_answers = True
    in_one_file = True

    def rows(self, example: Example) -> Iterable[Json]:
        pieces = _labelled.read(example)
        text = pieces[0].text if example.form is Form.TEXT else "\n\n".join(f"{one.role}: {one.text}" for one in pieces)
        labels = _labelled.answers(example, pieces)
        return [{"text": safe(text)} | {f"label_{key}": _cell(answer) for key, answer in labels.items()}]

    def faults(self, row: Json) -> Iterator[str]:
        if "text" not in row:
            yield "The line lacks its text."
        if len(row) < 2:
            yield "The line has no label."
        for name, cell in row.items():
            if not isinstance(cell, str | int | float):
                yield f"“{name}” must be text or a number."
            elif isinstance(cell, str) and cell.startswith(FORMULA):
                yield f"“{name}” would be run as a formula by a spreadsheet."

    def writer(self, file: IO[bytes]) -> Writer:
        return Table(file)


class Table(Writer):
    """The heading names every column of any line, so lines wait in a nameless file until all are known."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._columns: dict[str, None] = {}
        self._waiting: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by `forget`

    def write(self, row: Json) -> None:
        self._columns |= dict.fromkeys(row)
        self._waiting.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.rows += 1

    def close(self) -> None:
        """The text first, then the questions by name: the order does not hang on which line came first."""
        names = sorted(self._columns, key=lambda name: (name != "text", name))
        self._waiting.seek(0)
        self._line(names)
        for line in self._waiting:
            row = orjson.loads(line)
            self._line([row.get(name, "") for name in names])

    def forget(self) -> None:
        self._waiting.close()

    def _line(self, cells: list[Any]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
        self.file.write(out.getvalue().encode())


def safe(text: str) -> str:
    """No cell begins like a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(answer: Any) -> Any:
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return answer
    return safe(answer if isinstance(answer, str) else orjson.dumps(answer).decode())
