"""What a page says of itself in its head: title, language, author, date, address."""

import re

import orjson
from lxml.html import HtmlElement

from app.curation.documents.document import Facts
from app.curation.sample import Json

_META = {
    "author": ("author", "article:author", "dc.creator", "citation_author", "parsely-author", "byl", "sailthru.author"),
    "date": ("article:published_time", "date", "dc.date", "dcterms.date", "citation_publication_date", "datepublished",
             "dcterms.created", "article:modified_time", "last-modified", "parsely-pub-date"),
    "site": ("og:site_name", "application-name"),
    "description": ("description", "og:description", "dc.description"),
    "keywords": ("keywords",),
    "licence": ("dc.rights", "copyright", "dcterms.rights"),
}  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LONGEST = 1000


def facts(root: HtmlElement) -> Facts:
    """From the head alone. Nothing that it names is fetched."""
    named = _named(root)
    about = _linked_data(root)
    metadata: Json = {}
    for key, names in _META.items():
        value = next((named[name] for name in names if named.get(name)), "") or str(about.get(key, ""))
        if value:
            metadata[key] = value[:_LONGEST]
    address = _address(root, named)
    if address:
        metadata["url"] = address
    return Facts(_title(root, named), _language(root, named), None, metadata)


def _named(root: HtmlElement) -> dict[str, str]:
    """Values of <meta>, by name in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (
            meta.get("name") or meta.get("property") or meta.get("itemprop") or meta.get("http-equiv") or ""
        ).lower()
        value = " ".join((meta.get("content") or "").split())
        if name and value:
            found.setdefault(name, value)
    return found


def _title(root: HtmlElement, named: dict[str, str]) -> str:
    """The heading of the whole page where there is just one, for a <title> often names the site too."""
    title = " ".join("".join(next((one.itertext() for one in root.iter("title") if _in_head(one)), ())).split())
    heads = [" ".join("".join(one.itertext()).split()) for one in root.iter("h1")]
    if len(heads) == 1 and heads[0] and (not title or title.lower().startswith(heads[0].lower())):
        return heads[0][:_LONGEST]
    return (title or named.get("og:title", "") or named.get("dc.title", "") or (heads[0] if heads else ""))[:_LONGEST]


def _in_head(element: HtmlElement) -> bool:
    return not any(True for _ in element.iterancestors("svg"))


def _language(root: HtmlElement, named: dict[str, str]) -> str:
    first = next(root.iter("html"), root)
    body = next(root.iter("body"), root)
    told = (
        first.get("lang") or first.get("xml:lang") or body.get("lang")
        or named.get("content-language") or named.get("dc.language") or named.get("og:locale", "").replace("_", "-")
    )  # fmt: skip
    found = _LANGUAGE.match(told or "")
    return found[0] if found else ""


def _address(root: HtmlElement, named: dict[str, str]) -> str:
    for link in root.iter("link"):
        target = link.get("href") or ""
        if (link.get("rel") or "").lower() == "canonical" and target.startswith(("http://", "https://")):
            return target[:_LONGEST]
    return named.get("og:url", "")[:_LONGEST]


def _linked_data(root: HtmlElement) -> dict[str, str]:
    """Author and date of an article as search engines are told them."""
    for script in root.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            told = orjson.loads(script.text or "")
        except orjson.JSONDecodeError:
            continue
        for one in told if isinstance(told, list) else [told]:
            if isinstance(one, dict) and one.get("datePublished"):
                return {"date": str(one["datePublished"]), "author": _person(one.get("author"))}
    return {}


def _person(told: object) -> str:
    if isinstance(told, list):
        return ", ".join(filter(None, map(_person, told)))
    return str(told.get("name", "")) if isinstance(told, dict) else str(told or "")
