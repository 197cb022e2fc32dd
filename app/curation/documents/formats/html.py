"""Web pages (.html, .htm, .xhtml): the content in blocks, navigation and notices kept apart as furniture."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.encodings import read
from app.curation.documents.format import Format, Unreadable


class Html(Format):
    suffixes = (".html", ".htm", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml")
    order = 500

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.web import page, reading

        raw, declared = read(path), ""
        if name.lower().endswith((".mht", ".mhtml")):
            raw, declared = self._archived(raw)
        yield from reading.elements(page.parse(raw, declared))

    def _archived(self, raw: bytes) -> tuple[bytes, str]:
        """The page in an archive that a browser saved, which is built like an e-mail."""
        from app.curation.documents.mail.message import parsed

        for part in parsed(raw).walk():
            content = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
            if isinstance(content, bytes):
                return content, part.get_content_charset() or ""
        raise Unreadable("empty", "There is no page in this archive.")
