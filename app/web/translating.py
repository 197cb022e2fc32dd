"""Templates in the language of their reader: what `_`, `trans` and printed messages become."""

from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from app.messages import filled
from app.web import locales
from app.web.wording import Wording


def install(made: Environment, words: Wording) -> None:
    """Translate what these templates print. Values are escaped; whole numbers among them are written as counts."""

    def gettext(message: str, /, **values: Any) -> Markup:
        return _safe(words, words.template(message), values)

    def ngettext(one: str, many: str, num: int, /, **values: Any) -> Markup:
        return _safe(words, words.counted(one, many, num), {"num": num, **values})

    made.newstyle_gettext = True  # type: ignore[attr-defined] # of the extension: values come beside the text
    made.globals |= {"_": gettext, "gettext": gettext, "ngettext": ngettext, "language": words.language}
    made.globals["languages"] = lambda: [(code, locales.name(code)) for code in locales.LANGUAGES]
    made.filters["said"] = words.said
    # A message that is printed is translated where it stands, so that no template needs to know where a text came from.
    made.finalize = words.said


def _safe(words: Wording, template: str, values: dict[str, Any]) -> Markup:
    """The message is ours, so it may hold tags; a value may not."""
    said = {name: words.said(value) for name, value in values.items()}
    return filled(Markup(template), said, words.number)  # noqa: S704 - from a catalogue
