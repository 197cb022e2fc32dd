"""Groups of lines that are no running text: drawings and tables, listings, quotations, underlined headings, items."""

import re
from collections import Counter

_RULE = re.compile(r"\s*([=\-~^*_#+])\1{2,}\s*")
_BOX = re.compile(r"[|+][-=+|]{3,}|[┌┬┐├┼┤└┴┘│─═║]{2,}|^\s*\|.*\|\s*$|\+-[-+]*\+")
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_CODE_LINE = re.compile(
    r"[;{}]\s*$|^\s*(?:#include|#define|def |class |return\b|import |from \w+ import|if \(|for \(|while \(|"
    r"\$ |>>> |//|/\*|<\?|</?\w+>|"
    r"[\w.\[\]>-]+ ?[-+*/]?= ?\S|[\w.]+\(.*\)\s*;?$)"
)
ITEM = re.compile(
    r"(?P<indent>\s*)(?P<mark>-(?: -)+|[-*•·▪◦‣●○–—]|o(?=  )|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{2,5})[.)]|"
    r"\((?:\d{1,3}|[a-zA-Z]{1,2}|[ivxIVX]{2,5})\)|\[[ xX]\])(?P<gap>\s+)(?P<rest>\S.*)"
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*[\divxlc]+\s*$", re.I)


def is_rule(text: str) -> bool:
    """A drawn line."""
    return _RULE.fullmatch(text) is not None


def underlined(group: list[str]) -> tuple[str, int, int] | None:
    """A heading over a drawn line as long as it: its text, its level, and how many lines it took."""
    start = 1 if len(group) > 2 and is_rule(group[0]) else 0
    if len(group) < start + 2 or is_rule(group[start]) or not is_rule(group[start + 1]):
        return None
    title, rule = group[start].strip(), group[start + 1].strip()
    close = abs(len(rule) - len(title)) <= max(3, len(title) // 4) and rule[0] in "=-~^#*"
    if not close or _GAP.search(title) or len(title) > 100:
        return None
    return title, 1 if start or rule[0] in "=#*" else 2, start + 2


def is_drawing(group: list[str]) -> bool:
    """Boxes, or columns that stand apart by blanks at the same places."""
    boxes = sum(_BOX.search(line) is not None for line in group)
    if boxes >= 2 and boxes >= 0.3 * len(group):
        return True
    return is_columns(group)


def is_columns(group: list[str]) -> bool:
    """Most lines have a wide gap, and the gaps line up."""
    if sum(ITEM.fullmatch(line) is not None for line in group) > len(group) / 2:
        return False
    if len(group) < 2 or sum(_LEADER.search(line) is not None for line in group) > len(group) / 2:
        return False
    ends = [{gap.end() for gap in _GAP.finditer(line)} | {gap.start() for gap in _GAP.finditer(line)} for line in group]
    gapped = [one for one in ends if one]
    if len(gapped) < max(2, 0.6 * len(group)):
        return False
    return Counter(place for one in gapped for place in one).most_common(1)[0][1] >= 0.5 * len(gapped)


def is_contents(group: list[str]) -> bool:
    """Lines that lead with dots to a page number."""
    return sum(_LEADER.search(line) is not None for line in group) > len(group) / 2


def is_code(group: list[str]) -> bool:
    """Lines that no one writes as prose, most of them."""
    return sum(_CODE_LINE.search(line) is not None for line in group) >= max(2, 0.6 * len(group))


def is_quote(group: list[str]) -> bool:
    return all(line.lstrip().startswith(">") for line in group)
