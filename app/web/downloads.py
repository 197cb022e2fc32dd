"""Files that leave the building: safe names, safe spreadsheet cells."""

from urllib.parse import quote

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def attachment(name: str) -> dict[str, str]:
    """The header that makes a browser save the answer under this name (RFC 6266, with a plain name for old clients)."""
    tidy = (
        "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "-" for c in name)[-150:].strip(". ") or "download"
    )
    plain = tidy.encode("ascii", "replace").decode().replace("?", "-").replace("%", "-")
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(tidy, safe='')}"}


def cell(value: object) -> str:
    """A value as a spreadsheet cell: text that would be run as a formula gets an apostrophe before it."""
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    text = str(value)
    return "'" + text if text.lstrip(" ").startswith(STARTS_A_FORMULA) or text.startswith(STARTS_A_FORMULA) else text
