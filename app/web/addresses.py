"""Addresses to come back to, never to another site."""

from urllib.parse import quote, urlsplit

from fastapi import Request


def here(request: Request) -> str:
    """The page a person is on, quoted for a query; for a part, the page that holds it. Empty where unknown."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="/")
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if page.netloc != request.headers.get("Host"):
        return ""
    return quote(page.path + (f"?{page.query}" if page.query else ""), safe="/")


def local(target: str) -> str:
    """`target` if it is a path of this site, else the start page. To browsers // and /\\ begin a foreign host."""
    plain = target.isprintable() and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if plain and not urlsplit(target).netloc else "/"
