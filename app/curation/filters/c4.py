"""C4's rules (Raffel et al. 2020), as datatrove 0.10 decides them (`c4_filters.py`, `C4QualityFilter`)."""

from pydantic import Field

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.english import classes, lexicon
from app.curation.filter import Filter
from app.curation.kernels.c4 import judge_lines
from app.curation.phrases import phrases

SENTENCES = Measure("c4_sentences", "Sentences in lines that C4 keeps", "sentences")
LOREM = Measure("c4_lorem_ipsum", "Contains “lorem ipsum”", kind="flag")
CURLY = Measure("c4_curly_bracket", "Contains a curly bracket", kind="flag")


class C4(Filter):
    """What is left of a page when lines without an end mark, short ones and those on cookies, terms of use and
    JavaScript are set aside. The text itself stays as it is. Text that is not mostly in Latin letters passes.
    """

    lines_need_an_end_mark: bool = Field(
        default=True,
        title="Lines need an end mark",
        description="Count only lines that end in . ? ! or a quotation mark. FineWeb turns this off.",
    )
    min_words_per_line: int = Field(
        default=3, ge=0, title="Words in a line", description="Lines with fewer words do not count."
    )
    max_word_length: int = Field(
        default=1000, ge=1, title="Characters in a word", description="Lines with a longer word do not count."
    )
    min_sentences: Bound = at_least(5, SENTENCES, "too_few_sentences", "datatrove: too_few_sentences.")
    max_lorem_ipsum: Bound = at_most(0, LOREM, "lorem_ipsum", "datatrove: lorem_ipsum.")
    max_curly_bracket: Bound = at_most(0, CURLY, "curly_bracket", "datatrove: curly_bracket.")

    def measure(self, batch: Batch) -> dict[str, Array]:
        texts = batch.web_texts
        tokens, lines = texts.tokens, texts.all_lines
        found = judge_lines(
            texts.points.codes,
            classes(),
            lexicon(),
            tokens.memo,
            tokens.arrays,
            tokens.firsts,
            lines.starts,
            lines.ends,
            lines.firsts,
            texts.phrases.within(lines.starts, lines.ends),
            phrases(),
            self.lines_need_an_end_mark,
            self.min_words_per_line,
            self.max_word_length,
        )
        return texts.named([SENTENCES.name, LOREM.name, CURLY.name], found)
