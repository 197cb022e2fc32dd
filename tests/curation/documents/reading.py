"""Documents written by hand, read by a format without a child process."""

from pathlib import Path

from app.curation.documents.document import Block, Element, Exchange, Fault
from app.curation.documents.format import known

DATA = Path(__file__).parents[3].parent / "shared" / "data"


def read(key: str, path: Path, name: str = "") -> list[Element]:
    return list(known()[key].elements(path, name or path.name))


def exchanges(elements: list[Element]) -> list[Exchange]:
    return [element for element in elements if isinstance(element, Exchange)]


def blocks(elements: list[Element]) -> list[Block]:
    return [element for element in elements if isinstance(element, Block)]


def faults(elements: list[Element]) -> list[Fault]:
    return [element for element in elements if isinstance(element, Fault)]


def words(elements: list[Element]) -> str:
    """Everything that a reader of the passages sees."""
    passages = [*blocks(elements), *(exchange.block for exchange in exchanges(elements))]
    return "\n".join(passage.text for passage in passages)


def asked_and_answered(exchange: Exchange) -> tuple[str, str]:
    """The two texts of a sample, which is an instruction or a chat of one question and one answer."""
    if "prompt" in exchange.content:
        return exchange.content["prompt"], exchange.content["response"]
    question, answer = exchange.content["messages"]
    assert (question["role"], answer["role"]) == ("user", "assistant")
    return question["content"], answer["content"]
