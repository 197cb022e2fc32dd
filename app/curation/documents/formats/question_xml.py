"""Questions and answers as XML (.xml): MedQuAD, quizzes, FAQ exports; any file of question-like and answer-like elements."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format
from app.curation.documents.formats._question_xml import Pairs, kind_of

_TAG = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")


class QuestionXml(Format):
    suffixes = (".xml",)
    order = 40

    def claims(self, head: bytes, name: str) -> bool:
        """A question-like element near the beginning, and after it an answer-like one."""
        tags = [found[1].decode().lower() for found in _TAG.finditer(head)]
        kinds = [kind_of(tag) for tag in tags]
        if "question" not in kinds or tags[0] in _ROOTS:
            return False
        return "answer" in kinds[kinds.index("question") :]

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        yield from Pairs().elements(path)


_ROOTS = {"html", "tei", "article", "book", "svg", "rss", "feed", "fictionbook", "office:document"}
"""Kinds of XML that have elements of these names, such as HTML's q and a, and are no lists of questions."""
