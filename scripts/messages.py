"""Write app/locales/winnow.pot from templates and code, and bring each language's messages up to date with it."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from app.curation.filter import filters
from app.curation.rubric import kinds
from app.services.gate import checks
from app.services.releases import formats

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "app" / "locales"
POT = LOCALES / "winnow.pot"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "say_many": (1, 2),
}
NOTES = ("Translators:",)
OPTIONS = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "1", "lstrip_blocks": "1"}

Found = tuple[int, str, Any, list[str]]


def from_template(file: IO[bytes], keywords: Any, notes: Any, options: dict[str, Any]) -> Iterator[Found]:
    """What jinja finds, and the words of the filter `plural`: {{ 2 | plural("copy", "copies") }}."""
    yield from babel_extract(file, keywords, notes, options)
    file.seek(0)
    source = file.read().decode()
    for node in Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source).find_all(nodes.Filter):
        if node.name == "plural":
            words = [word.as_const() for word in node.args]
            one, many = words if len(words) == 2 else (words[0], f"{words[0]}s")
            yield node.lineno, "ngettext", (f"%(num)s {one}", f"%(num)s {many}"), []


def extracted() -> Catalog:
    """The messages of the checkout as it is now, each with the files that it stands in."""
    made = Catalog(project="Winnow", header_comment="# Interface texts of Winnow. Written by `make messages`.")
    sources: Mapping[str, tuple[str, str | Callable[..., Any]]] = {
        "templates": ("**.html", from_template),
        "app/curation": ("**.py", "python"),
        "app/services": ("**.py", "python"),
        "app/web": ("**.py", "python"),
    }
    for directory, (pattern, method) in sources.items():
        found = extract_from_dir(ROOT / directory, [(pattern, method)], {pattern: OPTIONS}, KEYWORDS, NOTES)
        for file, line, message, comments, context in found:
            made.add(message, None, [(f"{directory}/{file}", line)], auto_comments=comments, context=context)
    for file, text in declared():
        made.add(text, None, [(file, 1)])
    return made


def declared() -> Iterator[tuple[str, Any]]:
    """What filters, questions, checks and formats declare, and nobody calls a function for: titles, units, names, help."""
    for key, question in kinds().items():
        fields = [text for field in question.model_fields.values() for text in (field.title, field.description) if text]
        yield from ((f"app/curation/rubrics/{key}.py", text) for text in (question.name, *fields))
    for key, check in checks().items():
        yield from ((f"app/services/gates/{key}.py", text.replace("%", "%%")) for text in (check.title, check.about))
    for key, (title, about) in formats().items():
        yield from ((f"app/curation/exporters/{key}.py", text.replace("%", "%%")) for text in (title, about))
    for key, kind in filters().items():
        file = f"app/curation/filters/{key}.py"
        yield from ((file, rule.title.id) for rule in kind.rules().values())
        for measure in kind.measures().values():
            yield file, measure.title.replace("%", "%%")
            if measure.unit:
                yield file, (f"%(num)s {measure.unit.removesuffix('s')}", f"%(num)s {measure.unit}")


def read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def languages() -> dict[str, Path]:
    """The file of each language by its code."""
    return {path.parent.parent.name: path for path in sorted(LOCALES.glob("*/LC_MESSAGES/winnow.po"))}


def write(path: Path, catalog: Catalog) -> None:
    """Without line numbers and dates, so that a change shows only what it changes."""
    with path.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False, sort_output=True, ignore_obsolete=True)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(VARYING)))


VARYING = tuple(
    f'"{name}'
    for name in (
        "POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Report-Msgid", "Last-Translator", "Project-Id",
        "Language-Team",
    )
)  # fmt: skip


def main() -> None:
    """Update everything; `messages.py de` says what German still lacks."""
    template = extracted()
    write(POT, template)
    for language, path in languages().items():
        catalog = read(path, language)
        catalog.update(template, no_fuzzy_matching=True)
        write(path, catalog)
        missing = [message for message in catalog if message.id and not _is_said(message.string)]
        print(f"{language}: {len(catalog) - len(missing)} of {len(catalog)} messages")
        if language in sys.argv[1:]:
            for message in missing:
                print(f"  {sorted({file for file, _ in message.locations})}: {message.id!r}")


def _is_said(string: Any) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


if __name__ == "__main__":
    main()
