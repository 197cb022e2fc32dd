"""A question with its answers, as it stands in a file: an exchange, or why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.curation.documents.document import Block, BlockKind, Element, Exchange, Fault
from app.curation.sample import Form, Json

_EMPTY_ANSWER = "This question has no answer: it was removed, or never written. Leave it out, or write the answer."
_EMPTY_QUESTION = "This answer has no question before it. Its text is kept as a passage."
_TRUE = ("true", "1", "yes", "accepted", "best", "correct", "100")
_ACCEPTED = ("accepted", "isaccepted", "is_accepted", "best", "isbest", "is_best", "correct", "selected")
_SHARED = ("id", "type", "url", "source", "name")
"""Attributes that say whose they are."""
_SCORES = ("fraction", "score", "votes", "rating", "upvotes", "likes")
_NAMES = {
    "qtype": "question_type",
    "qid": "question_id",
    "synonym": "synonyms",
    "semantictype": "semantic_type",
    "semanticgroup": "semantic_group",
}
"""What MedQuAD calls them -> what they are."""


def put(facts: Json, name: str, value: str) -> None:
    """One value as it is, several of a name as a list, each once."""
    name = _NAMES.get(name, name)
    known = facts.get(name)
    if isinstance(known, list):
        if value not in known:
            known.append(value)
    else:
        facts[name] = value if known in (None, value) else [known, value]


@dataclass(slots=True)
class Answer:
    text: str
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return any(self.attributes.get(key, "").lower() in _TRUE for key in _ACCEPTED)

    @property
    def score(self) -> float:
        for key in _SCORES:
            try:
                return float(self.attributes[key])
            except (KeyError, ValueError):
                continue
        return 0.0


@dataclass(slots=True)
class Pair:
    """`parent` is the identity of the element around the question, `wrapper` its attributes."""

    question: str
    name: str
    parent: int
    heading: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    wrapper: dict[str, str] = field(default_factory=dict)
    leaves: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def goes_on(self, parent: int, name: str) -> bool:
        """True where a title and a body, two elements of different names, make one question."""
        return self.parent == parent and bool(self.name) and self.name != name and not self.answers

    def elements(self, document: Json) -> Iterator[Element]:
        """`document` is what holds for the whole file; the pair's own facts come before it."""
        answers = [answer for answer in self.answers if answer.text.strip()]
        if self.question.strip() and answers:
            yield self._exchange(answers, document)
        elif answers:
            block = self._block(answers)
            yield Fault("empty_question", _EMPTY_QUESTION, excerpt=block.text[:200])
            yield block
        else:
            yield Fault("empty_answer", _EMPTY_ANSWER, excerpt=self.question[:200])

    def _exchange(self, answers: list[Answer], document: Json) -> Exchange:
        chosen = next((answer for answer in answers if answer.accepted), None)
        chosen = chosen or max(answers, key=lambda answer: answer.score)
        metadata = document | self._facts(chosen)
        if len(answers) > 1:
            metadata["answers"] = len(answers)
        content = {"prompt": self.question, "response": chosen.text}
        return Exchange(Form.INSTRUCTION, content, self._block(answers), self.heading, metadata)

    def _block(self, answers: list[Answer]) -> Block:
        texts = [self.question, *(answer.text for answer in answers)]
        return Block(BlockKind.PARAGRAPH, "\n\n".join(text for text in texts if text.strip()))

    def _facts(self, chosen: Answer) -> Json:
        facts: Json = {}
        for name, value in self.leaves:
            put(facts, name, value)
        for attributes, of in ((self.wrapper, "pair_"), (self.attributes, "question_"), (chosen.attributes, "answer_")):
            for key, value in attributes.items():
                put(facts, of + key if key in _SHARED or key in facts else key, value)
        return facts
