"""What elements are to a reader, by their local names: those of TEI, DocBook, DITA, JATS and HTML, which others imitate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Role(Enum):
    """OTHER is found out from its content: running text with elements in it is a paragraph."""

    OTHER = auto()
    HEADING = auto()
    PARAGRAPH = auto()
    INLINE = auto()
    LIST = auto()
    ITEM = auto()
    TABLE = auto()
    ROW = auto()
    CELL = auto()
    CODE = auto()
    QUOTE = auto()
    NOTE = auto()
    CAPTION = auto()
    FORMULA = auto()
    FURNITURE = auto()
    BREAK = auto()
    SKIPPED = auto()
    LINE = auto()


COLLECTING = {
    *(Role.HEADING, Role.PARAGRAPH, Role.INLINE, Role.LIST, Role.ITEM, Role.TABLE, Role.ROW, Role.CELL, Role.CODE),
    *(Role.QUOTE, Role.NOTE, Role.CAPTION, Role.FORMULA, Role.FURNITURE, Role.LINE),
}
"""Elements that are one block, or part of one, with everything in them."""


def _named(**roles: str) -> dict[str, Role]:
    return {name: Role[role] for role, names in roles.items() for name in names.split()}


COMMON = _named(
    HEADING="title head heading headline h1 h2 h3 h4 h5 h6 subtitle section-title sectiontitle bridgehead doctitle dochead "
    "articletitle article-title arttitle chaptertitle",
    PARAGRAPH="p para simpara formalpara paragraph ab par text-block bibl biblstruct bibliomixed abstracttext shortdesc",
    INLINE="b i em strong emphasis italic bold hi ref xref link a sub sup span term persname placename foreign "
    "abbr date num measure ulink email code literal rs u tt ph keyword cite quote-inline uicontrol bibr ext-link",
    LIST="list ul ol itemizedlist orderedlist variablelist simplelist sl dl def-list steps choices",
    ITEM="item li listitem list-item varlistentry member sli step choice dlentry def-item",
    TABLE="table informaltable simpletable properties",
    ROW="row tr strow sthead property",
    CELL="cell td th entry stentry propvalue propdesc",
    CODE="pre programlisting screen literallayout eg codeblock preformat verbatim sourcecode",
    QUOTE="blockquote disp-quote epigraph lq",
    NOTE="footnote fn endnote",
    CAPTION="caption figdesc figcaption fig-title",
    FORMULA="formula disp-formula equation informalequation math",
    BREAK="lb br cb",
    SKIPPED="style script binary base64 binarydata graphic image figdata thumbnail checksum guid",
    LINE="l line verse",
)
TEI = COMMON | _named(
    PARAGRAPH="titlepart docauthor byline address keyword abstract-line speaker stage opener closer salute signed dateline "
    "trailer keywords bibl biblstruct meeting affiliation",
    INLINE="title name label choice author editor publisher pubplace biblscope idno analytic monogr imprint orgname forename "
    "surname rolename settlement country reg corr expan add email addrline quote q said socalled gloss distinct mentioned",
    NOTE="note",
    FURNITURE="fw page",
    HEADING="head doctitle titlestmt/title",
    SKIPPED="publicationstmt sourcedesc encodingdesc revisiondesc langusage textclass respstmt editionstmt notesstmt "
    "seriesstmt extent titlestmt/author titlestmt/editor titlestmt/funder titlestmt/principal titlestmt/sponsor "
    "del sic orig pb gap facsimile surface zone standoff sourcedoc",
    CAPTION="figdesc",
)


@dataclass(frozen=True)
class Vocabulary:
    """Roles by local name in lower case, or by two: `around/name`."""

    roles: Mapping[str, Role] = field(default_factory=lambda: COMMON)

    def role(self, name: str, above: str) -> Role:
        """By the name and that of the element around it, or the name alone; OTHER where it is unknown."""
        return self.roles.get(f"{above}/{name}") or self.roles.get(name, Role.OTHER)
