"""Which lines of a page are questions, and which pages are lists of them."""

import re
from collections.abc import Iterator

from app.curation.documents.document import Block, BlockKind, Element, Exchange, Fault
from app.curation.sample import Form, Json

_LONGEST = 300
_MARK = re.compile(r"[?？؟\u037e՞፧⸮][\s\"'”’»«)\]*_#]*$")
_LABEL = re.compile(
    r"(?:(?:question|frage|pregunta|domanda|pergunta|vraag)\s?\d{0,3}\s?[:：.)]|(?:q|f|p|d|问|問|سؤال)\s?\d{0,3}\s?[:：]|"
    r"(?-i:Q)\d{0,3}[.)])\s*(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\(?\d{1,3}(?:\.\d{1,3})*[.)]\s+|\d{1,3}(?:\.\d{1,3})+\s+)(?=\S)")
_ANSWER = re.compile(
    r"(?:(?:answer|ans|antwort|respuesta|risposta|resposta|antwoord)\s?\d{0,3}\s?[:：.)]|(?:a|r|答|جواب)\s?\d{0,3}\s?[:：])\s*",
    re.IGNORECASE,
)
_DOTTED_ANSWER = re.compile(r"A\d{0,3}[.)]\s+")
_FAQ = re.compile(
    r"\bfaqs?\b|\bf\.a\.q\b|frequently[- ]asked|questions (?:and|&(?:amp;)?) answers|\bq ?& ?(?:amp;)?a\b|"
    r"h[äa]ufig(?:e| gestellte) fragen|fragen und antworten|foire aux questions|questions fr[ée]quentes|"
    r"preguntas (?:m[áa]s )?frecuentes|domande frequenti|perguntas (?:mais )?frequentes|veelgestelde vragen|"
    r"vanliga fr[åa]gor|ofte stillede|ofte stilte|usein kysyt|najcz[ęe][śs]ciej zadawane|často kladen|"
    r"часто задаваемые|вопросы и ответы|sık sorulan|常见问题|常見問題|よくある(?:ご)?質問|자주 묻는|الأسئلة الشائعة",
    re.IGNORECASE,
)
_EMPTY = "This question has no answer on this page. Leave it out, or write the answer."


def is_question(text: str) -> bool:
    """True for a line that ends with a question mark of any script, or is labelled as a question."""
    text = text.strip()
    return 2 < len(text) <= _LONGEST and bool(_MARK.search(text) or (_LABEL.match(text) and len(text) > 6))


def plain_question(text: str) -> str:
    """Without its label or number."""
    text = text.strip()
    return _NUMBER.sub("", _LABEL.sub("", text, count=1), count=1).strip()


def plain_answer(text: str, labelled: bool = False) -> str:
    """Without its label; `A.` is one only below a labelled question."""
    text = _ANSWER.sub("", text, count=1) if _ANSWER.match(text) else text
    return _DOTTED_ANSWER.sub("", text, count=1) if labelled and _DOTTED_ANSWER.match(text) else text


def labels_question(text: str) -> bool:
    """True for `Q: ...`, in the letters and words in use."""
    return bool(_LABEL.match(text.strip()))


def labels_answer(text: str) -> bool:
    """True for `A: ...` and `A. ...`."""
    return bool(_ANSWER.match(text.strip()) or _DOTTED_ANSWER.match(text.strip()))


def names_a_faq(text: str) -> bool:
    """True where a title says that a page holds questions and answers."""
    return bool(_FAQ.search(text))


def same(text: str) -> str:
    """A text to compare by: its letters and digits, in lower case."""
    return "".join(character for character in text.lower() if character.isalnum())


def pair(question: str, answer: str, heading: tuple[str, ...], metadata: Json | None = None) -> Iterator[Element]:
    """An exchange with the passage it stands in, or a fault where the answer is empty."""
    if not any(character.isalnum() for character in answer):
        yield Fault("empty_answer", _EMPTY, excerpt=question[:200])
        return
    block = Block(BlockKind.PARAGRAPH, f"{question}\n\n{answer}")
    content = {"prompt": question, "response": answer}
    yield Exchange(Form.INSTRUCTION, content, block, heading, dict(metadata or {}))
