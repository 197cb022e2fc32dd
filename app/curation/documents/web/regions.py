"""Parts of a page that are about the site and not the document: navigation, banners, footers, notices about cookies."""

import re

from lxml.html import HtmlElement

_ROLES = {
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "menu",
    "menubar",
    "toolbar",
    "dialog",
    "alertdialog",
    "tablist",
}
_NAMES = re.compile(
    r"""(?:^|[\s])(?:
    (?:site|page|global|main|top|primary|secondary|mobile|sub|side|left|right|wp|block|md|the|l|c|js|o|m)?[-_]?
    (?:nav|navi|navbar|navigation|menu|menubar|sidebar|sidenav|topbar|navbox|toolbar|footer|masthead|breadcrumbs?|pagination|pager)
    (?:[-_]?(?:menu|links|list|inner|wrapper|wrap|container|bar|main|primary|secondary|mobile|header|top|bottom|widgets?|area|content))?
    | (?:[\w-]*[-_])?(?:(?:gmail|moz)[-_]signature|cookies?|consent|gdpr|newsletter|subscribe|social|sharing|sharedaddy|advert\w*|
      adsbygoogle|promo|popup|modal)
      (?:[-_][\w-]*)?
    | related(?:[-_]?(?:posts|articles|links|content|stories))? | (?:share|social)[-_]?(?:buttons?|links|icons|bar)?
    | skip[-_]?(?:link|nav|to-content)\w* | site[-_]?(?:header|info|footer) | copyright | colophon | (?:ad|ads|banner)[-_]?\d*
    | language-list | catlinks | printfooter | mw-jump-link | vector-\w+-(?:landmark|container) | mw-panel | siteSub | jump-to-nav
    | vector-(?:header|page-toolbar|sticky|column|toc|menu|dropdown|settings)[\w-]* | metadata\ plainlinks | interlanguage-link
    | toc | table-of-contents | mw-footer[\w-]* | sphinxsidebar | related
    )(?=\s|$)""",
    re.I | re.X,
)
_ABOUT_COOKIES = re.compile(
    r"\b(?:we|site|website|page)\b[^.]{0,40}\buses? cookies\b|\bverwende[nt]\b[^.]{0,30}\bCookies\b", re.I
)
_MOST = 0.4
"""A part that holds more than this share of the page's text is no mere furniture, whatever it is called."""


class Regions:
    """Which elements of one page stand in furniture."""

    def __init__(self, body: HtmlElement) -> None:
        self.sizes = _sizes(body)
        self.whole = max(1, self.sizes.get(body, 0))
        self.heads = sum(1 for _ in body.iter("h1"))
        """A header with one of several is that of the site; the only one is the title of the document."""
        self.known: dict[HtmlElement, bool] = {}

    def furniture(self, element: HtmlElement) -> bool:
        """Whether it, or an element around it, is marked as furniture."""
        way = []
        while element is not None and element not in self.known:
            way.append(element)
            element = element.getparent()
        found = self.known.get(element, False) if element is not None else False
        for one in reversed(way):
            found = found or self._marked(one)
            self.known[one] = found
        return found

    def _marked(self, element: HtmlElement) -> bool:
        if element.tag in {"body", "html", "main", "article"} or element.get("role") in {"main", "article"}:
            return False
        if not (_by_tag(element) or element.get("role") in _ROLES or _by_name(element) or _says_cookies(element)):
            return False
        if self.sizes.get(element, 0) > _MOST * self.whole:
            return False
        heads = sum(1 for _ in element.iter("h1"))
        return not any(True for _ in element.iter("main", "article")) and (heads == 0 or heads < self.heads)


def _by_tag(element: HtmlElement) -> bool:
    """A header or footer within an article is part of it."""
    if element.tag in {"header", "footer"}:
        return not any(True for _ in element.iterancestors("article", "section", "main", "blockquote", "figure"))
    return bool(element.tag == "nav")


def _by_name(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(names) > 1 and _NAMES.search(names[:500]) is not None


def _says_cookies(element: HtmlElement) -> bool:
    if element.tag not in {"div", "section", "aside", "p"}:
        return False
    text = (element.text or "") if len(element) else element.text_content() if hasattr(element, "text_content") else ""
    return bool(len(text) < 600 and _ABOUT_COOKIES.search(text))


def _sizes(body: HtmlElement) -> dict[HtmlElement, int]:
    """How much text each element holds, counted once from the leaves up."""
    found: dict[HtmlElement, int] = {}
    for element in reversed(list(body.iter("*"))):
        size = found.get(element, 0) + len((element.text or "").strip())
        found[element] = size
        above = element.getparent()
        if above is not None and element.tag not in {"script", "style", "noscript", "template"}:
            found[above] = found.get(above, 0) + size + len((element.tail or "").strip())
    return found
