"""FineWeb's own rules (Penedo et al. 2024), as datatrove 0.10 counts them (`fineweb_quality_filter.py`)."""

from pydantic import Field

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.english import classes
from app.curation.filter import Filter
from app.curation.kernels.fineweb import count_lines

CLOSED = Measure("fineweb_closed_line_share", "Lines that end in an end mark", kind="share")
SHORT = Measure("fineweb_short_line_share", "Short lines", kind="share")
REPEATED = Measure("fineweb_duplicate_line_characters", "Text in lines that came before", kind="share")
NEWLINES = Measure("fineweb_newlines_per_word", "Line breaks per word", kind="score")


class FineWeb(Filter):
    """Does it read like prose and not like a list or a menu? Text that is not mostly in Latin letters passes."""

    short_line: int = Field(
        default=30, ge=0, title="Characters in a short line", description="Lines up to this length count as short."
    )
    min_closed_lines: Bound = at_least(0.12, CLOSED, "lines_without_end_mark", "datatrove: line_punct_ratio, empty.")
    max_short_lines: Bound = at_most(0.67, SHORT, "too_many_short_lines", "datatrove: short_line_ratio.")
    max_duplicate_characters: Bound = at_most(0.01, REPEATED, "same_lines_again", "datatrove: char_dup_ratio.")
    max_newlines_per_word: Bound = at_most(0.3, NEWLINES, "reads_like_a_list", "datatrove: list_ratio.")

    def measure(self, batch: Batch) -> dict[str, Array]:
        texts = batch.web_texts
        points, lines = texts.points, texts.lines
        found = count_lines(
            points.codes,
            points.offsets,
            classes(),
            lines.starts,
            lines.ends,
            lines.hashes,
            lines.firsts,
            texts.tokens.counts,
            self.short_line,
        )
        return texts.named([CLOSED.name, SHORT.name, REPEATED.name, NEWLINES.name], found)
