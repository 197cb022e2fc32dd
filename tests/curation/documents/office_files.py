"""Office files made by hand, as small as they can be, and what a format tells of a file."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.curation.documents.document import Block, Element, Facts
from app.curation.documents.format import Unreadable, known

DATA = Path(__file__).parents[4] / "shared/data"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = {
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml",
    "ppt": "application/vnd.openxmlformats-officedocument.presentationml",
    "xl": "application/vnd.openxmlformats-officedocument.spreadsheetml",
}


def read(key: str, file: Path) -> list[Element]:
    return list(known()[key].elements(file, file.name))


def blocks(key: str, file: Path) -> list[tuple[str, str]]:
    """Kind and text of each block; a heading's kind has its level."""
    return [(f"{block.kind}{block.level or ''}", block.text) for block in read(key, file) if isinstance(block, Block)]


def facts(key: str, file: Path) -> Facts:
    first = read(key, file)[0]
    assert isinstance(first, Facts)
    return first


def refusal(key: str, file: Path) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        read(key, file)
    return refused.value


def relations(**targets: str) -> str:
    """id="kind target" for each."""
    told = "".join(
        f'<Relationship Id="{id}" Type="{R}/{kind}" Target="{target}"/>'
        for id, (kind, target) in ((id, value.split(" ", 1)) for id, value in targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def package(file: Path, members: dict[str, str | bytes]) -> Path:
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file


def docx(file: Path, body: str, **members: str) -> Path:
    """A Word document with this body; `styles`, `numbering`, `footnotes`, ... are its other parts."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{_TYPES["word"]}.document.main+xml"/></Types>',
        "_rels/.rels": relations(r1="officeDocument word/document.xml"),
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}" xmlns:a="{A}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": relations(**{name: f"{name} {name}.xml" for name in members}),
    }
    tags = {"comments": "comments", "styles": "styles", "numbering": "numbering", "footnotes": "footnotes"}
    for name, content in members.items():
        tag = tags.get(name, "hdr")
        parts[f"word/{name}.xml"] = f'<w:{tag} xmlns:w="{W}">{content}</w:{tag}>'
    return package(file, parts)


def paragraph(text: str, settings: str = "") -> str:
    """A paragraph; `settings` is what stands in its pPr."""
    return f'<w:p><w:pPr>{settings}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def style(name: str, settings: str = "", kind: str = "paragraph") -> str:
    identity = name.replace(" ", "")
    return (
        f'<w:style w:type="{kind}" w:styleId="{identity}"><w:name w:val="{name}"/><w:pPr>{settings}</w:pPr></w:style>'
    )


def pptx(file: Path, *slides: str, notes: str = "") -> Path:
    """A presentation whose slides hold these shapes; `notes` are the shapes of the first one's notes."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(r1="officeDocument ppt/presentation.xml"),
        "ppt/_rels/presentation.xml.rels": relations(
            **{f"s{at}": f"slide slides/slide{at}.xml" for at in range(len(slides))}
        ),
        # The order of the list counts, not that of the file names.
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>'
        + "".join(f'<p:sldId id="{256 + at}" r:id="s{at}"/>' for at in reversed(range(len(slides))))
        + "</p:sldIdLst></p:presentation>",
    }
    for at, shapes in enumerate(slides):
        parts[f"ppt/slides/slide{at}.xml"] = _slide("sld", shapes)
    if notes:
        last = len(slides) - 1
        parts[f"ppt/slides/_rels/slide{last}.xml.rels"] = relations(n="notesSlide ../notesSlides/n.xml")
        parts["ppt/notesSlides/n.xml"] = _slide("notes", notes)
    return package(file, parts)


def _slide(tag: str, shapes: str) -> str:
    return (
        f'<p:{tag} xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{tag}>'
    )


def shape(*texts: str, role: str | None = None) -> str:
    """A text box, or the placeholder of this role. A text may begin with its level: "1>text"."""
    place = "" if role is None else f'<p:ph type="{role}"/>'
    told = "".join(_point(text) for text in texts)
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{told}</p:txBody></p:sp>"


def _point(text: str) -> str:
    level, _, said = text.rpartition(">")
    settings = f'<a:pPr lvl="{level}"/>' if level else ""
    return f"<a:p>{settings}<a:r><a:t>{said}</a:t></a:r></a:p>"


def xlsx(
    file: Path, sheets: dict[str, str], *, styles: str = "", shared: str = "", hidden: tuple[str, ...] = ()
) -> Path:
    """A workbook of these sheets, each the rows and what follows them."""
    targets = {f"r{at}": f"worksheet worksheets/sheet{at}.xml" for at in range(len(sheets))}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at + 1}" r:id="r{at}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""}/>'
        for at, name in enumerate(sheets)
    )
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(r1="officeDocument xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": relations(**targets, s="styles styles.xml", t="sharedStrings sharedStrings.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{S}">{shared}</sst>',
    }
    for at, content in enumerate(sheets.values()):
        parts[f"xl/worksheets/sheet{at}.xml"] = f'<worksheet xmlns="{S}"><sheetData>{content}</worksheet>'
    return package(file, parts)
