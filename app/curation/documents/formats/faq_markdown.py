"""Lists of questions and answers in Markdown (.md), and in plain text where they are labelled Q: and A: (.txt)."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format
from app.curation.documents.formats._faq_lines import read_faq
from app.curation.documents.formats._markdown_lines import told_lines
from app.curation.documents.questions import labels_answer, labels_question, names_a_faq

_FEWEST = 3


class FaqMarkdown(Format):
    suffixes = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".txt", ".text")
    order = 45

    def claims(self, head: bytes, name: str) -> bool:
        """Three questions, that are headings, bold lines or labelled, in the beginning: and most headings are questions,
        or the title says that it is a FAQ. A page whose questions begin after 64 KiB is not known by it."""
        text = head.decode("utf-8", "replace")
        if name.lower().endswith((".txt", ".text")):
            return _labelled(text) >= _FEWEST
        found = list(told_lines(text.splitlines()))
        questions = [line for line in found if line.question]
        headings = [line for line in found if line.level > 1 or line.question]
        title = " ".join(line.text for line in found if line.level == 1) + " " + re.split(r"[/\\]", name)[-1]
        enough = len(questions) >= _FEWEST or _labelled(text) >= _FEWEST
        return enough and (2 * len(questions) >= len(headings) or names_a_faq(title))

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        text = path.read_bytes().decode("utf-8-sig", "replace")
        yield from read_faq(text.splitlines())


def _labelled(text: str) -> int:
    """How many lines labelled as an answer follow one labelled as a question."""
    lines = [line for line in text.splitlines() if labels_question(line) or labels_answer(line)]
    return sum(labels_question(first) and labels_answer(second) for first, second in itertools.pairwise(lines))
