"""The catalogues hold every text of the interface, and translations keep what the texts rest on."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from scripts.messages import POT, ROOT, extracted, languages, read

TEMPLATES = ROOT / "templates"

FOR_EXPERTS = re.compile(
    r"templates/(_gate|_ui|_alert|_brand|_language|base|sign_in|invitation|first_admin|new_password|error|datasets"
    r"|account\w*|review\w*|guidelines|guidelines_changes|_examples|_questions|_turning|_practice|_after_vote|_desk_\w+"
    r"|decisions|precedents|questions|_thread\w*|similar|_similar_offer|copies)\.html"
    r"|app/services/(reviewing|edits|desk|reasons|leases|accounts|invitations|passwords|password_links|throttling"
    r"|guidelines|guideline_examples|closeness|why|marks|keys|comments|precedents|rubrics|threads"
    r"|mentions|declaring)\.py"
    r"|app/curation/(bounds|answering|retelling|filters/\w+|rubrics/\w+)\.py"
    r"|app/web/(forms|errors|middleware|dependencies|wording|roles|dates|dock"
    r"|routes/(access|account|welcome|new_password|review|asking|similar|guidelines))\.py"
)
"""What somebody meets who only reviews."""

NO_TEXTS = {"narrow", "Winnow", "· Winnow"}
"""A class that is the whole of a block, and a name, also behind a title."""

_PLACE = re.compile(r"%\((\w+)\)s|(%%)|(%)")
_TAG = re.compile(r"<[^>]+>")
_LETTERS = re.compile(r"[A-Za-z]{2}")


def texts(catalog: Catalog) -> set[Any]:
    return {message.id for message in catalog if message.id}


def test_the_catalogues_hold_the_texts_of_today() -> None:
    now = texts(extracted())
    assert texts(read(POT)) == now, "run `make messages`"
    for language, path in languages().items():
        assert texts(read(path, language)) == now, "run `make messages`"


def test_translations_keep_placeholders_and_tags() -> None:
    for language, path in languages().items():
        for message in read(path, language):
            if message.id and any(_all(message.string)):
                assert _faults(message) == [], f"{language}: {message.id!r}"


@pytest.mark.parametrize(
    "wrong",
    [
        "%(name)s lädt ein",
        "%(name)s bekommt %(number)s",
        "<b>%(zahl)s</b> %(name)s",
        "<b>%(number)s</b> %(name)s 5 %",
    ],
)
def test_a_wrong_translation_is_found(wrong: str) -> None:
    right = Message("<b>%(number)s</b> for %(name)s", "<b>%(number)s</b> für %(name)s")
    assert _faults(right) == []
    assert _faults(Message(right.id, wrong)) != []


def test_german_is_complete_where_experts_work() -> None:
    missing = [
        message.id
        for message in read(languages()["de"], "de")
        if message.id
        and not all(_all(message.string))
        and any(FOR_EXPERTS.fullmatch(file) for file, _ in message.locations)
    ]
    assert missing == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_a_template_holds_no_text_outside_the_catalogue(path: Path) -> None:
    assert _unmarked(path.read_text()) == []


def test_code_says_whole_texts() -> None:
    """A text that is put together first cannot be found in a catalogue."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "say_many"):
                if path.name == "supervisor.py":  # its own word for printing
                    continue
                for text in call.args[: 2 if call.func.id == "say_many" else 1]:
                    assert isinstance(text, ast.Constant), f"{path}:{text.lineno}"


def _faults(message: Message) -> list[str]:
    """What a translation lost or added. Plural forms may each say what one of the originals says."""
    found = ["nobody has read it: fuzzy"] if message.fuzzy else []
    for text in _all(message.string):
        if not any(_places(text) == _places(original) for original in _all(message.id)):
            found.append(f"placeholders of {text!r}")
        if not any(Counter(_TAG.findall(text)) == Counter(_TAG.findall(original)) for original in _all(message.id)):
            found.append(f"tags of {text!r}")
    return found


def _all(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def _places(text: str) -> Counter[str]:
    """The placeholders, and "%" for each sign of percent that is not written %%."""
    return Counter(match[1] or match[3] for match in _PLACE.finditer(text) if not match[2])


def _unmarked(source: str) -> list[str]:
    """Letters outside of tags, and strings that read like a sentence, which no catalogue knows."""
    made = Environment(extensions=["jinja2.ext.i18n"])
    tree = made.parse(source)
    pieces = [
        piece.data if isinstance(piece, nodes.TemplateData) else "\0"
        for output in tree.find_all(nodes.Output)
        for piece in output.nodes
    ]
    seen = re.sub(r"<[^<>]*>", "\n", "".join(pieces))
    seen = re.sub(r'<[^<>]*$|^[^<>]*"[^<>]*>', "", re.sub(r"&\w+;", "", seen))
    seen = re.sub(r'"?\s*[a-z-]+="[^"\0\n]*"?', "\n", seen)  # an attribute that a macro or a block makes
    words = [
        part.strip() for part in re.split(r"[\0\n]", seen) if _LETTERS.search(part) and part.strip() not in NO_TEXTS
    ]
    known = {
        id(constant)
        for node in (*tree.find_all(nodes.Call), *tree.find_all(nodes.Filter))
        if (isinstance(node, nodes.Filter) and node.name == "plural")
        or (
            isinstance(node, nodes.Call)
            and isinstance(node.node, nodes.Name)
            and node.node.name in ("_", "gettext", "ngettext")
        )
        for constant in node.find_all(nodes.Const)
    }
    constants = [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str) and id(constant) not in known and _reads_like_a_text(constant.value)
    ]
    return words + constants


def _reads_like_a_text(value: str) -> bool:
    is_worded = bool(re.match(r"[A-Z“]", value) or re.search(r"[A-Za-z,.] ", value))
    return is_worded and bool(_LETTERS.search(value)) and value != "load, "  # a trigger of htmx
