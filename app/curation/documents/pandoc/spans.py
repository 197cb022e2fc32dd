"""Pieces of a line as Markdown: words, marks, code, formulas, pictures, raised and lowered text."""

import re
from typing import Any

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_ORDINAL = {"st", "nd", "rd", "th", "er", "re", "ème", "º", "ª", "TM", "®", "™"}
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])"  # a backslash that would escape
    r"|\*|`|~(?=~)"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore that is not inside a word
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<=\])\(|\[(?=\^)"
)
_EDGES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


_CODE_ROLES = re.compile(
    r"(\w+:)?(func|class|meth|mod|attr|exc|data|const|obj|type|macro|member|keyword|option|envvar|file|command|samp"
    r"|program|kbd|code|literal|token|opcode|makevar|regexp|bpo|source|any)"
)


def role(content: Any) -> str:
    """A reference of reStructuredText by what a reader sees of it: :pep:`8`, :func:`~os.path.join`."""
    name, text = str(dict(content[0][2]).get("role", "")), content[1]
    shown = re.fullmatch(r"(.*\S)\s*<[^<>]*>", text, re.DOTALL)
    if shown is None and name in {"pep", "rfc"}:
        return f"{name.upper()} {text.partition('#')[0]}"
    said = shown[1] if shown else text.rpartition(".")[2] if text.startswith("~") else text.lstrip("!")
    return code(said) if _CODE_ROLES.fullmatch(name) else escaped(said)


def escaped(text: str) -> str:
    """Bare words, with nothing in them that Markdown would take for a mark."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def marked(mark: str, text: str) -> str:
    """The mark around the text, blanks outside."""
    before, inner, after = _EDGES.match(text).groups()  # type: ignore[union-attr]
    return f"{before}{mark}{inner}{mark[::-1]}{after}" if inner else before + after


def code(text: str) -> str:
    """A span of code, fenced by more backticks than it holds."""
    text = " ".join(text.split("\n"))
    if not text.strip():
        return text
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{pad}{text}{pad}{fence}"


_WHOLE = re.compile(r"\\begin\{document\}(.*)\\end\{document\}", re.DOTALL)


def bare(tex: str) -> str:
    """Publishers wrap a formula in a whole document of its own, or in its dollars."""
    found = _WHOLE.search(tex)
    return (found[1] if found else tex).strip().strip("$").strip()


def formula(tex: str, display: bool) -> str:
    tex = bare(tex)
    return "" if not tex else f"$${tex}$$" if display else f"${tex}$"


_FILE_NAME = re.compile(
    r"\S+\.(png|jpe?g|gif|svg|emf|wmf|tiff?|bmp|webp)|(image|picture|grafik|bild|cover|logo)\s*\d*", re.I
)


def picture(text: str) -> str:
    """A picture is told by its alternative text, where that is more than the name of a file."""
    text = " ".join(text.split())
    return "" if not text or _FILE_NAME.fullmatch(text) else f"![{text}]"


def shifted(text: str, raised: bool) -> str:
    """In Unicode's raised and lowered characters where it has them; otherwise as TeX writes it."""
    text = text.strip()
    shown = text.translate(_RAISED if raised else _LOWERED)
    if all(character not in text or character in " ,.;–" for character in shown) or text in _ORDINAL:
        return text if text in _ORDINAL else shown
    mark = "^" if raised else "_"
    return f"{mark}{text}" if len(text) == 1 else f"{mark}{{{text}}}" if text else ""
