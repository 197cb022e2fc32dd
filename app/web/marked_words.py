"""A turn's text for marking words in it: plain, and every sign of it counted, so that a selection has a place."""

from markupsafe import Markup, escape

from app.web.rendering import GLOBALS
from app.web.unseen import mark_unseen


def countable(text: str) -> Markup:
    """Escaped text; a mark for unseen characters says how many it stands for."""
    return Markup(mark_unseen(str(escape(text)), counted=True))  # noqa: S704 - escaped on this line


GLOBALS.update(countable=countable)
